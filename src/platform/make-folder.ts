import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { errorCode } from './read-bytes.ts';

const mostTries = 10;

/**
 * Makes a folder and what is missing above it; one that is there is left as it is. Node's own recursive form never ends
 * where the kernel says ENOENT of a folder whose parent is there (`/proc/x`).
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const parent = dirname(path);
  // Others make and remove folders at the same time: only a parent that was there before the try is to blame.
  for (let parentWasThere = false, tries = 0; ; tries += 1) {
    try {
      await mkdir(path, { mode });
      return;
    } catch (error) {
      if (await isFolder(path)) return;
      if (errorCode(error) !== 'ENOENT' || tries >= mostTries) throw error;
      if (parent === path || parentWasThere)
        throw new UnderstudyError('store.read-only', `The folder ${path} cannot be made: ${parent} takes no folders.`, { advice: 'Name a folder on a disk.', cause: error });
    }
    if (!(await isFolder(parent))) await makeFolder(parent, mode);
    parentWasThere = await isFolder(parent);
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
