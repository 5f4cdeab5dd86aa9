import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnderstudyError } from '../../contract/errors.ts';
import { readIfThere, writeDurably } from '../../platform/durable-file.ts';
import { openSql, type Sql } from '../../platform/sqlite.ts';
import type { FootageStore } from '../../video/contract.ts';
import { openStore } from '../../video/store/store.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { databaseName } from '../folder-kind.ts';

export const failoverMigrations = new URL('../../failover/db/migrations', import.meta.url).pathname;

/** Opens the failover server's database; one written by a newer version is refused and left untouched. */
export async function openDatabase(folder: string): Promise<Sql> {
  await makeFolder(folder, 0o700);
  const path = join(folder, databaseName);
  // Before SQLite makes it: its log beside it takes the same rights. A folder that was there may be open to all.
  await writeFile(path, '', { flag: 'a', mode: 0o600 });
  await chmod(path, 0o600);
  try {
    return openSql({ path, migrations: failoverMigrations, synchronous: 'full' });
  } catch (error) {
    if (!(error instanceof Error) || !/not a database|malformed/.test(error.message)) throw error;
    throw new UnderstudyError('store.damaged', `The database ${path} is damaged (${error.message}). Nothing was changed.`, {
      cause: error,
      advice: 'Bring back a copy of it. Without one, move it away: the failover server then begins anew, and its servers are paired again.',
    });
  }
}

/**
 * Opens the store path. Only a path that was never used is set up; a used one without its marker file
 * is an unmounted disk and is refused, because writing would fill the disk below the mount point.
 */
export async function openStorePath(folder: string, storePath: string, reserveBytes: number): Promise<FootageStore> {
  const known = join(folder, 'store-path');
  const used = (await readIfThere(known))?.trim() === storePath;
  // A used path is never made: it would lie below an empty mount point.
  if (!used) await makeFolder(storePath);
  const store = await openStore({ storePath, create: !used, processName: 'failover', reserveBytes });
  if (!used) await writeDurably(known, `${storePath}\n`, 0o600);
  return store;
}
