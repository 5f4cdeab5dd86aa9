/** Pure: how many frames a machine wrote in a span, and where some are missing. */
import type { Span, UnitRow } from '../../core/units.ts';

export type Frame = Pick<UnitRow, 'timeUs' | 'gapBefore'>;

export interface Frames {
  readonly frames: number;
  /** Length of the span. */
  readonly ms: number;
  /** Longest time without a frame, the edges of the span included. */
  readonly longestMs: number;
  /** How often frames are known to be missing directly before one. */
  readonly broken: number;
}

export function countFrames(all: readonly Frame[], { fromUs, toUs }: Span): Frames {
  const inside = [...new Map(all.map((frame) => [frame.timeUs, frame])).values()].filter(({ timeUs }) => timeUs >= fromUs && timeUs < toUs).toSorted((a, b) => a.timeUs - b.timeUs);
  let longestUs = 0;
  let lastUs = fromUs;
  for (const { timeUs } of inside) {
    longestUs = Math.max(longestUs, timeUs - lastUs);
    lastUs = timeUs;
  }
  return { frames: inside.length, ms: (toUs - fromUs) / 1000, longestMs: Math.max(longestUs, toUs - lastUs) / 1000, broken: inside.filter(({ gapBefore }) => gapBefore).length };
}

/** From its first frame on: a recorder that began within the span wrote none before. */
export function restOf(span: Span, all: readonly Frame[]): Span {
  const inside = all.filter(({ timeUs }) => timeUs >= span.fromUs && timeUs < span.toUs).map(({ timeUs }) => timeUs);
  return inside.length === 0 ? span : { fromUs: Math.min(...inside), toUs: span.toUs };
}
