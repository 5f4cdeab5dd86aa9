/** The recorder's process as the supervisor sees it: its control socket, its exit, its newest progress. */
import type { Progress } from '../../contract/link.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import { whoHolds } from '../../platform/folder-lock.ts';
import type { Log } from '../../platform/log.ts';
import { signal, startLasting } from '../../platform/process.ts';
import { connectControl, type ControlClient, type Notice } from '../../recorder/control/client.ts';
import { recorderFolder } from '../../recorder/folder.ts';
import { readLastWords } from '../../recorder/last-words.ts';

export interface LifePorts {
  /** The recorder's settings folder. */
  readonly folder: string;
  /** The program that is the recorder; `--folder` and `--boot` are added. */
  readonly command: readonly [string, ...string[]];
  /** Out of reach of signals to our process group. */
  readonly outlive: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

interface Tracked {
  readonly pid: number;
  /** Null: it has not said hello yet. */
  readonly boot: string | null;
  /** Our child: its exit is told by the operating system. */
  readonly ours: boolean;
  readonly forget: () => void;
}

export interface LifeListener {
  hello(hello: Notice & { readonly type: 'hello' }): void;
  started(): void;
  notice(reason: string): void;
  gone(code: number | null, signal: string | null): void;
}

export interface Life {
  /** Begins to watch the folder; after `forget` anew. */
  begin(): void;
  /** Starts the program, unless one runs on this folder already: that one is watched instead. */
  spawn(boot: string): Promise<void>;
  /** Dials a recorder that runs already; resolves true if it said hello. */
  look(): Promise<boolean>;
  client(): ControlClient | null;
  /** Null if none came for 5 s. */
  progress(): Progress | null;
  /** Asks for the end; a recorder that does not end by itself is ended by signals. */
  end(reason: string): void;
  /** Stops watching and leaves the process alone. */
  forget(): void;
}

const dialEveryMs = 500;
const progressValidMs = 5000;
/** Finishing 100 segments takes well under a second; a disk that hangs may take long. */
const patienceMs = { term: 15_000, kill: 25_000 };

export function watchLife(
  ports: LifePorts,
  listener: LifeListener,
): Life {
  const folder = recorderFolder(ports.folder);
  let client: ControlClient | null = null;
  let dialling: Promise<boolean> | null = null;
  /** The process whose end counts. */
  let tracked: Tracked | null = null;
  /** The program is being started and has no pid yet. */
  let spawning: Promise<void> | null = null;
  let insisting: readonly (() => void)[] = [];
  let newest: { readonly progress: Progress; readonly atMs: number } | null = null;

  const gone = async (ended: Tracked, code: number | null, by: string | null): Promise<void> => {
    // A recorder that ended before we were connected left its last words in the folder.
    // A disk that reads nothing any more must not hide the end, nor end the agent: it was not announced then.
    const words = await readLastWords(ports.folder).catch((error: unknown) => {
      ports.log.warn({ error: String(error) }, 'The last words of the recorder cannot be read; its end counts as not announced.');
      return null;
    });
    if (tracked?.pid !== ended.pid) return;
    if (words !== null && words.boot === (tracked.boot ?? words.boot) && words.pid === ended.pid) listener.notice(words.reason);
    tracked = null;
    newest = null;
    for (const cancel of insisting) cancel();
    listener.gone(code, by);
  };

  const onNotice = (notice: Notice): void => {
    if (notice.type === 'progress') newest = { progress: notice.progress, atMs: ports.clock.monotonicMs() };
    else if (notice.type === 'started') listener.started();
    else if (notice.type === 'stopping') listener.notice(notice.reason);
    else {
      tracked = tracked?.pid === notice.pid ? { ...tracked, boot: notice.boot } : { pid: notice.pid, boot: notice.boot, ours: false, forget: () => {} };
      listener.hello(notice);
    }
  };

  const look = async (): Promise<boolean> => {
    if (client !== null) return true;
    dialling ??= dial().finally(() => (dialling = null));
    return await dialling;
  };
  const dial = async (): Promise<boolean> => {
    let heard = (): void => {};
    const firstWord = new Promise<void>((resolve) => (heard = resolve));
    let open: ControlClient | null = null;
    open = await connectControl(folder.socket, {
      notice: (notice) => {
        onNotice(notice);
        heard();
      },
      closed: () => {
        if (client === open) client = null;
        heard();
      },
    });
    client = open;
    // A frozen recorder's kernel accepts, but it says nothing: do not wait for it for ever.
    if (open !== null) await Promise.race([firstWord, new Promise<void>((done) => ports.timers.after(3000, done))]);
    return open !== null;
  };

  let stopAsking = (): void => {};
  /** Asked twice a second: once is enough. */
  let isUnreadSaid = false;
  const ask = (): void => {
    look().catch((error: unknown) => ports.log.warn({ error: String(error) }, 'The control socket cannot be dialled.'));
    // The end of a process that is not our child is seen only by asking; by its lock, because pids come again.
    const watched = tracked;
    if (watched === null || watched.ours || client !== null) return;
    whoHolds(folder.lock)
      .then(async (holder) => {
        if (holder?.pid !== watched.pid && client === null) await gone(watched, null, null);
      })
      .then(() => (isUnreadSaid = false))
      .catch((error: unknown) => {
        if (!isUnreadSaid) ports.log.warn({ error: String(error) }, 'Whether the recorder still runs cannot be read from its lock; it is looked for again.');
        isUnreadSaid = true;
      });
  };

  const spawn = async (boot: string): Promise<void> => {
    const holder = await whoHolds(folder.lock);
    if (holder !== null) {
      tracked = { pid: holder.pid, boot: null, ours: false, forget: () => {} };
      await look();
      return;
    }
    const child = await startLasting([...ports.command, '--folder', ports.folder, '--boot', boot], { logFile: folder.log, ownGroup: ports.outlive });
    const started: Tracked = { pid: child.pid, boot, ours: true, forget: () => child.forget() };
    tracked = started;
    void child.exited.then(async ({ code, signal: by }) => {
      // Its last words may still lie in the socket: a notice must be read before the exit is judged.
      for (let waited = 0; client !== null && waited < 500; waited += 20) await new Promise<void>((done) => ports.timers.after(20, done));
      await gone(started, code, by);
    });
  };

  const end = (reason: string): void => {
    const process = tracked;
    // Ordered before there is a process: obeyed as soon as there is.
    if (process === null) return void spawning?.finally(() => end(reason)).catch(() => undefined); // who spawns hears of a failure
    const insist = (name: 'SIGTERM' | 'SIGKILL') => (): void => {
      if (tracked?.pid === process.pid) signal(process.pid, name);
    };
    if (client === null) insist('SIGTERM')();
    else client.ask('stop', { reason }).catch((error: unknown) => ports.log.debug({ error: String(error) }, 'The recorder ended while it was asked to.'));
    insisting = [ports.timers.after(patienceMs.term, insist('SIGTERM')), ports.timers.after(patienceMs.kill, insist('SIGKILL'))];
  };

  return {
    end,
    begin() {
      stopAsking();
      stopAsking = ports.timers.every(dialEveryMs, ask);
    },
    look,
    client: () => client,
    async spawn(boot) {
      spawning = spawn(boot).finally(() => (spawning = null));
      await spawning;
    },
    progress: () => (newest !== null && ports.clock.monotonicMs() - newest.atMs <= progressValidMs ? newest.progress : null),
    forget() {
      stopAsking();
      for (const cancel of insisting) cancel();
      tracked?.forget();
      tracked = null;
      client?.close();
      client = null;
    },
  };
}
