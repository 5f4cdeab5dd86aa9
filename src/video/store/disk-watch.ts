/** Watches the disk of a store path: mounted, writable, enough room; makes room when there is not. */
import type { Files } from '../../platform/disk.ts';
import type { StoreEvent } from '../contract.ts';
import { storeError } from './errors.ts';
import type { Health } from './index-protocol.ts';
import { readMarker } from './marker.ts';
import { reserveBytes } from './retention.ts';

export interface DiskWatchOptions {
  readonly files: Files;
  readonly storePath: string;
  readonly storeId: string;
  readonly reserveBytes: number | null;
  readonly usedBytes: () => number;
  /** Deletes footage worth about so many bytes; returns what it freed. */
  readonly makeRoom: (bytes: number) => Promise<number>;
  readonly tell: (event: StoreEvent) => void;
}

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  health: Health = { state: 'ok', freeBytes: 0, totalBytes: 0, usedBytes: 0, text: '' };

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  /** One look, about every second. Never rejects. */
  async look(): Promise<Health> {
    const before = this.health.state;
    try {
      await readMarker(this.#options.files, this.#options.storePath, this.#options.storeId);
      this.health = await this.#measure();
    } catch (error) {
      const fault = storeError(error, `Looking at ${this.#options.storePath}`);
      const state = fault.code === 'store.missing' ? 'missing' : 'read-only';
      this.health = { ...this.health, state, text: fault.message };
    }
    if (this.health.state !== before) this.#tellChange(before, this.health);
    return this.health;
  }

  async #measure(): Promise<Health> {
    const { files, storePath, usedBytes, makeRoom, tell } = this.#options;
    const space = await files.space(storePath);
    const reserve = reserveBytes(space.totalBytes, this.#options.reserveBytes);
    const base = { ...space, usedBytes: usedBytes() };
    if (space.freeBytes >= reserve) return { ...base, state: 'ok', text: '' };
    const text = `Only ${megabytes(space.freeBytes)} free, ${megabytes(reserve)} are to be kept.`;
    if (this.health.state === 'ok') tell({ code: 'disk-reserve', text: `${text} The oldest footage of the lowest priority will be deleted.` });
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

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
