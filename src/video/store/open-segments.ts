/** Segments still being written: their rows are in memory here, and in the files, not yet in the index. */
import type { CameraKey, Span, TimeUs } from '../../core/units.ts';
import { readChunks } from '../mp4/unit-rows.ts';
import { OPEN, type SegmentContent, type SegmentMeta, WHOLE, type NewSegment } from './ledger.ts';
import { coverOf, type SegmentCover } from './runs.ts';

export class OpenSegment {
  readonly path: string;
  readonly camera: CameraKey;
  readonly startUs: TimeUs;
  readonly config: Uint8Array;
  bytes = 0;
  /** 0: nothing durable yet. */
  durableUs: TimeUs = 0;
  #rows: Buffer = Buffer.alloc(4096);
  #length = 0;
  #cover: { readonly length: number; readonly cover: SegmentCover | null } = { length: 0, cover: null };

  constructor(path: string, camera: CameraKey, startUs: TimeUs, config: Uint8Array) {
    this.path = path;
    this.camera = camera;
    this.startUs = startUs;
    this.config = config;
  }

  add(rows: Uint8Array): void {
    const need = this.#length + rows.length;
    if (need > this.#rows.length) {
      const larger = Buffer.alloc(Math.max(need, this.#rows.length * 2));
      larger.set(this.#rows.subarray(0, this.#length));
      this.#rows = larger;
    }
    this.#rows.set(rows, this.#length);
    this.#length = need;
  }

  get rows(): Uint8Array {
    return this.#rows.subarray(0, this.#length);
  }

  /** Null while there is no video unit. */
  cover(): SegmentCover | null {
    if (this.#cover.length !== this.#length) this.#cover = { length: this.#length, cover: coverOf(readChunks(this.rows)) };
    return this.#cover.cover;
  }

  meta(): SegmentMeta | null {
    const cover = this.cover();
    if (cover === null) return null;
    const { path, startUs, bytes } = this;
    return { path, startUs, endUs: endOf(cover), bytes, state: OPEN, cover };
  }

  content(): SegmentContent {
    return { path: this.path, startUs: this.startUs, config: this.config, rows: Uint8Array.from(this.rows) };
  }

  finished(): NewSegment | null {
    const cover = this.cover();
    if (cover === null) return null;
    const { path, camera, startUs, bytes, config } = this;
    return { path, camera, startUs, endUs: endOf(cover), bytes, config, state: WHOLE, cover, rows: this.rows };
  }

  /** A row for the index at the beginning, so that a crash leaves a trace of the file. */
  begun(): NewSegment {
    const { path, camera, startUs, config } = this;
    const cover = { runs: [], nominalUs: 0, gapFirst: true, lastUs: startUs };
    return { path, camera, startUs, endUs: startUs, bytes: 0, config, state: OPEN, cover, rows: new Uint8Array() };
  }

  /** Up to where all is durable: the end of the picture that was synced last. */
  durableUntilUs(): TimeUs | null {
    const cover = this.cover();
    return this.durableUs === 0 || cover === null ? null : Math.min(this.durableUs + cover.nominalUs, endOf(cover));
  }
}

export function endOf(cover: SegmentCover): TimeUs {
  return cover.runs.reduce((end, run: Span) => Math.max(end, run.toUs), 0);
}
