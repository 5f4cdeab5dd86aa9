import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCameras, type Cameras } from '../../sim/cameras/server.ts';
import { checkContinuity, type Continuity, stampsOfMp4 } from '../../sim/cameras/count.ts';
import { settingsSchemaVersion, type SettingsDocument } from '../../src/contract/settings.ts';
import { systemClock, systemTimers } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { isAlive, signal } from '../../src/platform/process.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { recorderFolder } from '../../src/recorder/folder.ts';
import { saveDocument } from '../../src/recorder/settings-files.ts';
import { builtinRecorder, type BuiltinOptions } from '../../src/recorders/builtin/recorder.ts';
import type { Recorder, RecorderEvent } from '../../src/recorders/contract.ts';
import { openFootageReader } from '../../src/video/store/open-reader.ts';

const root = new URL('../..', import.meta.url).pathname;
/** The command from source: a test can never run stale compiled code. */
export const understudy: readonly [string, ...string[]] = [process.execPath, '--import', join(root, 'scripts/ts.mjs'), join(root, 'src/cli/main.ts')];

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end. */
export async function run(args: readonly string[], input = ''): Promise<Ran> {
  const child = start(args);
  child.stdin?.end(input);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

export function start(args: readonly string[]): ChildProcess {
  const [program, ...before] = understudy;
  return spawn(program, [...before, ...args], { stdio: 'pipe' });
}

export async function until<T>(what: string, look: () => T | null | undefined | false | Promise<T | null | undefined | false>, withinMs = 60_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Waited ${withinMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export interface Rig {
  readonly folder: string;
  readonly cameras: Cameras;
  readonly document: SettingsDocument;
  recorder(more?: Partial<BuiltinOptions>): { readonly recorder: Recorder; readonly events: RecorderEvent[] };
  /** Pid of the recorder that holds the folder. */
  pid(): Promise<number>;
  /** Stamps of all footage of camera n, in order of the files. */
  count(camera: number): Promise<Continuity>;
  close(): Promise<void>;
}

/** Simulated cameras and a settings folder that names them. */
export async function makeRig(cameraCount: number): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-recorder-'));
  const cameras = await startCameras({ count: cameraCount });
  const document: SettingsDocument = {
    schema: settingsSchemaVersion,
    name: 'Recorder under test',
    storePath: 'footage',
    retention: { days: 1, maxBytes: null },
    cameras: cameras.urls.map((url, index) => ({
      id: `cam-${index + 1}`, name: `Camera ${index + 1}`, url, transport: 'auto', audio: false, priority: 100, enabled: true,
    })),
  };
  await saveDocument(folder, document);
  const made: Recorder[] = [];
  const holder = async (): Promise<number | null> => {
    const text = await readFile(recorderFolder(folder).lock, 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as { readonly pid: number }).pid;
  };
  return {
    folder,
    cameras,
    document,
    recorder(more = {}) {
      const events: RecorderEvent[] = [];
      const recorder = builtinRecorder({
        folder,
        command: [...understudy, 'recorder'],
        outlive: false,
        version: 'test',
        clock: systemClock,
        timers: systemTimers,
        random: systemRandom,
        log: silentLog,
        openFootage: openFootageReader,
        ...more,
      });
      recorder.onEvent((event) => events.push(event));
      made.push(recorder);
      return { recorder, events };
    },
    pid: async () => await until('a recorder that holds the folder', holder),
    async count(camera) {
      const files = await readdir(join(folder, 'footage'), { recursive: true });
      const own = files.filter((file) => file.includes(`/cam-${camera}/`) && file.endsWith('.mp4')).toSorted();
      const stamps = await Promise.all(own.map(async (file) => stampsOfMp4(await readFile(join(folder, 'footage', file)))));
      return checkContinuity(stamps.flat());
    },
    async close() {
      await Promise.all(made.map((recorder) => recorder.detach()));
      const pid = await holder();
      if (pid !== null && isAlive(pid)) signal(pid, 'SIGKILL');
      await cameras.close();
      await rm(folder, { recursive: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** All cameras have been written without a break for a while. */
export async function recording(recorder: Recorder): Promise<void> {
  await until('all cameras being recorded', () => {
    const cameras = recorder.progress()?.cameras ?? [];
    return cameras.length > 0 && cameras.every(({ sinceUs, newestUs }) => sinceUs !== null && newestUs !== null && newestUs > sinceUs + 500_000);
  });
}
