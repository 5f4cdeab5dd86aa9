/**
 * From writers in worker threads to the index thread: what was written, about once a second, one
 * message per thread. Rows travel packed (mp4/unit-rows.ts), their memory is moved, not copied.
 */
import type { MessagePort } from 'node:worker_threads';
import type { CameraKey, TimeUs } from '../../core/units.ts';
import type { Cancel, Timers } from '../../platform/clock.ts';

export interface SegmentReport {
  readonly path: string;
  /** Present in the first report of a segment. */
  readonly opened?: { readonly camera: CameraKey; readonly startUs: TimeUs; readonly config: Uint8Array };
  /** Chunks written since the last report. */
  readonly rows: Uint8Array;
  /** Length of the file up to its last whole fragment. */
  readonly bytes: number;
  readonly durableUs: TimeUs;
  readonly closed: boolean;
}

export type ToIndex =
  | { readonly type: 'report'; readonly segments: readonly SegmentReport[]; readonly ack: number | null };

export type ToWriters =
  | { readonly type: 'store'; readonly storeId: string }
  | { readonly type: 'ack'; readonly ack: number }
  /** Report now: somebody waits to read. */
  | { readonly type: 'flush' };

/** What one segment writer adds up until the next report. */
export interface ReportDraft {
  opened?: SegmentReport['opened'];
  readonly path: string;
  chunks: Buffer;
  chunkBytes: number;
  bytes: number;
  durableUs: TimeUs;
  closed: boolean;
}

const INTERVAL_MS = 1000;

/** One per port, thus per worker thread. */
export class Reporter {
  /** Told by the index thread; null until it did. */
  storeId: string | null = null;
  readonly #port: MessagePort;
  readonly #timers: Timers;
  readonly #dirty = new Set<ReportDraft>();
  readonly #waiting = new Map<number, () => void>();
  #nextAck = 1;
  #cancel: Cancel | null = null;
  #closed = false;

  constructor(port: MessagePort, timers: Timers) {
    this.#port = port;
    this.#timers = timers;
    port.on('message', (message: ToWriters) => this.#receive(message));
    port.on('close', () => this.#release());
    // Reporting alone keeps no thread alive.
    port.unref();
  }

  touch(draft: ReportDraft): void {
    this.#dirty.add(draft);
    this.#cancel ??= this.#timers.after(INTERVAL_MS, () => this.flush(null));
  }

  /** Tells of a new file at once: should this thread die, it is known which files to look into. */
  announce(draft: ReportDraft): void {
    const segment = seal(draft);
    this.#port.postMessage({ type: 'report', segments: [segment], ack: null } satisfies ToIndex);
  }

  flush(ack: number | null): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#dirty.size === 0 && ack === null) return;
    const segments = [...this.#dirty].map(seal);
    this.#dirty.clear();
    const transfer = segments.map((segment) => segment.rows.buffer as ArrayBuffer);
    this.#port.postMessage({ type: 'report', segments, ack } satisfies ToIndex, transfer);
  }

  /** Resolves when all that was reported up to now is committed in the index, or the store is gone. */
  committed(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const ack = this.#nextAck++;
    this.#port.ref();
    return new Promise((resolve) => {
      this.#waiting.set(ack, resolve);
      this.flush(ack);
    });
  }

  #receive(message: ToWriters): void {
    if (message.type === 'store') this.storeId = message.storeId;
    else if (message.type === 'flush') this.flush(null);
    else {
      this.#waiting.get(message.ack)?.();
      this.#waiting.delete(message.ack);
      if (this.#waiting.size === 0) this.#port.unref();
    }
  }

  #release(): void {
    this.#closed = true;
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }
}

/** Takes what a draft holds; its rows move into memory of their own. */
function seal(draft: ReportDraft): SegmentReport {
  const rows = new Uint8Array(draft.chunkBytes);
  rows.set(draft.chunks.subarray(0, draft.chunkBytes));
  draft.chunkBytes = 0;
  const { path, bytes, durableUs, closed, opened } = draft;
  delete draft.opened;
  return { path, rows, bytes, durableUs, closed, ...(opened === undefined ? {} : { opened }) };
}

export function addRows(draft: ReportDraft, rows: Uint8Array): void {
  const need = draft.chunkBytes + rows.length;
  if (need > draft.chunks.length) {
    const larger = Buffer.alloc(Math.max(need, draft.chunks.length * 2));
    larger.set(draft.chunks.subarray(0, draft.chunkBytes));
    draft.chunks = larger;
  }
  draft.chunks.set(rows, draft.chunkBytes);
  draft.chunkBytes = need;
}
