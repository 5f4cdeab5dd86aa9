/** Which units of a segment a reader of a span gets. Pure. */
import type { Span, TimeUs } from '../../core/units.ts';
import type { StoredRow } from '../mp4/unit-rows.ts';
import { contains } from './spans.ts';

/** A picture group that ended this long before the asked time is not worth decoding to get there. */
const STALE_US = 2_000_000;

export interface Selection {
  /** False once reading has begun: then a segment is taken from its start. */
  readonly first: boolean;
  readonly span: Span;
  readonly hidden: readonly Span[];
}

/** Rows in decoding order, from the last key picture at or before the span (or the first after it). */
export function selectUnits(rows: readonly StoredRow[], { first, span, hidden }: Selection): readonly StoredRow[] {
  const from = first ? startIndex(rows, span.fromUs) : 0;
  const to = endIndex(rows, span.toUs);
  const chosen = from < 0 ? [] : rows.slice(from, to);
  return chosen.filter(
    (row) => (row.track === 'video' || row.timeUs < span.toUs) && (hidden.length === 0 || !contains(hidden, row.timeUs)),
  );
}

/** -1: nothing of the segment is wanted. */
function startIndex(rows: readonly StoredRow[], fromUs: TimeUs): number {
  let best = -1;
  let newest = -Infinity;
  for (const [at, row] of rows.entries()) {
    if (row.track !== 'video') continue;
    if (row.key && row.timeUs <= fromUs) best = at;
    else if (row.key && (best < 0 || fromUs - newest > STALE_US)) return at;
    if (row.timeUs > fromUs && best >= 0) return best;
    newest = Math.max(newest, row.timeUs);
  }
  return best >= 0 && fromUs - newest > STALE_US ? -1 : best;
}

/** Behind the last video unit shown before `toUs`; units between that B-frames lean on are kept. */
function endIndex(rows: readonly StoredRow[], toUs: TimeUs): number {
  const last = rows.findLastIndex((row) => row.track === 'video' && row.timeUs < toUs);
  const audio = rows.findLastIndex((row) => row.track === 'audio' && row.timeUs < toUs);
  // Audio may lie behind the last picture, but must not pull later pictures in.
  const nextVideo = rows.findIndex((row, at) => at > last && row.track === 'video');
  return Math.max(last + 1, Math.min(audio + 1, nextVideo < 0 ? rows.length : nextVideo));
}
