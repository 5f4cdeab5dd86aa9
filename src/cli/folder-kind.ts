/** A recorder's settings folder and a failover server's data folder are two folders: both have keys and locks of their own. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { errorCode } from '../platform/read-bytes.ts';
import { recorderFolder } from '../recorder/folder.ts';

/** The database of a failover server, in its data folder. */
export const databaseName = 'failover.sqlite';

/** For the recorder, its agent, and what changes its settings. */
export async function demandRecorderFolder(folder: string): Promise<void> {
  if (!(await isThere(join(folder, databaseName)))) return;
  throw new UnderstudyError('input.invalid', `${folder} is the data folder of a failover server; a recorder needs a settings folder of its own.`, {
    field: 'folder',
    advice: 'Name another folder; nothing was changed in this one.',
  });
}

/** For the failover server. */
export async function demandFailoverFolder(folder: string): Promise<void> {
  const { settings, identity } = recorderFolder(folder);
  if (await isThere(join(folder, databaseName))) return; // ours; what else lies there is its owner's business
  if (!(await isThere(settings)) && !(await isThere(identity))) return;
  throw new UnderstudyError('input.invalid', `${folder} is the settings folder of a recorder; a failover server needs a data folder of its own.`, {
    field: 'folder',
    advice: 'Name another folder; nothing was changed in this one.',
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
