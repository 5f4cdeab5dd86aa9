import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storeError } from './blob-folder.ts';
import { makeFolder } from './make-folder.ts';

/** Makes the folder and tries to write there, before a setting names it. Rejects with `store.…`. */
export async function prepareFolder(path: string): Promise<void> {
  const probe = join(path, `.understudy-probe-${process.pid}`);
  try {
    await makeFolder(path);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw storeError(error, path);
  }
}
