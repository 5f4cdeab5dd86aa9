import type { BackupsNeeds, Refusal } from '../ports.ts';

/**
 * Servers whose good versions cannot be read now, and why: another key file, a disk that is not there. Told before the
 * failure: rows that say *good* protect nobody then. While the server runs, a new version is fetched.
 */
export class Unreadable {
  readonly #needs: Pick<BackupsNeeds, 'audit' | 'alarm'>;
  readonly #changed: (serverId: string) => void;
  readonly #reasons = new Map<string, Refusal>();
  readonly #read = new Set<string>();

  constructor(needs: Pick<BackupsNeeds, 'audit' | 'alarm'>, changed: (serverId: string) => void) {
    this.#needs = needs;
    this.#changed = changed;
  }

  why(serverId: string): Refusal | null {
    return this.#reasons.get(serverId) ?? null;
  }

  tell(serverId: string, reason: Refusal): void {
    if (this.why(serverId)?.text === reason.text) return;
    this.clear(serverId);
    this.#reasons.set(serverId, reason);
    const text = `No settings backup can be read: ${reason.text}${this.#read.has(serverId) ? ' What was read before serves until this failover server ends.' : ''}`;
    this.#needs.audit({ severity: 'alarm', kind: 'backup', serverId, actor: 'system', to: 'unreadable', reason, text });
    this.#needs.alarm({ code: reason.code, serverId, text, on: true });
    this.#changed(serverId);
  }

  /** The newest one was read to its end. */
  wasRead(serverId: string): void {
    this.#read.add(serverId);
    this.clear(serverId);
  }

  clear(serverId: string): void {
    const reason = this.why(serverId);
    if (reason === null) return;
    this.#reasons.delete(serverId);
    this.#needs.alarm({ code: reason.code, serverId, text: '', on: false });
    this.#changed(serverId);
  }

  /** The server was removed. */
  forget(serverId: string): void {
    this.#reasons.delete(serverId);
    this.#read.delete(serverId);
  }
}
