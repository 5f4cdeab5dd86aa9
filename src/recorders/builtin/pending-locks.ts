import { z } from 'zod';
import { evidenceLock } from '../../contract/link.ts';
import { writeDurably } from '../../platform/durable-file.ts';
import { readBytesIfThere } from '../../platform/read-bytes.ts';
import type { Log } from '../../platform/log.ts';
import type { ControlClient } from '../../recorder/control/client.ts';
import { recorderFolder } from '../../recorder/folder.ts';
import type { EvidenceLock } from '../../video/contract.ts';

const pendingFile = z.object({ locks: z.array(evidenceLock), unlocks: z.array(z.string()) });
type Pending = z.infer<typeof pendingFile>;

/** Evidence locks ordered while the recorder is down: kept on disk, delivered when it is back (I9). */
export interface PendingLocks {
  add(locks: readonly EvidenceLock[]): Promise<readonly EvidenceLock[]>;
  remove(id: string): Promise<void>;
  deliver(client: ControlClient): Promise<void>;
}

export function pendingLocks(folder: string, log: Log): PendingLocks {
  const path = recorderFolder(folder).pendingLocks;
  // One change after the other: each reads what the one before wrote.
  let last: Promise<unknown> = Promise.resolve();
  const change = async <T>(run: (pending: Pending) => Promise<T>): Promise<T> => {
    const mine = last.then(async () => await run(await read(path)));
    last = mine.catch(() => null);
    return await mine;
  };
  return {
    add: async (locks) =>
      await change(async (pending) => {
        const ids = new Set(locks.map((lock) => lock.id));
        const all = [...pending.locks.filter((lock) => !ids.has(lock.id)), ...locks];
        await writeDurably(path, JSON.stringify({ locks: all, unlocks: pending.unlocks.filter((id) => !ids.has(id)) }));
        return all;
      }),
    remove: async (id) =>
      await change(async (pending) => {
        const left = pending.locks.filter((lock) => lock.id !== id);
        await writeDurably(path, JSON.stringify({ locks: left, unlocks: [...pending.unlocks, id] }));
      }),
    async deliver(client) {
      await change(async (pending) => {
        if (pending.locks.length === 0 && pending.unlocks.length === 0) return;
        await client.ask('lock', { locks: pending.locks });
        for (const id of pending.unlocks) await client.ask('unlock', { id });
        await writeDurably(path, JSON.stringify({ locks: [], unlocks: [] }));
      }).catch((error: unknown) => log.warn({ error: String(error) }, 'Evidence locks could not be delivered; they are kept and tried again.'));
    },
  };
}

async function read(path: string): Promise<Pending> {
  const body = await readBytesIfThere(path);
  return body === null ? { locks: [], unlocks: [] } : pendingFile.parse(JSON.parse(body.toString('utf8')));
}
