/** One camera's footage from several machines as one stream: planned window by window, read piece by piece. */
import { UnderstudyError } from '../../contract/errors.ts';
import { mergeFootage, type FootagePiece, type SeamSource, type SeamStart } from '../../core/seams.ts';
import type { Span, TimeUs, UnitRow } from '../../core/units.ts';
import type { FootageBatch, FootageUnit } from '../contract.ts';

/** One machine's footage of the camera; spans and times are in that machine's own time. */
export interface FootageSource {
  readonly id: string;
  /** Added to its times gives times of the timeline. */
  readonly shiftUs: number;
  rows(span: Span): AsyncIterable<readonly UnitRow[]>;
  read(span: Span): AsyncIterable<FootageBatch>;
}

/** So much is planned at once: some thousand rows per machine. */
const windowUs = 300_000_000;
/** Looked at beyond the window's edges: longer than a GOP and than clocks may differ. */
const marginUs = 30_000_000;

interface Planned {
  readonly pieces: readonly FootagePiece[];
  /** Where the next window goes on; null: behind what was played. */
  readonly next: (SeamStart & { readonly shiftUs: number; readonly atUs: TimeUs }) | null;
  /** Up to there everything is in `pieces`: the window's end, or beyond it the end of a piece that has no key frame there. */
  readonly untilUs: TimeUs;
}

/**
 * What another machine may say of one window: pictures and sound of six minutes at 500 a second, and more
 * interruptions than a stream survives. Merging costs more than linearly in these, and rows without end are a lie.
 */
const mostRows = 200_000;
const mostBreaks = 5_000;
const pauseUs = 200_000;
const reorderUs = 2_000_000;

async function gather(source: FootageSource, shiftUs: number, span: Span): Promise<SeamSource> {
  const rows: UnitRow[] = [];
  let breaks = 0;
  let newestUs: TimeUs | null = null;
  for await (const page of source.rows({ fromUs: span.fromUs - shiftUs, toUs: span.toUs - shiftUs }))
    for (const row of page) {
      if (row.track === 'video') {
        // B-frames step back a little, key frames never.
        const leastUs: TimeUs = (newestUs ?? row.timeUs) - (row.key ? 0 : reorderUs);
        const breaksOff: boolean = row.gapBefore || row.timeUs < leastUs || row.timeUs > (newestUs ?? row.timeUs) + pauseUs;
        if (breaksOff) breaks++;
        newestUs = breaksOff ? row.timeUs : Math.max(newestUs ?? row.timeUs, row.timeUs);
      }
      rows.push(row);
      if (rows.length > mostRows || breaks > mostBreaks) throw new UnderstudyError('link.protocol', `The ${source.id} tells of more pictures, or more interruptions, than there can be.`);
    }
  return { id: source.id, rows, shiftUs };
}

const videoOf = (sources: readonly SeamSource[], piece: FootagePiece): UnitRow[] =>
  sources.find(({ id }) => id === piece.source)!.rows.filter(({ track, timeUs }) => track === 'video' && timeUs >= piece.span.fromUs && timeUs < piece.span.toUs);

/** Begins at the last key frame at or before `fromUs`, as every reading does. */
function withoutBefore(pieces: readonly FootagePiece[], sources: readonly SeamSource[], fromUs: TimeUs): readonly FootagePiece[] {
  const rest = pieces.filter((piece) => piece.span.toUs + piece.shiftUs > fromUs);
  const [first, ...others] = rest;
  if (first === undefined || first.span.fromUs + first.shiftUs >= fromUs) return rest;
  const key = videoOf(sources, first).findLast((unit) => unit.key && unit.timeUs + first.shiftUs <= fromUs);
  return key === undefined ? rest : [{ ...first, span: { ...first.span, fromUs: key.timeUs } }, ...others];
}

/** Ends the window at a key frame, so that the next one can go on with it. */
function upTo(pieces: readonly FootagePiece[], sources: readonly SeamSource[], toUs: TimeUs): Planned {
  const kept: FootagePiece[] = [];
  for (const piece of pieces) {
    if (piece.span.fromUs + piece.shiftUs >= toUs) break;
    const key = videoOf(sources, piece).find((unit) => unit.key && unit.timeUs + piece.shiftUs >= toUs);
    if (key === undefined) {
      kept.push(piece);
      continue;
    }
    kept.push({ ...piece, span: { ...piece.span, toUs: key.timeUs } });
    const atUs = key.timeUs + piece.shiftUs;
    return { pieces: kept, next: { source: piece.source, timeUs: key.timeUs, shiftUs: piece.shiftUs, atUs }, untilUs: atUs };
  }
  return { pieces: kept, next: null, untilUs: kept.reduce((untilUs, { span, shiftUs }) => Math.max(untilUs, span.toUs + shiftUs), toUs) };
}

interface Playing {
  /** Another source was played before it. */
  readonly again: boolean;
  /** What was played before it leads up to it: pictures that are shown before its key frame can be decoded. */
  readonly led: boolean;
}

/** Plays a piece in times of the timeline; the reader's lead-in before the piece is left out. By decoding order: B-frames are shown out of it. */
async function* playPiece(piece: FootagePiece, source: FootageSource, { again, led }: Playing): AsyncGenerator<FootageBatch> {
  const { fromUs, toUs } = piece.span;
  let first = again;
  let begun = false;
  let over = false;
  const isIn = ({ track, key, timeUs }: UnitRow): boolean => {
    if (track === 'audio') return timeUs >= fromUs && timeUs < toUs;
    begun ||= timeUs >= fromUs;
    over ||= key && timeUs >= toUs;
    return begun && !over && (led || timeUs >= fromUs);
  };
  for await (const batch of source.read(piece.span)) {
    const units = batch.units.filter(isIn).map((unit): FootageUnit => ({ ...unit, timeUs: unit.timeUs + piece.shiftUs }));
    if (units[0] === undefined) continue;
    // Another session: its RTP times have nothing to do with those before.
    if (first) units[0] = { ...units[0], gapBefore: true };
    first = false;
    yield { config: batch.config, units };
  }
}

/** Footage of `span` (times of the timeline), every access unit once; begins at the key frame at or before its start. */
export async function* mergedFootage(sources: readonly FootageSource[], span: Span): AsyncGenerator<FootageBatch> {
  let atUs = span.fromUs;
  let next: Planned['next'] = null;
  let played: string | null = null;
  while (atUs < span.toUs) {
    const endUs: TimeUs = Math.min(atUs + windowUs, span.toUs);
    const last = endUs === span.toUs;
    const looked = { fromUs: atUs - marginUs, toUs: endUs + marginUs };
    const from: Planned['next'] = next;
    const gathered = await Promise.all(sources.map((source) => gather(source, source.id === from?.source ? from.shiftUs : source.shiftUs, looked)));
    const merged = mergeFootage(gathered, from ?? undefined);
    const trimmed: readonly FootagePiece[] = from === null ? withoutBefore(merged.pieces, gathered, atUs) : merged.pieces;
    const plan: Planned = last
      ? { pieces: trimmed.filter((piece) => piece.span.fromUs + piece.shiftUs < endUs), next: null, untilUs: endUs }
      : upTo(trimmed, gathered, endUs);
    for (const piece of plan.pieces) {
      const cut: Span = last ? { ...piece.span, toUs: Math.min(piece.span.toUs, endUs - piece.shiftUs) } : piece.span;
      yield* playPiece({ ...piece, span: cut }, sources.find(({ id }) => id === piece.source)!, { again: played !== null && played !== piece.source, led: played !== null && piece.joined !== 'gap' });
      played = piece.source;
    }
    next = plan.next;
    atUs = plan.untilUs;
  }
}
