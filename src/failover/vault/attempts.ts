import type { Log } from '../../platform/log.ts';
import type { Attempt, Versions } from './versions.ts';

/** The last attempt of each server: as written down, or, where the database refused a failed one, as it was. */
export class Attempts {
  readonly #versions: Pick<Versions, 'attempt' | 'setAttempt'>;
  readonly #log: Log;
  readonly #unwritten = new Map<string, Attempt>();

  constructor(versions: Pick<Versions, 'attempt' | 'setAttempt'>, log: Log) {
    this.#versions = versions;
    this.#log = log;
  }

  of(serverId: string): Attempt | null {
    return this.#unwritten.get(serverId) ?? this.#versions.attempt(serverId);
  }

  failed(serverId: string, attempt: Attempt): void {
    try {
      this.#versions.setAttempt(serverId, attempt);
      this.#unwritten.delete(serverId);
    } catch (error) {
      this.#unwritten.set(serverId, attempt);
      this.#log.warn({ error: String(error), serverId }, 'a failed backup cannot be written down; free space on the disk of the data folder');
    }
  }

  /** A newer one was written down with its version, or the server was removed. */
  settled(serverId: string): void {
    this.#unwritten.delete(serverId);
  }
}
