/**
 * A file whose only use is that it can be deleted. On a disk that something else filled to the last byte
 * SQLite cannot even open the index, and without the index no old footage can be deleted to make room.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BALLAST_FILE } from './layout.ts';

/** Enough for the index to be opened, and for the first deletions to be noted. */
const BALLAST_BYTES = 4 << 20;

/** Runs `open`; where there is no room for that, once more without the ballast. */
export function openWithRoom<T>(storePath: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Error) || !/ENOSPC|disk I\/O error|disk is full/i.test(error.message)) throw error;
    rmSync(join(storePath, BALLAST_FILE), { force: true });
    return open();
  }
}

/** Makes the ballast if it is missing and there is room. Of random bytes: some file systems store zeros as nothing. */
export async function keepBallast(storePath: string): Promise<void> {
  const path = join(storePath, BALLAST_FILE);
  const file = await open(path, 'wx').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
    throw error;
  });
  if (file === null) return;
  try {
    await file.writeFile(randomBytes(BALLAST_BYTES));
  } catch {
    // No room after all: none is better than some that others need now.
    await rm(path, { force: true });
  } finally {
    await file.close();
  }
}
