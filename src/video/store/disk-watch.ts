/** Watches the disk of a store path: mounted, writable, enough room; makes room when there is not. */
import type { Files } from '../../platform/disk.ts';
import type { StoreEvent } from '../contract.ts';
import { storeError } from './errors.ts';
import type { Health } from './index-protocol.ts';
import { PROBE_FILE } from './layout.ts';
import { readMarker } from './marker.ts';
import { reserveBytes } from './retention.ts';
import { Silence } from './silence.ts';

export interface DiskWatchOptions {
  readonly files: Files;
  readonly storePath: string;
  readonly storeId: string;
  readonly reserveBytes: number | null;
  readonly nowMs: () => number;
  readonly usedBytes: () => number;
  /** Deletes footage worth about so many bytes; returns what it freed. */
  readonly makeRoom: (bytes: number) => Promise<number>;
  readonly tell: (event: StoreEvent) => void;
}

/** How often it is written to, so that a disk that died is known of before it is needed. */
const PROVE_MS = 10_000;
/** A disk that owes an answer for longer hangs. */
const SILENT_MS = 10_000;

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  #health: Health = { state: 'ok', freeBytes: 0, totalBytes: 0, usedBytes: 0, text: '' };
  #provenMs = -Infinity;
  /** The disk owes an answer. */
  #owes = false;
  readonly #silence = new Silence(SILENT_MS);

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  /** As it was at the last look; `silent` while that look hangs. To be asked every second. */
  get health(): Health {
    const silentMs = this.#silence.ms(this.#options.nowMs());
    return !this.#owes || silentMs === 0 ? this.#health : { ...this.#health, state: 'silent', text: silentFor(silentMs) };
  }

  /** One look, about every second. Never rejects. */
  async look(): Promise<Health> {
    const { files, storePath, storeId } = this.#options;
    const before = this.#health.state;
    try {
      await this.#ask(() => readMarker(files, storePath, storeId));
      await this.#ask(() => this.#prove());
      this.#health = await this.#measure();
    } catch (error) {
      const fault = storeError(error, `Looking at ${storePath}`);
      const state = fault.code === 'store.missing' ? 'missing' : 'read-only';
      this.#health = { ...this.#health, state, text: fault.message };
    }
    if (this.#health.state !== before) this.#tellChange(before, this.#health);
    return this.#health;
  }

  async #ask<T>(run: () => Promise<T>): Promise<T> {
    this.#owes = true;
    this.#silence.heard(this.#options.nowMs());
    try {
      return await run();
    } finally {
      this.#owes = false;
    }
  }

  /** Reading alone is answered from memory, also of a disk that is gone. */
  async #prove(): Promise<void> {
    const { files, storePath, nowMs } = this.#options;
    if (nowMs() - this.#provenMs < PROVE_MS) return;
    try {
      const file = await files.open(`${storePath}/${PROBE_FILE}`, 'w');
      try {
        await file.writev([Buffer.from('Written now and then, to see that it can be.\n')]);
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      // That there is no room is measured, and told, by how much there is.
      if (storeError(error, 'Writing').code !== 'store.full') throw error;
    }
    this.#provenMs = nowMs();
  }

  async #measure(): Promise<Health> {
    const { files, storePath, usedBytes, makeRoom, tell } = this.#options;
    const space = await this.#ask(() => files.space(storePath));
    const reserve = reserveBytes(space.totalBytes, this.#options.reserveBytes);
    const base = { ...space, usedBytes: usedBytes() };
    if (space.freeBytes >= reserve) return { ...base, state: 'ok', text: '' };
    const text = `Only ${megabytes(space.freeBytes)} free, ${megabytes(reserve)} are to be kept.`;
    if (this.#health.state === 'ok') tell({ code: 'disk-reserve', text: `${text} The oldest footage of the lowest priority will be deleted.` });
    // A tenth more than needed, so that deleting does not begin anew every second.
    const freed = await makeRoom(reserve * 1.1 - space.freeBytes);
    if (freed > 0) return { ...base, state: 'ok', text: `${text} Old footage is being deleted.` };
    return { ...base, state: 'full', text: `${text} Nothing more may be deleted.` };
  }

  #tellChange(before: Health['state'], { state, text }: Health): void {
    if (state === 'missing') this.#options.tell({ code: 'store-missing', text });
    else if (state === 'full') this.#options.tell({ code: 'disk-full', text });
    else if (before === 'missing') this.#options.tell({ code: 'store-back', text: 'The store path is mounted again.' });
    else if (state === 'ok') this.#options.tell({ code: 'disk-ok', text: 'There is room on the disk again.' });
  }
}

/** In words. */
export const silentFor = (ms: number): string => `The disk has answered nothing for ${Math.round(ms / 1000)} s.`;

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
