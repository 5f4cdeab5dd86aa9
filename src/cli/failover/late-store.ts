import { UnderstudyError } from '../../contract/errors.ts';
import type { FailoverStore } from '../../failover/ports.ts';
import type { Cancel, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { FootageStore, RetentionRule, StoreEvent } from '../../video/contract.ts';

const againMs = 5000;

export interface LateStore extends FailoverStore {
  /** The open store; undefined until the store path is there. */
  opened(): FootageStore | undefined;
  close(): Promise<void>;
}

/**
 * A store path that may come later: its disk is not mounted when the failover server starts. It starts
 * all the same (watching, backups, the web page), says so loudly, and tries again every 5 s.
 */
export async function openLate(open: () => Promise<FootageStore>, ports: { readonly timers: Timers; readonly log: Log }): Promise<LateStore> {
  const listeners = new Set<(event: StoreEvent) => void>();
  let store: FootageStore | undefined;
  let trouble = '';
  let rules: readonly RetentionRule[] | null = null;
  let cancel: Cancel = () => {};
  let closed = false;
  const tryNow = async (): Promise<void> => {
    try {
      const found = await open();
      if (closed) return await found.close();
      found.onEvent((event) => listeners.forEach((listener) => listener(event)));
      store = found;
      if (rules !== null) await found.setRetention(rules);
    } catch (error) {
      if (!isAbsence(error)) throw error;
      if (trouble === '') ports.log.error({ error: error.message }, 'The store path is not usable; tried again every 5 s.');
      trouble = error.message;
      cancel = ports.timers.after(againMs, () => void tryNow().catch((later: unknown) => ports.log.error({ error: String(later) }, 'The store path cannot be opened.')));
    }
  };
  await tryNow();
  const need = (): FootageStore => {
    if (store === undefined) throw new UnderstudyError('store.missing', trouble, { advice: 'Mount the disk; recording begins by itself.' });
    return store;
  };
  return {
    opened: () => store,
    async close() {
      closed = true;
      cancel();
      await store?.close();
    },
    keys: async () => (store === undefined ? [] : await store.keys()),
    cameras: async () => (store === undefined ? [] : await store.cameras()),
    coverage: async (camera, span) => (store === undefined ? { spans: [], exactness: 'approximate', durableUntilUs: null } : await store.coverage(camera, span)),
    rows: (camera, span) => need().rows(camera, span),
    read: (camera, span) => need().read(camera, span),
    follow: (camera, fromUs, signal) => need().follow(camera, fromUs, signal),
    async setRetention(now) {
      rules = now;
      await store?.setRetention(now);
    },
    lock: async (lock) => await need().lock(lock),
    unlock: async (id) => await need().unlock(id),
    locks: async (camera) => (store === undefined ? [] : await store.locks(camera)),
    drop: async (camera, span) => await need().drop(camera, span),
    markDouble: async (camera, span) => await need().markDouble(camera, span),
    rebuild: async () => await need().rebuild(),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    health: () => store?.health() ?? { state: 'missing', freeBytes: 0, totalBytes: 0, usedBytes: 0, text: trouble },
  };
}

/** What a person can mend while we run; a damaged store or one of another process is not. */
const isAbsence = (error: unknown): error is UnderstudyError => error instanceof UnderstudyError && (error.code === 'store.missing' || error.code === 'store.read-only' || error.code === 'store.io');
