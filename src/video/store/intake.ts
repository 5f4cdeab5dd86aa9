/**
 * Takes the writers' reports: rows of open segments stay in memory, whole segments go into the index.
 * When the index cannot be written (disk full), what is due waits here and stays readable.
 */
import { OpenSegment } from './open-segments.ts';
import type { Ledger, NewSegment } from './ledger.ts';
import type { SegmentReport } from './report.ts';

export class Intake {
  readonly #ledger: Ledger;
  readonly #open = new Map<string, OpenSegment>();
  /** Beginnings of segments, to be told to the index. */
  #begun: OpenSegment[] = [];
  /** Closed by their writers, not yet in the index. */
  #closed: OpenSegment[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** All segments that the index does not hold whole. */
  get open(): ReadonlyMap<string, OpenSegment> {
    return this.#open;
  }

  add(reports: readonly SegmentReport[]): void {
    for (const report of reports) this.#addOne(report);
  }

  #addOne({ path, opened, rows, bytes, durableUs, closed }: SegmentReport): void {
    let segment = this.#open.get(path);
    if (segment === undefined) {
      if (opened === undefined) return;
      segment = new OpenSegment(path, opened.camera, opened.startUs, opened.config);
      this.#open.set(path, segment);
      this.#begun.push(segment);
    }
    segment.add(rows);
    segment.bytes = bytes;
    segment.durableUs = durableUs;
    if (closed) this.#closed.push(segment);
  }

  /**
   * Writes to the index what is due. Returns paths of closed files without any fragment (the disk
   * refused their first write). Throws SQLite's error; then all stays due.
   */
  commit(): string[] {
    if (this.#begun.length === 0 && this.#closed.length === 0) return [];
    const empty: string[] = [];
    this.#ledger.sql.transaction(() => {
      for (const segment of this.#begun) this.#ledger.put(segment.begun());
      for (const segment of this.#closed) {
        const whole: NewSegment | null = segment.finished();
        if (whole === null) empty.push(segment.path);
        else this.#ledger.put(whole);
      }
    });
    for (const { path } of this.#closed) this.#open.delete(path);
    this.#begun = [];
    this.#closed = [];
    return empty;
  }

  /** The index is a new one: what is being written is to be told to it again. */
  beginAgain(): void {
    this.#begun = [...this.#open.values()].filter((segment) => !this.#closed.includes(segment));
  }

  /** The writer of a segment is gone. True if it was open. */
  abandon(path: string): boolean {
    this.#begun = this.#begun.filter((segment) => segment.path !== path);
    return this.#open.delete(path);
  }
}
