/** Reading that goes on as new footage comes. */
import type { CameraKey, TimeUs } from '../../core/units.ts';
import type { FootageBatch } from '../contract.ts';
import { readChunks, type StoredRow } from '../mp4/unit-rows.ts';
import { ConfigNumbers, type SegmentReader } from '../store/reader.ts';
import { selectUnits } from '../store/select-units.ts';
import type { Cursor, LiveSource } from '../store/source.ts';

const FOREVER = Number.MAX_SAFE_INTEGER;

/**
 * Starts at the last key picture at or before `fromUs` and goes on until `signal` is aborted. About a
 * second behind the camera: writers report once a second.
 */
export async function* followLive(
  reader: SegmentReader,
  source: LiveSource,
  camera: CameraKey,
  fromUs: TimeUs,
  signal: AbortSignal,
): AsyncGenerator<FootageBatch> {
  const configs = new ConfigNumbers();
  const span = { fromUs, toUs: FOREVER };
  let done: Cursor | null = null;
  let current: { readonly cursor: Cursor; rows: number } | null = null;
  let first = true;
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  while (!signal.aborted) {
    // Asked for before looking, so that nothing written in between is slept over.
    const grown = source.grown(camera);
    // Whoever left does not wait for it any more, and nobody else hears that the store was closed.
    grown.catch(() => undefined);
    for await (const piece of reader.pieces(camera, span, done)) {
      const all = [...readChunks(piece.rows)];
      const seen: number = current?.cursor.path === piece.path ? current.rows : 0;
      const rows: readonly StoredRow[] = selectUnits(all.slice(seen), { first, span, hidden: piece.hidden });
      if (rows.length > 0) first = false;
      yield* reader.readRows(piece, rows, configs.of(piece.config));
      if (signal.aborted) return;
      // While nothing was chosen yet, the segment is looked at from its start again.
      current = { cursor: piece, rows: first ? 0 : all.length };
      if (!piece.open) done = piece;
    }
    await Promise.race([grown, aborted]);
  }
}
