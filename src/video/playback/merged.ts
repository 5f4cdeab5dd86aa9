/** One camera's footage from several sources, piece after piece, as if one had recorded it. */
import type { FootagePiece } from '../../core/seams-types.ts';
import type { FootageBatch, FootageUnit } from '../contract.ts';
import type { Span } from '../../core/units.ts';

/** Reads one camera from one source; `FootageReader.read` with the camera filled in, or a remote's. */
export type PieceReader = (source: string, span: Span) => AsyncIterable<FootageBatch>;

/**
 * Plays pieces in their order, in times of the timeline. A unit that is not of its piece (a reader
 * starts at the key picture before) is left out, except that the very first piece keeps its lead-in.
 */
export async function* playMerged(pieces: readonly FootagePiece[], read: PieceReader): AsyncGenerator<FootageBatch> {
  for (const [at, piece] of pieces.entries()) {
    let first = true;
    for await (const batch of read(piece.source, piece.span)) {
      const units = batch.units
        .filter((unit) => isOf(unit, piece.span, at === 0))
        .map((unit) => ({ ...unit, timeUs: unit.timeUs + piece.offsetUs }));
      if (units.length === 0) continue;
      const start = units[0];
      // Another session: its RTP times have nothing to do with those before.
      if (first && at > 0 && start !== undefined) units[0] = { ...start, gapBefore: true };
      first = false;
      yield { config: batch.config, units };
    }
  }
}

function isOf(unit: FootageUnit, { fromUs, toUs }: Span, keepLeadIn: boolean): boolean {
  return unit.timeUs < toUs && (keepLeadIn || unit.timeUs >= fromUs);
}
