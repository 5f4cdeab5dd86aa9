import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { readIfThere, syncFolder, writeDurably } from './durable-file.ts';
import { makeFolder } from './make-folder.ts';
import { errorCode } from './read-bytes.ts';

/** What a folder's marker file says. `id` null: it was made before markers had one. */
export type FolderMarker = { readonly kind: 'there'; readonly id: string | null } | { readonly kind: 'none' } | { readonly kind: 'unreadable' };

/** Files that are written once, under a name that is known only when they are whole. */
export interface BlobFolder {
  /**
   * Writes the body aside and gives it its name when it is whole and on the disk. A failure in the
   * middle leaves nothing under any name. `store.full`, `store.missing`, `store.read-only`, `store.io`.
   * A folder whose marker does not show this id is `store.missing`: nothing is made there.
   */
  write(body: AsyncIterable<Uint8Array>, nameWhenWhole: () => string, id: string): Promise<void>;
  /** Throws `input.not-found` if there is no such blob, `store.io` if the disk fails. */
  read(name: string): AsyncIterable<Uint8Array>;
  /** None: the folder was never written, or its disk is not mounted; nothing can be said about its blobs. */
  marker(): Promise<FolderMarker>;
  /** Makes the folder if need be, and gives its marker an id unless it has one. Returns the id. A marker that cannot be read is left alone: `store.io`. */
  mark(): Promise<string>;
  /** Nothing happens if it is not there. */
  remove(name: string): Promise<void>;
  /** Removes what a crash left half-written. */
  sweep(): Promise<void>;
}

const markerName = '.understudy-backups';

/** `folder` is asked at every call: the setting may change. New blobs are 0600 and durable when `write` resolves. */
export function blobFolder(folder: () => string): BlobFolder {
  const path = (name: string): string => join(folder(), name.slice(0, 2), name);
  const marker = (): Promise<FolderMarker> => readMarker(folder());
  let count = 0;
  return {
    marker,
    async mark() {
      try {
        await makeFolder(folder(), 0o700);
        const there = await marker();
        if (there.kind === 'there' && there.id !== null) return there.id;
        if (there.kind === 'unreadable')
          throw new UnderstudyError('store.io', `The marker file ${join(folder(), markerName)} cannot be read: it is not known whose backups are there, and nothing was written.`, { advice: 'Give the account of Understudy the right to read it, or set another directory.' });
        const id = randomUUID();
        await writeDurably(join(folder(), markerName), `Settings backups of Understudy. Leave this file here.\nid ${id}\n`);
        return id;
      } catch (error) {
        throw storeError(error, folder());
      }
    },
    async write(body, nameWhenWhole, id) {
      count += 1;
      const temporary = join(folder(), `.incoming-${process.pid}-${count}`);
      try {
        const seen = await marker();
        if (seen.kind !== 'there' || seen.id !== id) throw new UnderstudyError('store.missing', `${folder()} is not the folder that it was; nothing was written.`, { advice: 'Perhaps its disk is not mounted. Mount it.' });
        await writeWhole(temporary, body);
        const target = path(nameWhenWhole());
        await makeFolder(dirname(target), 0o700);
        await rename(temporary, target);
        await syncFolder(dirname(target));
        await syncFolder(folder());
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined); // the first cause is told
        throw storeError(error, folder());
      }
    },
    async *read(name) {
      try {
        yield* createReadStream(path(name), { highWaterMark: 262_144 }) as AsyncIterable<Buffer>;
      } catch (error) {
        throw storeError(error, path(name));
      }
    },
    async remove(name) {
      await rm(path(name), { force: true });
    },
    async sweep() {
      const names = await readdir(folder()).catch(() => []); // not made yet
      for (const name of names) if (name.startsWith('.incoming-')) await rm(join(folder(), name), { force: true });
    },
  };
}

async function readMarker(folder: string): Promise<FolderMarker> {
  try {
    const text = await readIfThere(join(folder, markerName));
    return text === null ? { kind: 'none' } : { kind: 'there', id: /^id ([0-9a-f-]+)$/m.exec(text)?.[1] ?? null };
  } catch (error) {
    return errorCode(error) === 'ENOTDIR' ? { kind: 'none' } : { kind: 'unreadable' }; // whatever the reason: nothing is said of its blobs
  }
}

async function writeWhole(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    // Not `write`: a disk that is nearly full takes a part, and that is no error.
    for await (const chunk of body) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The system's error as one of ours; our own pass through. */
export function storeError(error: unknown, where: string): unknown {
  if (error instanceof UnderstudyError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  // Not from the system: the body itself failed (a link that was cut, say).
  if (typeof code !== 'string' || (error as NodeJS.ErrnoException).syscall === undefined) return error;
  const more = { cause: error };
  if (code === 'ENOENT') return new UnderstudyError('input.not-found', `There is no ${where}.`, more);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new UnderstudyError('store.full', `The disk of ${where} is full.`, { ...more, advice: 'Make room.' });
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return new UnderstudyError('store.read-only', `${where} cannot be written.`, { ...more, advice: 'Give the account of Understudy the right to write there.' });
  if (code === 'ENOTDIR') return new UnderstudyError('store.missing', `${where} is not a folder.`, more);
  return new UnderstudyError('store.io', `The disk of ${where} reported ${code}.`, more);
}

/**
 * Copies every blob to another folder, durably; those that are there already are left alone. The
 * originals stay. A source that was never written or is not mounted has nothing to copy.
 */
export async function copyBlobs(from: string, to: string): Promise<number> {
  const target = blobFolder(() => to);
  const source = blobFolder(() => from);
  const folders = (await readdir(from).catch(() => [])).filter((name) => /^[0-9a-f]{2}$/.test(name)); // not made yet
  let copied = 0;
  if (folders.length === 0) return copied;
  const id = await target.mark();
  for (const folder of folders)
    for (const name of await readdir(join(from, folder))) {
      if ((await stat(join(to, folder, name)).catch(() => null)) !== null) continue; // there already
      await target.write(source.read(name), () => name, id);
      copied++;
    }
  return copied;
}
