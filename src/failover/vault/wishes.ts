import type { Cancel, Timers } from '../../platform/clock.ts';

/** Somebody who edits cameras saves more than once; settle first. */
const settleMs = 2_000;
const firstRetryMs = 30_000;
const lastRetryMs = 600_000;

/** Somebody who works on the cameras saves often; a recorder whose settings change without end is asked less. */
const manyWithinMs = 600_000;
const many = 20;
const seldomMs = 60_000;

interface Wish {
  readonly digest: string;
  readonly failures: number;
  readonly cancel: Cancel;
}

export interface WishesNeeds {
  readonly timers: Timers;
  readonly monotonicMs: () => number;
  /** Digest of the newest version that is not corrupt; null: none. */
  readonly known: (serverId: string) => string | null;
  /** The last attempt failed: the settings may be old although nothing changed. */
  readonly failed: (serverId: string) => boolean;
  /** Rejects if it could not be fetched. */
  readonly fetch: (serverId: string) => Promise<void>;
}

/**
 * Backups wished for by keep-alives. Called for every keep-alive of every server, so the common case
 * (nothing changed) must cost nothing.
 */
export class Wishes {
  readonly #needs: WishesNeeds;
  readonly #wishes = new Map<string, Wish>();
  /** When the newest fetches began, `many` at most. */
  readonly #begun = new Map<string, readonly number[]>();

  constructor(needs: WishesNeeds) {
    this.#needs = needs;
  }

  note(serverId: string, digest: string): void {
    const wish = this.#wishes.get(serverId);
    if (wish?.digest === digest) return;
    const changed = this.#needs.known(serverId) !== digest;
    if (!changed && (wish !== undefined || !this.#needs.failed(serverId))) {
      this.forget(serverId); // changed back before it was fetched
      return;
    }
    wish?.cancel();
    this.#plan(serverId, digest, 0, changed ? this.#settleMs(serverId) : firstRetryMs);
  }

  #settleMs(serverId: string): number {
    const begun = this.#begun.get(serverId) ?? [];
    const [oldest, newest] = [begun[0], begun.at(-1)];
    const nowMs = this.#needs.monotonicMs();
    if (begun.length < many || oldest === undefined || newest === undefined || nowMs - oldest >= manyWithinMs) return settleMs;
    // From the last one on, not from now: each change would put it off again.
    return Math.max(settleMs, newest + seldomMs - nowMs);
  }

  forget(serverId: string): void {
    this.#wishes.get(serverId)?.cancel();
    this.#wishes.delete(serverId);
  }

  stop(): void {
    for (const serverId of this.#wishes.keys()) this.forget(serverId);
  }

  #plan(serverId: string, digest: string, failures: number, ms: number): void {
    const cancel = this.#needs.timers.after(ms, () => void this.#fetch(serverId, digest, failures));
    this.#wishes.set(serverId, { digest, failures, cancel });
  }

  async #fetch(serverId: string, digest: string, failures: number): Promise<void> {
    this.#begun.set(serverId, [...(this.#begun.get(serverId) ?? []), this.#needs.monotonicMs()].slice(-many));
    try {
      await this.#needs.fetch(serverId);
      if (this.#wishes.get(serverId)?.digest === digest) this.#wishes.delete(serverId);
    } catch {
      // Told by the attempt itself (status, audit, alarm); here only when to try again.
      if (this.#wishes.get(serverId)?.digest === digest) this.#plan(serverId, digest, failures + 1, Math.min(lastRetryMs, firstRetryMs * 2 ** failures));
    }
  }
}
