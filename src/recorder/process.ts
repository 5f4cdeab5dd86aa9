import type { Clock, Timers } from '../platform/clock.ts';
import { lockFolder } from '../platform/folder-lock.ts';
import type { Log } from '../platform/log.ts';
import type { Random } from '../platform/random.ts';
import { UnderstudyError } from '../contract/errors.ts';
import { type ControlHandlers, type ControlServer, listenControl } from './control/server.ts';
import { recorderFolder } from './folder.ts';
import { serverIdentity } from './identity.ts';
import { knownStores } from './known-stores.ts';
import { makeMedia, type Media, type MediaPorts } from './media.ts';
import { byteCounter, makeProgress, runTracker } from './progress.ts';
import { loadSettings, rememberGood, saveDocument, type SettingsInForce, storeRoot } from './settings-files.ts';
import { watchSettings } from './watch.ts';

export interface RecorderOptions {
  readonly folder: string;
  /** Given by the agent that starts it; names this run of the recorder. */
  readonly boot: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly media: MediaPorts;
  /** Its own playback over HTTP; null: none. */
  readonly playback: ((recorder: RecorderInside) => Promise<Playback>) | null;
}

/** What the recorder's playback needs of it. */
export interface RecorderInside {
  readonly serverId: string;
  readonly media: Media;
  readonly settings: () => SettingsInForce;
  readonly log: Log;
}

export interface Playback {
  readonly address: string;
  close(): Promise<void>;
}

export interface RunningRecorder {
  readonly serverId: string;
  readonly playbackAddress: string | null;
  settings(): SettingsInForce;
  /** Normal shutdown: notice first, then every segment is finished. Twice is once. */
  stop(reason: string): Promise<void>;
  /** Settled when the recorder has stopped, whoever asked. */
  readonly stopped: Promise<void>;
}

const progressEveryMs = 250;

/** Starts the built-in recorder on a settings folder. Refuses a folder in use and settings that nothing can be made of. */
export async function startRecorder(options: RecorderOptions): Promise<RunningRecorder> {
  const { log, timers } = options;
  const folder = recorderFolder(options.folder);
  const lock = await lockFolder(folder.lock, 'understudy recorder', new Date(options.clock.wallMs()));
  try {
    const serverId = await serverIdentity(options.folder, options.random);
    let settings = await loadSettings(options.folder);
    if (settings.fresh) await saveDocument(options.folder, settings.document);
    if (settings.problem !== null) log.error({ code: settings.problem.code }, settings.problem.text);
    await rememberGood(options.folder, settings);

    const released = new Set<string>();
    const media = makeMedia(options.media, { serverId, known: knownStores(options.folder), timers, log });
    const want = (): void => media.want({ document: settings.document, storePath: storeRoot(options.folder, settings.document), released: new Set(released) });
    let stopping: Promise<void> | null = null;
    const control = await listenControl(folder.socket, { boot: options.boot, log }, handlers({ media, released, want, stop: (reason) => void stop(reason) }));

    const reload = async (): Promise<void> => {
      const before = settings;
      try {
        settings = await loadSettings(options.folder);
      } catch (error) {
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'The changed settings cannot be read; the old ones stay in force.');
        return;
      }
      if (settings.problem !== null && settings.problem.text !== before.problem?.text) log.error({ code: settings.problem.code }, settings.problem.text);
      if (settings.digest === before.digest) return;
      await rememberGood(options.folder, settings);
      log.info({ digest: settings.digest, cameras: settings.document.cameras.length }, 'New settings are in force.');
      want();
    };
    want();
    control.started();
    const bytes = byteCounter();
    const runs = runTracker();
    const cancels = [
      watchSettings(options.folder, timers, () => void reload()),
      timers.every(progressEveryMs, () => {
        const statuses = media.statuses();
        control.progress(
          makeProgress({ document: settings.document, digest: settings.digest, released, statuses, runs: runs(statuses), bytesWritten: bytes(statuses), disk: media.disk() }),
        );
      }),
    ];
    const playback = options.playback === null ? null : await options.playback({ serverId, media, settings: () => settings, log });
    if (playback !== null) control.setPlayback(playback.address);

    let ended = (): void => {};
    const stopped = new Promise<void>((resolve) => (ended = resolve));
    const stop = async (reason: string): Promise<void> => {
      stopping ??= shutDown(reason, { cancels, control, playback, media, log, release: async () => await lock.release() }).finally(() => ended());
      await stopping;
    };
    return { serverId, playbackAddress: playback?.address ?? null, settings: () => settings, stop, stopped };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Parts {
  readonly cancels: readonly (() => void)[];
  readonly control: ControlServer;
  readonly playback: Playback | null;
  readonly media: Media;
  readonly log: Log;
  readonly release: () => Promise<void>;
}

/** The notice goes out before anything is closed: it must beat the keep-alive timer (I4). */
async function shutDown(reason: string, parts: Parts): Promise<void> {
  await parts.control.stopping(reason);
  parts.log.info({ reason }, 'Shutting down: finishing all segments.');
  for (const cancel of parts.cancels) cancel();
  const results = await Promise.allSettled([parts.playback?.close(), parts.media.close()]);
  for (const result of results)
    if (result.status === 'rejected') parts.log.error({ error: String(result.reason) }, 'Something could not be closed in order.');
  await parts.control.close();
  await parts.release();
}

function handlers(inside: {
  readonly media: Media;
  readonly released: Set<string>;
  readonly want: () => void;
  readonly stop: (reason: string) => void;
}): ControlHandlers {
  const { media, released } = inside;
  const store = () => {
    const open = media.store();
    if (open === null) throw new UnderstudyError('store.missing', 'The store path is not open at the moment.', { advice: 'Try again when the disk is back.' });
    return open;
  };
  return {
    stop: async ({ reason }) => {
      inside.stop(reason);
      return await Promise.resolve({});
    },
    release: async ({ cameras }) => {
      for (const id of cameras) released.add(id);
      inside.want();
      await media.settled();
      return {};
    },
    resume: async ({ cameras }) => {
      for (const id of cameras) released.delete(id);
      inside.want();
      await media.settled();
      return {};
    },
    lock: async ({ locks }) => {
      for (const one of locks) await store().lock(one);
      return { locks: [...(await store().locks())] };
    },
    unlock: async ({ id }) => {
      await store().unlock(id);
      return {};
    },
    copyBack: async () => await Promise.resolve({ state: 'unsupported' as const, copied: [], text: 'Not supported by this recorder yet.' }),
  };
}
