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
  let failure: DiskHealth | null = null;
  let closed = false;
  let running: Promise<void> = Promise.resolve();

  const closeOpen = async (): Promise<void> => {
    const old = open;
    open = null;
    applied = '';
    await old?.recording.close();
    await old?.store.close();
  };

  const step = async (): Promise<void> => {
    const now = wanted;
    if (now === null || closed) return;
    try {
      if (open !== null && open.path !== now.storePath) await closeOpen();
      open ??= await openAt(ports, more.known, now.storePath);
      const jobs = cameraJobs(now.document, { serverId: more.serverId, storePath: now.storePath, released: now.released, rings });
      const print = jobsFingerprint(jobs);
      const fetched = (await open.store.keys()).filter(isFetched);
      await open.store.setRetention(retentionRules(now.document, more.serverId, fetched));
      if (print !== applied) await open.recording.apply(jobs);
      applied = print;
      failure = null;
    } catch (error) {
      if (failure === null) more.log.error({ storePath: now.storePath, error: text(error) }, 'The store path cannot be used; trying again until it can.');
      failure = { state: diskState(error), freeBytes: 0, text: text(error).slice(0, 500) };
      more.timers.after(retryMs, next);
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

async function openAt(ports: MediaPorts, known: KnownStores, path: string): Promise<Open> {
  const store = await ports.openStore(path, !(await known.has(path)));
  await known.add(path);
  return { path, store, recording: ports.startRecording(path, store) };
}

function diskState(error: unknown): DiskHealth['state'] {
  const code = error instanceof UnderstudyError ? error.code : '';
  return code === 'store.full' ? 'full' : code === 'store.read-only' ? 'read-only' : 'missing';
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
