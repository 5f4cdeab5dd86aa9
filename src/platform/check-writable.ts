import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { storeError } from './blob-folder.ts';
import { makeFolder } from './make-folder.ts';
import { errorCode } from './read-bytes.ts';

/** Makes the folder if need be and writes a file there for a moment. Throws `input.invalid` for what is no folder, else `store.…`. */
export async function checkWritable(folder: string): Promise<void> {
  const probe = join(folder, `.understudy-try-${process.pid}`);
  try {
    await makeFolder(folder);
    await writeFile(probe, '');
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(errorCode(error) ?? ''))
      throw new UnderstudyError('input.invalid', `${folder}, or a part of this path, is a file and not a folder.`, { cause: error, advice: 'Name a folder.' });
    throw storeError(error, folder);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined); // where it could not be written there is nothing to remove
  }
}
