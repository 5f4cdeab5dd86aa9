import type { SettingsDocument } from '../contract/settings.ts';
import { UnderstudyError } from '../contract/errors.ts';
import type { Timers } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { CameraStatus, FootageStore, Recording } from '../video/contract.ts';
import { cameraJobs, grownRings, jobsFingerprint, retentionRules, type Rings } from './jobs.ts';
import type { KnownStores } from './known-stores.ts';
import { isFetched } from './own-footage.ts';
import type { DiskHealth } from './progress.ts';

/** Store and engine, as the recorder needs them; the real ones come from video/. */
export interface MediaPorts {
  /** `create`: the path is used for the first time and gets its marker file. */
  openStore(path: string, create: boolean): Promise<FootageStore>;
  startRecording(path: string, store: FootageStore): Recording;
}

export interface Wanted {
  readonly document: SettingsDocument;
  readonly storePath: string;
  readonly released: ReadonlySet<string>;
}

/** The engine on the store path that the settings name. A store that cannot be opened is tried again for ever. */
export interface Media {
  want(wanted: Wanted): void;
  /** Of these cameras, those that wait for their next try are tried at once. */
  tryNow(cameras: readonly string[]): void;
  store(): FootageStore | null;
  statuses(): readonly CameraStatus[];
  /** Gives cameras of a high bit rate more memory; call it now and then. */
  learn(): void;
  disk(): DiskHealth;
  /** Resolves when everything wanted so far is under way (or failed and waits for its next attempt). */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const retryMs = 2000;
const tryAgainMs = 10_000;

interface Open {
  readonly path: string;
  readonly store: FootageStore;
  readonly recording: Recording;
}

export function makeMedia(ports: MediaPorts, more: { readonly serverId: string; readonly known: KnownStores; readonly timers: Timers; readonly log: Log }): Media {
  let open: Open | null = null;
  let wanted: Wanted | null = null;
  let applied = '';
  let rings: Rings = new Map();
  const afresh = new Set<string>();
  /** Tried at once a moment ago: asked again and again, a camera must not be dialled again and again. */
  const justTried = new Set<string>();
  let failure: DiskHealth | null = null;
  let retrying = false;
  let closed = false;
  let running: Promise<void> = Promise.resolve();

  const closeOpen = async (): Promise<void> => {
    const old = open;
    open = null;
    applied = '';
    await old?.recording.close();
    await old?.store.close();
  };

  /** Onto the wanted path. Recording where it was goes on until the new store is open, so a path that is wrong costs nothing. */
  const moveTo = async (path: string): Promise<void> => {
    if (open?.path === path) return;
    const store = await ports.openStore(path, !(await more.known.has(path)));
    try {
      await more.known.add(path);
      await closeOpen().catch((error: unknown) => more.log.error({ error: text(error) }, 'The store path of before could not be closed in order.'));
      open = { path, store, recording: ports.startRecording(path, store) };
    } catch (error) {
      await store.close(); // else the next try would find it in use, by us
      throw error;
    }
  };

  const recordAt = async (at: Open, now: Wanted): Promise<void> => {
    const jobs = cameraJobs(now.document, { serverId: more.serverId, storePath: at.path, released: now.released, rings });
    const print = jobsFingerprint(jobs);
    const fetched = (await at.store.keys()).filter(isFetched);
    await at.store.setRetention(retentionRules(now.document, more.serverId, fetched));
    const waiting = new Set(at.recording.statuses().filter(({ cameraId, state }) => afresh.has(cameraId) && (state === 'retrying' || state === 'paused')).map(({ cameraId }) => cameraId));
    afresh.clear();
    // Who is dropped and ordered again begins anew, without the pause that its failures had earned.
    if (waiting.size > 0) await at.recording.apply(jobs.filter(({ cameraId }) => !waiting.has(cameraId)));
    if (print !== applied || waiting.size > 0) await at.recording.apply(jobs);
    applied = print;
  };

  const failed = (error: unknown, path: string): void => {
    const stays = open === null || open.path === path ? '' : ` Recording goes on at ${open.path}.`;
    if (failure === null) more.log.error({ storePath: path, error: text(error) }, `The store path cannot be used; trying again until it can.${stays}`);
    failure = { state: diskState(error), freeBytes: 0, text: `${text(error)}${stays}`.slice(0, 500) };
    if (retrying) return;
    retrying = true;
    more.timers.after(retryMs, () => {
      retrying = false;
      next();
    });
  };

  const step = async (): Promise<void> => {
    const now = wanted;
    if (now === null || closed) return;
    const moved = await moveTo(now.storePath).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    try {
      if (open !== null) await recordAt(open, now);
      if (moved === null) failure = null;
      else failed(moved.error, now.storePath);
    } catch (error) {
      failed(error, now.storePath);
    }
  };
  // One step after the other: an order that comes meanwhile waits for the one under way.
  const next = (): void => {
    running = running.then(step);
  };

  return {
    want(newest) {
      wanted = newest;
      next();
    },
    tryNow(cameras) {
      const due = cameras.filter((id) => !justTried.has(id));
      if (due.length === 0) return;
      for (const id of due) {
        afresh.add(id);
        justTried.add(id);
        more.timers.after(tryAgainMs, () => justTried.delete(id));
      }
      next();
    },
    store: () => open?.store ?? null,
    statuses: () => open?.recording.statuses() ?? [],
    learn() {
      const grown = grownRings(rings, open?.recording.statuses() ?? []);
      if (grown === rings) return;
      rings = grown;
      next();
    },
    disk: () => failure ?? open?.store.health() ?? { state: 'ok', freeBytes: 0, text: 'Being opened.' },
    settled: () => running,
    async close() {
      closed = true;
      await running;
      await closeOpen();
    },
  };
}

function diskState(error: unknown): DiskHealth['state'] {
  const code = error instanceof UnderstudyError ? error.code : '';
  return code === 'store.full' ? 'full' : code === 'store.read-only' ? 'read-only' : 'missing';
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
