/** After a crash: finds segments that the index does not know whole, cuts torn tails, indexes them. */
import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { packConfig } from '../mp4/packed-config.ts';
import type { CameraKey } from '../../core/units.ts';
import { readChunks } from '../mp4/unit-rows.ts';
import { cameraFolder, OWN_FOLDER, segmentCamera } from './layout.ts';
import { type Ledger, type NewSegment, WHOLE } from './ledger.ts';
import { endOf } from './open-segments.ts';
import { coverOf } from './runs.ts';
import { type ScannedSegment, scanSegment } from './scan.ts';

/** `damaged`: no whole head; left where it is, for a person to look at. `empty`: nothing in it. */
export type FileFinding =
  | { readonly kind: 'footage'; readonly segment: NewSegment; readonly torn: number }
  | { readonly kind: 'damaged' | 'empty' | 'gone' };

export async function inspectSegment(storePath: string, path: string): Promise<FileFinding> {
  let scanned: ScannedSegment | null;
  try {
    scanned = await scanSegment(join(storePath, path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'gone' };
    throw error;
  }
  if (scanned === null) return { kind: (await isEmpty(join(storePath, path))) ? 'empty' : 'damaged' };
  const segment = segmentOf(path, scanned);
  return segment === null ? { kind: 'empty' } : { kind: 'footage', segment, torn: scanned.fileBytes - scanned.bytes };
}

function segmentOf(path: string, { head, rows, bytes }: ScannedSegment): NewSegment | null {
  const cover = coverOf(readChunks(rows));
  const camera = segmentCamera(path);
  if (cover === null || camera === null) return null;
  const config = packConfig(head.config);
  return { path, camera, startUs: head.baseUs, endUs: endOf(cover), bytes, config, state: WHOLE, cover, rows };
}

async function isEmpty(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    return (await file.stat()).size === 0;
  } finally {
    await file.close();
  }
}

/** Cuts what lies behind the last whole fragment, and makes the rest durable. */
export async function cutTail(storePath: string, segment: NewSegment, torn: number): Promise<void> {
  const file = await open(join(storePath, segment.path), 'r+');
  try {
    if (torn > 0) await file.truncate(segment.bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Takes an unfinished file into the index. Returns true if it held footage. */
export async function recoverSegment(ledger: Ledger, storePath: string, path: string): Promise<boolean> {
  const finding = await inspectSegment(storePath, path);
  if (finding.kind === 'footage') {
    await cutTail(storePath, finding.segment, finding.torn);
    ledger.put(finding.segment);
    return true;
  }
  if (finding.kind === 'empty') await unlink(join(storePath, path));
  ledger.forget(path);
  return false;
}

export async function* camerasOnDisk(storePath: string): AsyncGenerator<CameraKey> {
  for (const serverId of await folders(storePath)) {
    if (serverId === OWN_FOLDER) continue;
    for (const cameraId of await folders(join(storePath, serverId))) yield { serverId, cameraId };
  }
}

/** Segment paths of a camera in time order, from a UTC day (`2026-11-22`) on. */
export async function* segmentsOnDisk(storePath: string, camera: CameraKey, fromDay: string): AsyncGenerator<string> {
  const folder = cameraFolder(camera);
  for (const day of await folders(join(storePath, folder))) {
    if (day < fromDay) continue;
    const names = await readdir(join(storePath, folder, day));
    for (const name of names.toSorted()) {
      const path = `${folder}/${day}/${name}`;
      if (segmentCamera(path) !== null) yield path;
    }
  }
}

async function folders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** In the index from its making until it knows all files: a crash in between must not leave the older ones out for ever. */
const INCOMPLETE = 'incomplete';

export function markIncomplete(ledger: Ledger, incomplete: boolean): void {
  ledger.setState(INCOMPLETE, incomplete ? '1' : '0');
}

export function isIncomplete(ledger: Ledger): boolean {
  return ledger.state(INCOMPLETE) === '1';
}

/**
 * Files younger than what the index knows of each camera (or of one): made shortly before a crash. All
 * that it does not know, where it was never made whole.
 */
export async function* unknownSegments(ledger: Ledger, storePath: string, only: CameraKey | null = null): AsyncGenerator<string> {
  const incomplete = isIncomplete(ledger);
  for await (const camera of only === null ? camerasOnDisk(storePath) : [only]) {
    const newest = incomplete ? null : ledger.newestStart(camera);
    // A day earlier than needed: clocks step, and listing one folder more costs little.
    const fromDay = newest === null ? '' : new Date(newest / 1000 - 86_400_000).toISOString().slice(0, 10);
    for await (const path of segmentsOnDisk(storePath, camera, fromDay)) if (!ledger.knows(path)) yield path;
  }
}
