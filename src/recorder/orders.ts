import { UnderstudyError } from '../contract/errors.ts';
import type { ControlHandlers } from './control/server.ts';
import type { CopyBack } from './copy-back.ts';
import type { RecorderInside } from './inside.ts';
import { isFetched } from './own-footage.ts';
import { storeRoot } from './settings-files.ts';

/** What the agent may ask of the recorder, answered. */
export function orders(parts: {
  readonly folder: string;
  readonly inside: RecorderInside;
  readonly copyBack: CopyBack;
  readonly released: Set<string>;
  readonly want: () => void;
  readonly stop: (reason: string) => void;
}): ControlHandlers {
  const { inside, released, want, stop } = parts;
  const { media } = inside;
  const store = () => {
    const open = media.store();
    if (open === null) throw new UnderstudyError('store.missing', 'The store path is not open at the moment.', { advice: 'Try again when the disk is back.' });
    return open;
  };
  return {
    stop: async ({ reason }) => {
      stop(reason);
      return await Promise.resolve({});
    },
    release: async ({ cameras }) => {
      for (const id of cameras) released.add(id);
      want();
      await media.settled();
      return {};
    },
    resume: async ({ cameras }) => {
      for (const id of cameras) released.delete(id);
      want();
      // Lent by the failover server for half a minute: refused for long, it would be tried once a minute.
      media.tryNow(cameras);
      await media.settled();
      return {};
    },
    // Fetched footage lies under ids of its own; a lock holds all of them.
    lock: async ({ locks }) => {
      const keys = (await store().keys()).filter(isFetched);
      for (const lock of locks) {
        const own = { ...lock, serverId: inside.serverId };
        const fetched = keys.filter((key) => key.cameraId === lock.cameraId).map(({ serverId }) => ({ ...own, serverId, id: `${lock.id}@${serverId}` }));
        for (const one of [own, ...fetched]) await store().lock(one);
      }
      return { locks: (await store().locks()).filter((lock) => !isFetched(lock)) };
    },
    unlock: async ({ id }) => {
      const all = (await store().locks()).filter((lock) => lock.id === id || lock.id.startsWith(`${id}@`));
      for (const lock of all) await store().unlock(lock.id);
      return {};
    },
    copyBack: async ({ cameraId, span, bytesPerSecond }) => {
      const storePath = storeRoot(parts.folder, inside.settings().document);
      const camera = { serverId: inside.serverId, cameraId };
      const answer = await parts.copyBack.ask({ store: store(), storePath, remote: inside.remote(), camera, span, bytesPerSecond });
      // What was fetched ages by the same rules.
      if (answer.state === 'done') want();
      return { ...answer, copied: [...answer.copied] };
    },
  };
}
