import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { errorCode } from './read-bytes.ts';

/**
 * Makes a folder and what is missing above it; one that is there is left as it is. Node's own recursive form never ends
 * where the kernel says ENOENT of a folder whose parent is there (`/proc/x`).
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (await isFolder(path)) return;
    if (errorCode(error) !== 'ENOENT') throw error;
    const parent = dirname(path);
    if (parent === path || (await isFolder(parent)))
      throw new UnderstudyError('store.read-only', `The folder ${path} cannot be made: ${parent} takes no folders.`, { advice: 'Name a folder on a disk.', cause: error });
    await makeFolder(parent, mode);
    await makeFolder(path, mode);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
