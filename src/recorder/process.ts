import { chmod } from 'node:fs/promises';
import type { Clock, Timers } from '../platform/clock.ts';
import { lockFolder } from '../platform/folder-lock.ts';
import type { Log } from '../platform/log.ts';
import type { Random } from '../platform/random.ts';
import { errorCode } from '../platform/read-bytes.ts';
import { type ControlServer, listenControl } from './control/server.ts';
import { recorderFolder, type RecorderFolder } from './folder.ts';
import { serverIdentity } from './identity.ts';
import { knownStores } from './known-stores.ts';
import { writeLastWords } from './last-words.ts';
import { makeMedia, type Media, type MediaPorts } from './media.ts';
import { type CopyBack, makeCopyBack } from './copy-back.ts';
import type { Playback, RecorderInside } from './inside.ts';
import { orders } from './orders.ts';
import { startPlayback } from './playback/http.ts';
import type { RemotePorts } from './playback/remote.ts';
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
  /** Port of its own playback on 127.0.0.1; 0: any free one. */
  readonly playbackPort: number;
  /** How the failover servers that the ini names are asked. */
  readonly follow: Pick<RemotePorts, 'transport' | 'pin'>;
}

export interface RunningRecorder {
  readonly serverId: string;
  readonly playbackAddress: string;
  settings(): SettingsInForce;
  /** Normal shutdown: notice first, then every segment is finished. Twice is once. */
  stop(reason: string): Promise<void>;
  /** Settled with the reason when the recorder has stopped, whoever asked. */
  readonly stopped: Promise<string>;
}

const progressEveryMs = 250;
const learnEveryMs = 5000;

/** Starts the built-in recorder on a settings folder. Refuses a folder in use and settings that nothing can be made of. */
export async function startRecorder(options: RecorderOptions): Promise<RunningRecorder> {
  const { log, timers } = options;
  const folder = recorderFolder(options.folder);
  const lock = await lockFolder(folder.lock, 'understudy recorder', new Date(options.clock.wallMs()));
  try {
    const serverId = await serverIdentity(options.folder, options.random);
    let settings = await loadSettings(options.folder);
    await keepPrivate(folder);
    if (settings.fresh) await saveDocument(options.folder, settings.document);
    tellProblems(log, settings, null);
    // Only a help for later: a disk that is full must not keep the cameras from being recorded.
    const remember = async (): Promise<void> =>
      await rememberGood(options.folder, settings).catch((error: unknown) =>
        log.warn({ error: error instanceof Error ? error.message : String(error) }, 'The settings in force could not be kept as the last good ones.'),
      );
    await remember();

    const released = new Set<string>();
    const media = makeMedia(options.media, { serverId, known: knownStores(options.folder), timers, log });
    const want = (): void => media.want({ document: settings.document, storePath: storeRoot(options.folder, settings.document), released: new Set(released) });
    let stopping: Promise<void> | null = null;
    // An order to stop may come before everything is open; it is obeyed when it is.
    let askedToStop: string | null = null;
    let askToStop = (reason: string): void => void (askedToStop ??= reason);
    const inside: RecorderInside = {
      serverId,
      media,
      settings: () => settings,
      remote: () => ({
        ports: { ...options.follow, clock: options.clock, timers, serverId, name: settings.document.name },
        pointers: settings.pointers,
      }),
    };
    const copyBack = makeCopyBack({ clock: options.clock, timers });
    // Before anything else runs: a port that is taken ends the start, and nothing may go on without the lock then.
    const playback = await startPlayback(inside, { port: options.playbackPort, clock: options.clock });
    const control = await listenControl(folder.socket, { boot: options.boot, log }, orders({ folder: options.folder, inside, copyBack, released, want, stop: (reason) => askToStop(reason) })).catch(async (error: unknown) => {
      await playback.close();
      throw error;
    });

    const reload = async (): Promise<void> => {
      const before = settings;
      try {
        settings = await loadSettings(options.folder);
      } catch (error) {
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'The changed settings cannot be read; the old ones stay in force.');
        return;
      }
      tellProblems(log, settings, before);
      if (settings.digest === before.digest) return;
      await remember();
      log.info({ digest: settings.digest, cameras: settings.document.cameras.length }, 'New settings are in force.');
      want();
    };
    want();
    control.started();
    const bytes = byteCounter();
    const runs = runTracker();
    const cancels = [
      timers.every(learnEveryMs, () => media.learn()),
      watchSettings(options.folder, timers, () => void reload()),
      timers.every(progressEveryMs, () => {
        const statuses = media.statuses();
        control.progress(
          makeProgress({ document: settings.document, digest: settings.digest, released, statuses, runs: runs(statuses), bytesWritten: bytes(statuses), disk: media.disk() }),
        );
      }),
    ];
    control.setPlayback(playback.address);

    let ended: (reason: string) => void = () => undefined;
    const stopped = new Promise<string>((resolve) => (ended = resolve));
    const stop = async (reason: string): Promise<void> => {
      stopping ??= shutDown(reason, { words: { root: options.folder, boot: options.boot }, cancels, control, playback, copyBack, media, log, release: async () => await lock.release() }).finally(() => ended(reason));
      await stopping;
    };
    askToStop = (reason) => void stop(reason);
    if (askedToStop !== null) askToStop(askedToStop);
    return { serverId, playbackAddress: playback.address, settings: () => settings, stop, stopped };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** What is new since `before`. */
function tellProblems(log: Log, now: SettingsInForce, before: SettingsInForce | null): void {
  for (const about of ['problem', 'pointerProblem'] as const) {
    const problem = now[about];
    if (problem !== null && problem.text !== before?.[about]?.text) log.error({ code: problem.code }, problem.text);
  }
}

/** Camera passwords stand in these files; an editor or a copy may have left them open to everybody. */
async function keepPrivate(folder: RecorderFolder): Promise<void> {
  for (const path of [folder.settings, folder.lastGood])
    await chmod(path, 0o600).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error; // there are no settings yet
    });
}

interface Parts {
  readonly words: { readonly root: string; readonly boot: string };
  readonly cancels: readonly (() => void)[];
  readonly control: ControlServer;
  readonly playback: Playback;
  readonly copyBack: CopyBack;
  readonly media: Media;
  readonly log: Log;
  readonly release: () => Promise<void>;
}

/** The notice goes out before anything is closed: it must beat the keep-alive timer (I4). */
async function shutDown(reason: string, parts: Parts): Promise<void> {
  await parts.control.stopping(reason);
  // A full disk must not keep it from ending.
  await writeLastWords(parts.words.root, { boot: parts.words.boot, pid: process.pid, reason }).catch((error: unknown) =>
    parts.log.warn({ error: String(error) }, 'The notice of shutdown could not be written.'),
  );
  parts.log.info({ reason }, 'Shutting down: finishing all segments.');
  for (const cancel of parts.cancels) cancel();
  // What reads and writes the store ends before the store does.
  const before = await Promise.allSettled([parts.playback.close(), parts.copyBack.close()]);
  const results = [...before, ...(await Promise.allSettled([parts.media.close()]))];
  for (const result of results)
    if (result.status === 'rejected') parts.log.error({ error: String(result.reason) }, 'Something could not be closed in order.');
  await parts.control.close();
  await parts.release();
}
