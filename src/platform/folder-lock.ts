import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { errorCode, readBytesIfThere } from './read-bytes.ts';
import { makeFolder } from './make-folder.ts';

/** Who holds a folder. A process is named by pid and start time, because pids come again. */
export interface LockHolder {
  readonly pid: number;
  /** Field 22 of `/proc/<pid>/stat`: clock ticks since boot. */
  readonly startTicks: string;
  readonly bootId: string;
  readonly host: string;
  readonly what: string;
  readonly since: string;
}

export interface FolderLock {
  readonly holder: LockHolder;
  release(): Promise<void>;
}

/**
 * Takes the lock file `path` for this process, or refuses with `store.in-use`, naming the holder.
 * The lock of a process that is gone (crash, power-off) is taken over by itself.
 */
export async function lockFolder(path: string, what: string, since: Date): Promise<FolderLock> {
  await makeFolder(dirname(path), 0o700);
  const holder = await ourselves(what, since);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      // link() is the atomic "create with contents if there is none".
      if (await linked(draft, path)) return { holder, release: () => release(path, holder) };
      const other = await holderOf(path);
      if (other !== null && (await alive(other))) throw inUse(path, other);
      await putAside(path, other);
    }
    throw new UnderstudyError('store.in-use', `The lock ${path} changes hands too quickly.`, {
      advice: 'Wait until the other process has started or ended, then try again.',
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** The living holder of a lock file, or null. */
export async function whoHolds(path: string): Promise<LockHolder | null> {
  const holder = await holderOf(path);
  return holder !== null && (await alive(holder)) ? holder : null;
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead holder's lock; if another process was quicker and the file is its new lock, puts that back. */
async function putAside(path: string, dead: LockHolder | null): Promise<void> {
  const aside = `${path}.stale.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return; // somebody else removed it: try again from the start
    throw error;
  }
  const moved = await holderOf(aside);
  if (moved !== null && (moved.pid !== dead?.pid || moved.startTicks !== dead.startTicks)) await linked(aside, path);
  await rm(aside, { force: true });
}

async function release(path: string, ours: LockHolder): Promise<void> {
  const now = await holderOf(path);
  if (now !== null && now.pid === ours.pid && now.startTicks === ours.startTicks) await rm(path, { force: true });
}

async function holderOf(path: string): Promise<LockHolder | null> {
  const body = await readBytesIfThere(path);
  if (body === null) return null;
  try {
    return JSON.parse(body.toString('utf8')) as LockHolder;
  } catch {
    return null; // torn by a power-off: nobody alive wrote it, it counts as stale
  }
}

async function ourselves(what: string, since: Date): Promise<LockHolder> {
  return {
    pid: process.pid,
    startTicks: (await startTicks(process.pid)) ?? '',
    bootId: await bootId(),
    host: hostname(),
    what,
    since: since.toISOString(),
  };
}

async function alive(holder: LockHolder): Promise<boolean> {
  return holder.bootId === (await bootId()) && (await startTicks(holder.pid)) === holder.startTicks;
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** Null for a process that is gone, and for a zombie: it holds nothing any more. */
async function startTicks(pid: number): Promise<string | null> {
  const stat = await readBytesIfThere(`/proc/${pid}/stat`).catch((error: unknown) => {
    if (errorCode(error) === 'ESRCH') return null;
    throw error;
  });
  if (stat === null) return null;
  // The name in parentheses may contain spaces and parentheses itself.
  const text = stat.toString('latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

function inUse(path: string, holder: LockHolder): UnderstudyError {
  return new UnderstudyError(
    'store.in-use',
    `The folder ${dirname(path)} is used by another process: ${holder.what}, process ${holder.pid} on ${holder.host}, since ${holder.since}.`,
    { advice: `Use that one, stop it first (kill ${holder.pid}), or choose another folder.` },
  );
}
