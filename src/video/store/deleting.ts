/** Deletes footage so that a crash at any point leaves neither a lost file nor a row without one. */
import { rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { union } from '../../core/coverage.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import { readChunks, type StoredRow } from '../mp4/unit-rows.ts';
import { type Ledger, spanOf, WHOLE } from './ledger.ts';
import { endOf, type OpenSegment } from './open-segments.ts';
import type { Victim } from './retention.ts';
import { covers, subtract } from './spans.ts';

/**
 * Doomed in the index first, then unlinked, then forgotten: what a crash left is finished at the next start.
 * Rejects with the first failure, after it has tried all: one file that cannot be deleted must not keep the others.
 */
export async function deleteSegments(ledger: Ledger, storePath: string, paths: readonly string[]): Promise<void> {
  doomAll(ledger, paths);
  const failures: unknown[] = [];
  for (const path of paths) {
    try {
      await removeFile(join(storePath, path));
      forgetSegment(ledger, path);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Segments follow each other within a picture or two; what lies so near was one run of writing. */
const joinUs = 2_000_000;
/** Of a camera that was cut off every few seconds, the newest: years of most others. An answer over the link holds ten times as many. */
const mostNotes = 5000;

/**
 * Deletes for room or by rule, and notes what is gone: people who look for it later are told that it was recorded. A crash
 * in between, or a full disk, loses the note only. Rejects as `deleteSegments`.
 */
export async function deleteVictims(ledger: Ledger, storePath: string, victims: readonly Victim[]): Promise<void> {
  try {
    await deleteSegments(ledger, storePath, victims.map(({ path }) => path));
  } finally {
    noteDeleted(ledger, victims.filter(({ path }) => !ledger.knows(path)));
  }
}

function noteDeleted(ledger: Ledger, gone: readonly Victim[]): void {
  ifRoom(ledger, () => {
    for (const camera of new Set(gone.map((victim) => victim.camera))) {
      const ofCamera = gone.filter((victim) => victim.camera === camera);
      const spans = union(ofCamera.map(({ startUs, endUs }) => ({ fromUs: startUs, toUs: endUs })), joinUs);
      const beside = spans.flatMap(({ fromUs, toUs }) => ledger.spans('deleted', camera, { fromUs: fromUs - joinUs, toUs: toUs + joinUs }));
      ledger.replaceSpans('deleted', camera, beside, union([...beside, ...spans], joinUs));
      ledger.keepNewest('deleted', camera, mostNotes);
    }
  });
}

function doomAll(ledger: Ledger, paths: readonly string[]): void {
  ifRoom(ledger, () => {
    for (const path of paths) ledger.doom(path);
  });
}

/** On a disk so full that the index cannot be written, deleting is what helps: it must not fail for what is noted of it. */
function ifRoom(ledger: Ledger, write: () => void): void {
  try {
    ledger.sql.transaction(write);
  } catch (error) {
    if (!(error instanceof Error) || !/full/i.test(error.message)) throw error;
  }
}

/** What was said about footage that is gone must not hold for footage that is written later in its place. */
function forgetSegment(ledger: Ledger, path: string): void {
  const row = ledger.one('SELECT camera, start_us AS from_us, end_us AS to_us FROM segments WHERE path = ?', path);
  ledger.sql.transaction(() => {
    ledger.forget(path);
    if (row === undefined) return;
    const gone = spanOf(row);
    const camera = Number(row['camera']);
    // Two runs of writing may share a group of pictures: what is hidden in the other file stays hidden.
    const still = ledger.metas(camera, gone).filter((meta) => meta.path !== path);
    const free = subtract([gone], still.map(({ startUs, endUs }) => ({ fromUs: startUs, toUs: endUs })));
    for (const table of ['hidden', 'doubles'] as const) {
      const before = ledger.spans(table, camera, gone);
      if (before.length > 0) ledger.replaceSpans(table, camera, before, subtract(before, free));
    }
  });
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
    await rmdir(dirname(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    // The day's folder holds more, or the file was gone already.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}

/**
 * Drops unlocked footage of a span: whole segments are deleted, parts are hidden by whole picture
 * groups, and a segment all of which is hidden is deleted. Returns bytes freed.
 */
export async function dropSpan(
  ledger: Ledger,
  storePath: string,
  open: ReadonlyMap<string, OpenSegment>,
  camera: CameraKey,
  span: Span,
): Promise<number> {
  const id = ledger.cameraId(camera);
  if (id === null) return 0;
  const wanted = subtract([span], ledger.lockedSpans(id, span));
  const doomed: string[] = [];
  let freed = 0;
  ledger.sql.transaction(() => {
    for (const meta of ledger.metas(id, span)) {
      const live = open.get(meta.path);
      const rows = live === undefined ? ledger.content(meta.path)?.rows : live.rows;
      const cover = live === undefined ? meta.cover : live.cover();
      if (rows === undefined || cover === null) continue;
      const whole = { fromUs: meta.startUs, toUs: endOf(cover) };
      const groups = covers(wanted, whole) ? [whole] : wholeGroups([...readChunks(rows)], whole.toUs, wanted);
      if (groups.length === 0) continue;
      const hidden = union([...ledger.spans('hidden', id, widened(whole)), ...groups]);
      ledger.replaceSpans('hidden', id, hidden, hidden);
      const locked = ledger.lockedSpans(id, whole).length > 0;
      if (meta.state !== WHOLE || locked || !covers(hidden, whole)) continue;
      doomed.push(meta.path);
      freed += meta.bytes;
    }
  });
  await deleteSegments(ledger, storePath, doomed);
  return freed;
}

/** Touching spans are united too. */
function widened(span: Span): Span {
  return { fromUs: span.fromUs - 1, toUs: span.toUs + 1 };
}

/** Picture groups that lie in the wanted spans from their key picture to the next one. */
function wholeGroups(rows: readonly StoredRow[], endUs: number, wanted: readonly Span[]): Span[] {
  const keys = rows.flatMap((row) => (row.track === 'video' && row.key ? [row.timeUs] : []));
  return keys
    .map((fromUs, at) => ({ fromUs, toUs: keys[at + 1] ?? endUs }))
    .filter((group) => covers(wanted, group));
}
