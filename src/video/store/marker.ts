/**
 * The marker file of a store path. It is made once, at set-up; when it is missing later, the disk is
 * not mounted, and what lies under the mount point must never be written.
 */
import type { Files } from '../../platform/disk.ts';
import { storeFault } from './errors.ts';
import { MARKER_FILE } from './layout.ts';

export interface Marker {
  readonly id: string;
  readonly format: 1;
}

/** Throws `store.missing` if there is no marker, or one of another store. */
export async function readMarker(files: Files, storePath: string, expectedId: string | null): Promise<Marker> {
  let text: string;
  try {
    text = await files.readText(`${storePath}/${MARKER_FILE}`);
  } catch (error) {
    throw storeFault('store.missing', `${storePath} has no ${MARKER_FILE}: the disk is not mounted, or was never set up.`, error);
  }
  const marker = parseMarker(text);
  if (marker === null) throw storeFault('store.damaged', `${storePath}/${MARKER_FILE} cannot be read.`);
  if (expectedId !== null && marker.id !== expectedId)
    throw storeFault('store.missing', `${storePath} holds another store (${marker.id}, not ${expectedId}): another disk is mounted there.`);
  return marker;
}

function parseMarker(text: string): Marker | null {
  try {
    const value = JSON.parse(text) as Partial<Marker> | null;
    return value !== null && typeof value.id === 'string' && value.format === 1 ? { id: value.id, format: 1 } : null;
  } catch {
    // Not JSON: told as damaged by the caller.
    return null;
  }
}

const CACHE_MS = 2000;

/** For writers: asks the disk at most every two seconds per thread, however many cameras begin a segment. */
export class MarkerCheck {
  #askedMs = -Infinity;
  #answer: Promise<Marker> | null = null;

  check(files: Files, storePath: string, expectedId: string | null, nowMs: number): Promise<Marker> {
    if (this.#answer === null || nowMs - this.#askedMs > CACHE_MS) {
      this.#askedMs = nowMs;
      this.#answer = readMarker(files, storePath, expectedId);
    }
    return this.#answer;
  }
}
