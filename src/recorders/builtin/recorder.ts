import { UnderstudyError } from '../../contract/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import { loadSettings, replaceSettings, writePointer } from '../../recorder/settings-files.ts';
import { watchSettings } from '../../recorder/watch.ts';
import type { FootageReader } from '../../video/contract.ts';
import type { Recorder, RecorderEvent } from '../contract.ts';
import { builtinFootage } from './footage.ts';
import { lookAtSettings, type SettingsLook } from './settings-look.ts';
import { type Life, type LifePorts, watchLife } from './life.ts';
import { pendingLocks } from './pending-locks.ts';
import { defaultRestart, phaseOf, type RestartRule, supervise, type Supervision, type SupervisionEffect, type SupervisionInput } from './supervision.ts';

export interface BuiltinOptions extends LifePorts {
  readonly version: string;
  readonly random: Random;
  readonly openFootage: (storePath: string) => Promise<FootageReader>;
  readonly restart?: RestartRule;
}

const chunkBytes = 64 * 1024;

/** The built-in recorder behind the Recorder port: starts, adopts, supervises `understudy recorder`. */
export function builtinRecorder(options: BuiltinOptions): Recorder {
  const { clock, timers, random, log, folder } = options;
  const rule = options.restart ?? defaultRestart;
  const listeners: ((event: RecorderEvent) => void)[] = [];
  const tell = (event: RecorderEvent): void => {
    logEvent(log, event);
    for (const listener of listeners) listener(event);
  };
  let state: Supervision = { at: 'idle' };
  let cancelRestart = (): void => {};
  let waitingForEnd: (() => void)[] = [];
  let stopWatching = (): void => {};
  let problems: SettingsLook['problems'] = [];
  /** Rises with each start, stop and detach: a start that was overtaken must not go on. */
  let turn = 0;

  const life: Life = watchLife(options, {
    hello: (hello) => {
      input({ type: 'hello', boot: hello.boot, started: hello.started, ending: hello.stopping, nowMs: clock.monotonicMs() });
      const client = life.client();
      if (client !== null) void locks.deliver(client);
    },
    started: () => input({ type: 'started' }),
    notice: (reason) => input({ type: 'notice', reason }),
    gone: (code, signal) => input({ type: 'gone', code, signal, nowMs: clock.monotonicMs() }),
  });
  const locks = pendingLocks(folder, log);
  const footage = builtinFootage(folder, options.openFootage);

  // A new kind of effect without an executor does not compile.
  const run: { readonly [T in SupervisionEffect['type']]: (effect: SupervisionEffect & { readonly type: T }) => void } = {
    spawn: ({ boot }) => {
      life.spawn(boot).catch((error: unknown) => {
        log.error({ error: String(error) }, 'The recorder could not be started.');
        input({ type: 'gone', code: null, signal: null, nowMs: clock.monotonicMs() });
      });
    },
    'restart in': ({ ms }) => {
      cancelRestart = timers.after(ms, () => input({ type: 'restart due', boot: random.id(), nowMs: clock.monotonicMs() }));
    },
    'cancel restart': () => cancelRestart(),
    'end recorder': ({ reason }) => life.end(reason),
    tell: ({ event }) => tell(event),
  };
  const input = (one: SupervisionInput): void => {
    const step = supervise(state, one, rule);
    state = step.state;
    for (const effect of step.effects) (run[effect.type] as (effect: SupervisionEffect) => void)(effect);
    if (state.at === 'alive') return;
    for (const done of waitingForEnd) done();
    waitingForEnd = [];
  };
  const running = () => {
    const client = life.client();
    if (client === null) throw new UnderstudyError('link.unreachable', 'The recorder is not running.', { advice: 'Try again when it is back.' });
    return client;
  };

  return {
    make: 'understudy',
    makeVersion: options.version,
    phase: () => phaseOf(state),
    onEvent: (listener) => void listeners.push(listener),
    async start() {
      const mine = ++turn;
      let seen = await lookAtSettings(folder);
      if (mine !== turn) return;
      problems = seen.problems;
      stopWatching = watchSettings(folder, timers, () => {
        void lookAtSettings(folder).then((now) => {
          if (mine !== turn) return;
          // Null while they cannot be read: what is in force has not changed then.
          const known = { digest: now.digest ?? seen.digest, problems: now.problems };
          const changed = JSON.stringify(known) !== JSON.stringify(seen);
          seen = known;
          problems = now.problems;
          if (changed) tell({ type: 'settings changed' });
        });
      });
      life.begin();
      const adopted = await life.look();
      if (mine !== turn) return;
      if (!adopted || state.at === 'idle') input({ type: 'start', boot: random.id(), nowMs: clock.monotonicMs() });
    },
    async stop(reason) {
      turn++;
      input({ type: 'stop', reason });
      if (state.at === 'alive') await new Promise<void>((done) => waitingForEnd.push(done));
      stopWatching();
      life.forget();
      await footage.close();
    },
    async detach() {
      turn++;
      input({ type: 'detach' });
      stopWatching();
      life.forget();
      await footage.close();
    },
    progress: () => life.progress(),
    settingsProblems: () => problems,
    async settings() {
      const { digest, document, files } = await loadSettings(folder);
      return {
        digest,
        document,
        files: files.map(({ file }) => file),
        open: (path) => chunks(files.find(({ file }) => file.path === path)?.body ?? null, path),
      };
    },
    async putSettings(files) {
      await replaceSettings(folder, files);
      return { digest: (await loadSettings(folder)).digest };
    },
    footage: () => footage,
    lock: async (wanted) => {
      const client = life.client();
      return client === null ? await locks.add(wanted) : (await client.ask('lock', { locks: [...wanted] })).locks;
    },
    async unlock(id) {
      const client = life.client();
      if (client === null) await locks.remove(id);
      else await client.ask('unlock', { id });
    },
    async pointer(failoverAddress, monitoredAddress) {
      const { file, line } = await writePointer(folder, { failoverAddress, monitoredAddress });
      return { written: true, file, line };
    },
    async releaseCameras(ids) {
      await running().ask('release', { cameras: [...ids] });
      return true;
    },
    async resumeCameras(ids) {
      await running().ask('resume', { cameras: [...ids] });
      return true;
    },
    copyBack: async (camera, span, bytesPerSecond) =>
      await running().ask('copyBack', { cameraId: camera.cameraId, span, bytesPerSecond }),
  };
}

function logEvent(log: Log, event: RecorderEvent): void {
  if (event.type !== 'exited') log.info('boot' in event ? { boot: event.boot } : {}, `Recorder: ${event.type}.`);
  else if (event.kind === 'normal') log.info({ boot: event.boot, reason: event.reason }, 'The recorder ended on purpose.');
  else {
    const next = event.restartInMs === null ? 'It is not started again.' : `It is started again in ${event.restartInMs / 1000} s.`;
    log.error({ boot: event.boot, code: event.code, signal: event.signal }, `The recorder ended with an error. ${next}`);
  }
}

async function* chunks(body: Uint8Array | null, path: string): AsyncIterable<Uint8Array> {
  if (body === null) throw new UnderstudyError('input.not-found', `There is no settings file ${path}.`);
  for (let at = 0; at < body.length; at += chunkBytes) yield await Promise.resolve(body.subarray(at, at + chunkBytes));
}
