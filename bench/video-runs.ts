import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checkContinuity, stampsOfMp4 } from '../sim/cameras/count.ts';
import { FRAME_MS } from '../sim/cameras/options.ts';
import { errorCode } from '../src/platform/read-bytes.ts';
import { figuresOfAll, pause } from './process-figures.ts';

export interface Run {
  readonly cpuPercent: number;
  readonly memoryMb: number;
  readonly frames: number;
  /** Of all that the cameras made while it was measured. */
  readonly framesLost: number;
  /** Of these nothing can be missing in between: they are no cameras that lost nothing. */
  readonly camerasWithoutFrames: number;
}

export interface Load {
  readonly urls: readonly string[];
  readonly seconds: number;
  readonly folder: string;
}

const report = z.object({
  streaming: z.number(),
  framesDropped: z.number(),
  packetsLost: z.number(),
  prerollBytes: z.number(),
  firstWrittenMs: z.array(z.number()),
  flush: z.object({ decidedMs: z.number(), onDiskMs: z.array(z.number()), reachesBackMs: z.array(z.number()) }).nullable(),
});
export type EngineReport = z.infer<typeof report>;

const engineMain = new URL('./video-engine.js', import.meta.url).pathname;

interface Engine {
  readonly process: ChildProcess;
  end(): Promise<EngineReport>;
}

export async function startEngineProcess(folder: string, urls: readonly string[], mode: 'record' | 'standby' | 'none', prerollMs: number, ringMb: number): Promise<Engine> {
  await mkdir(folder, { recursive: true });
  // Hundreds of addresses would show as one endless command line.
  const urlsFile = `${folder}-cameras.json`;
  await writeFile(urlsFile, JSON.stringify(urls));
  const child = spawn(process.execPath, [engineMain, folder, mode, String(prerollMs), String(ringMb), urlsFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // As the command `understudy` sets it for itself: slow disks must not keep all writes waiting.
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    reader.on('line', (line) => {
      lines.push(line);
      resolve();
    });
    child.once('exit', (code) => reject(new Error(`The engine ended at once, exit code ${code}.`)));
  });
  return {
    process: child,
    async end() {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await gone;
      return report.parse(JSON.parse(lines.at(-1) ?? '{}'));
    },
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []; // nothing was ever written of this camera
    throw error;
  });
  return all.filter((each) => each.isFile() && each.name.endsWith('.mp4')).map((each) => join(each.parentPath, each.name)).sort();
}

/** Wall clock, ms, by which the simulated cameras number their frames. */
interface Measured {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Frames by their stamps, camera by camera: all that were made in this time must be there. */
async function countFrames(folders: readonly string[], span: Measured): Promise<Pick<Run, 'frames' | 'framesLost' | 'camerasWithoutFrames'>> {
  let frames = 0;
  let framesLost = 0;
  let camerasWithoutFrames = 0;
  for (const folder of folders) {
    const stamps = [];
    for (const file of await filesBelow(folder)) {
      const bytes = await readFile(file);
      if (bytes.length > 0) stamps.push(...stampsOfMp4(bytes));
    }
    const counted = checkContinuity(stamps, { from: Math.ceil(span.fromMs / FRAME_MS), to: Math.floor(span.toMs / FRAME_MS) - 1 });
    frames += counted.found;
    framesLost += counted.missing;
    if (counted.found === 0) camerasWithoutFrames++;
  }
  return { frames, framesLost, camerasWithoutFrames };
}

/** CPU and memory of processes over `seconds`, after they settled. */
export async function measure(pids: readonly number[], seconds: number): Promise<{ readonly cpuPercent: number; readonly memoryMb: number }> {
  const before = await figuresOfAll(pids);
  const startedMs = performance.now();
  await pause(seconds * 1000);
  const after = await figuresOfAll(pids);
  return { cpuPercent: ((after.cpuS - before.cpuS) / ((performance.now() - startedMs) / 1000)) * 100, memoryMb: after.memoryMb };
}

const settleMs = 6_000;
/** A frame may be so late when recording ends. */
const onTheWayMs = 500;

export async function runOurs({ urls, seconds, folder }: Load): Promise<Run> {
  const engine = await startEngineProcess(folder, urls, 'record', 0, 4);
  await pause(settleMs);
  const fromMs = Date.now();
  const figures = await measure([engine.process.pid!], seconds);
  const toMs = Date.now() - onTheWayMs;
  await engine.end();
  const counted = await countFrames(urls.map((_, index) => join(folder, 'bench', `cam-${index + 1}`)), { fromMs, toMs });
  await rm(folder, { recursive: true });
  return { ...figures, ...counted };
}

/** Killed with SIGKILL while it records: how much of each camera was not on disk by then, ms. */
export async function runKilled({ urls, seconds, folder }: Load): Promise<readonly number[]> {
  const engine = await startEngineProcess(folder, urls, 'record', 0, 4);
  await pause(seconds * 1000);
  const gone = new Promise((resolve) => engine.process.once('close', resolve));
  const killedMs = Date.now();
  engine.process.kill('SIGKILL');
  await gone;
  const lostMs: number[] = [];
  for (const index of urls.keys()) {
    const stamps = [];
    for (const file of await filesBelow(join(folder, 'bench', `cam-${index + 1}`))) stamps.push(...stampsOfMp4(await readFile(file)));
    lostMs.push(killedMs - (checkContinuity(stamps).to + 1) * FRAME_MS);
  }
  await rm(folder, { recursive: true });
  return lostMs;
}

/** The peer: one ffmpeg per camera, stream copy into fragmented MP4. */
export async function runFfmpeg({ urls, seconds, folder }: Load): Promise<Run> {
  const folders = urls.map((_, index) => join(folder, `cam-${index + 1}`));
  for (const each of folders) await mkdir(each, { recursive: true });
  const children = urls.map((url, index) =>
    spawn('ffmpeg', ['-nostdin', '-loglevel', 'error', '-rtsp_transport', 'tcp', '-i', url, '-an', '-c', 'copy', '-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '250000', join(folders[index]!, '1.mp4')], { stdio: 'ignore' }),
  );
  await pause(settleMs);
  const fromMs = Date.now();
  const figures = await measure(children.map(({ pid }) => pid!), seconds);
  const toMs = Date.now() - onTheWayMs;
  await Promise.all(children.map((child) => new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  })));
  const counted = await countFrames(folders, { fromMs, toMs });
  await rm(folder, { recursive: true });
  return { ...figures, ...counted };
}
