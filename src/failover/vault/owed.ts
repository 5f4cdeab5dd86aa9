import type { Log } from '../../platform/log.ts';
import type { Versions } from './versions.ts';

/**
 * Servers whose daily backup fell due while they were taken over: it follows once they speak for themselves again. Over
 * restarts, as far as the disk lets it be written down; a database that refuses must not end the process that hears of a
 * keep-alive.
 */
export class Owed {
  readonly #versions: Pick<Versions, 'owed' | 'owe' | 'oweNoMore'>;
  readonly #log: Log;
  readonly #servers: Set<string>;

  constructor(versions: Pick<Versions, 'owed' | 'owe' | 'oweNoMore'>, log: Log) {
    this.#versions = versions;
    this.#log = log;
    this.#servers = new Set(versions.owed());
  }

  /** What cannot be written down is forgotten by a restart, and made up for by the next daily backup. */
  add(serverId: string): void {
    this.#servers.add(serverId);
    this.#couldWrite(() => this.#versions.owe(serverId));
  }

  /** True: it was owed until now, and is no more. What cannot be written down stays owed. */
  settle(serverId: string): boolean {
    return this.#servers.has(serverId) && this.#couldWrite(() => this.#versions.oweNoMore(serverId)) && this.#servers.delete(serverId);
  }

  #couldWrite(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'what is owed of settings backups cannot be written down; free space on the disk of the data folder');
      return false;
    }
  }
}
