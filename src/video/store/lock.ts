/**
 * One process per store path. The lock is a transaction held open on a small database: the kernel
 * lets go of it when the process ends, however it ends, so there is nothing stale to judge.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { openSql } from '../../platform/sqlite.ts';
import { storeFault } from './errors.ts';
import { HOLDER_FILE, LOCK_FILE } from './layout.ts';

export interface Holder {
  readonly pid: number;
  readonly name: string;
  readonly since: string;
}

/** Returns how to let go. Throws `store.in-use`, with who holds it. Synchronous: for the index thread. */
export function holdStore(storePath: string, holder: Holder): () => void {
  // The wait covers a predecessor that is just ending.
  const options = { path: `${storePath}/${LOCK_FILE}`, busyTimeoutMs: 300 };
  try {
    const db = openSql(options);
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      throw error;
    }
    writeFileSync(`${storePath}/${HOLDER_FILE}`, JSON.stringify(holder));
    return () => {
      db.exec('ROLLBACK');
      db.close();
    };
  } catch (error) {
    if (!(error instanceof Error) || !/locked|busy/i.test(error.message)) throw error;
    const who = readHolder(storePath);
    const text = who === null ? 'another process' : `${who.name} (process ${who.pid}, since ${who.since})`;
    throw storeFault('store.in-use', `${storePath} is used by ${text}.`, error);
  }
}

function readHolder(storePath: string): Holder | null {
  try {
    return JSON.parse(readFileSync(`${storePath}/${HOLDER_FILE}`, 'utf8')) as Holder;
  } catch {
    // The holder is only named for people; the lock itself does not depend on it.
    return null;
  }
}
