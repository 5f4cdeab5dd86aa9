/**
 * Evidence locks, kept beside the index too: the index can be made anew from the segments, but what
 * people locked stands in no segment, and locked footage must never be deleted (I9).
 */
import { join } from 'node:path';
import { readIfThere, writeDurably } from '../../platform/durable-file.ts';
import type { EvidenceLock } from '../contract.ts';
import { storeFault } from './errors.ts';
import { LOCKS_FILE } from './layout.ts';

export async function writeLocks(storePath: string, locks: readonly EvidenceLock[]): Promise<void> {
  await writeDurably(join(storePath, LOCKS_FILE), JSON.stringify(locks, null, 1));
}

/** Throws `store.damaged`: going on without the locks could delete evidence. */
export async function readLocks(storePath: string): Promise<readonly EvidenceLock[]> {
  const text = await readIfThere(join(storePath, LOCKS_FILE));
  if (text === null) return [];
  const locks = parse(text);
  if (locks === null)
    throw storeFault('store.damaged', `${LOCKS_FILE} in ${storePath} cannot be read, and the index is new: evidence locks would be lost.`);
  return locks;
}

function parse(text: string): readonly EvidenceLock[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isLock) ? value : null;
  } catch {
    // Not JSON: told as damaged by the caller.
    return null;
  }
}

function isLock(value: unknown): value is EvidenceLock {
  if (typeof value !== 'object' || value === null) return false;
  const lock = value as Record<string, unknown>;
  const texts = ['id', 'serverId', 'cameraId', 'reason', 'lockedBy'].every((name) => typeof lock[name] === 'string');
  return texts && ['fromUs', 'toUs', 'lockedAtUs'].every((name) => Number.isSafeInteger(lock[name]));
}
