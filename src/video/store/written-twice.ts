import type { StoredRow } from '../mp4/unit-rows.ts';

/** Pictures of an open group are shown before the key frame that they are decoded behind. */
const reorderUs = 2_000_000;

const nameOf = ({ track, timeUs, rtpTime, vclBytes, vclCrc }: StoredRow): string => `${track} ${timeUs} ${rtpTime} ${vclBytes} ${vclCrc}`;

/**
 * A run of writing that begins soon after another begins with the key frame before the place where that
 * one stopped, so that each file can be decoded alone: up to a group of pictures lies in both. A reader
 * gets it once, from the first. By content, never by time alone: a clock that was set back makes new
 * pictures with old times.
 */
export class WrittenTwice {
  #before: readonly StoredRow[] = [];

  /** Rows of the next segment without those that the segment before it has too. */
  without(rows: readonly StoredRow[]): readonly StoredRow[] {
    const before = this.#before;
    this.#before = rows;
    const first = rows[0];
    if (first === undefined) return rows;
    const shared = new Set(before.filter(({ timeUs }) => timeUs >= first.timeUs - reorderUs).map(nameOf));
    return shared.size === 0 ? rows : rows.filter((row) => !shared.has(nameOf(row)));
  }
}
