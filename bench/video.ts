// `npm run bench -- video`: our engine beside ffmpeg, one process per camera, in the same run; then N cameras opened at once; then killed while it records.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, pause, percentile } from './process-figures.ts';
import { startBenchCameras } from './simulated-cameras.ts';
import { runFfmpeg, runKilled, runOurs, startEngineProcess, type Run } from './video-runs.ts';

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '3' },
    bitrate: { type: 'string', default: '4M' },
    start: { type: 'string', default: '128' },
    kills: { type: 'string', default: '5' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const count = Number(values.cameras);
const start = Number(values.start);
const say = (text: string): void => console.error(text);
const problems: string[] = [];
const need = (holds: boolean, text: string): void => void (holds || problems.push(text));

/** What it must reach. The simulated cameras send a key frame each second: one group of pictures and a second more. */
const aims = { cpuRatio: 0.7, memoryMb: 600, firstFrameOnDiskMs: 1_000 + 1_000, lostByKillMs: 500 };

if (spawnSync('ffmpeg', ['-version']).error !== undefined) {
  const text = 'ffmpeg, beside which is measured, cannot be run. Install it as root: apt-get update && apt-get install -y ffmpeg (npm test does it as well).';
  say(text);
  console.log(JSON.stringify({ bench: 'video', ok: false, problems: [text] }));
  process.exit(1);
}

const folder = await mkdtemp(join(values.folder, 'understudy-bench-'));
const cameras = await startBenchCameras(Math.max(count, start), values.bitrate);
try {
  const beside = await besideFfmpeg();
  const openedAtOnce = await openAtOnce();
  const killed = await killWhileRecording();
  console.log(JSON.stringify({ bench: 'video', ok: problems.length === 0, problems, cameras: count, bitrate: values.bitrate, ...beside, openedAtOnce, killed }));
} finally {
  cameras.end();
  await rm(folder, { recursive: true, force: true });
}
process.exit(problems.length === 0 ? 0 : 1);

/** Ours and one ffmpeg per camera, one after the other, several times. */
async function besideFfmpeg(): Promise<object> {
  const load = { urls: cameras.urls.slice(0, count), seconds: Number(values.seconds), folder: join(folder, 'run') };
  const ours: Run[] = [];
  const peer: Run[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    ours.push(await runOurs(load));
    say(`round ${round} ours   ${JSON.stringify(ours.at(-1))}`);
    peer.push(await runFfmpeg(load));
    say(`round ${round} ffmpeg ${JSON.stringify(peer.at(-1))}`);
  }
  const lost = (runs: readonly Run[]): number => runs.reduce((sum, run) => sum + run.framesLost, 0);
  const without = (runs: readonly Run[]): number => Math.max(...runs.map((run) => run.camerasWithoutFrames));
  const cpuPercent = median(ours.map((run) => run.cpuPercent));
  const cpuRatio = median(ours.map((run, index) => run.cpuPercent / peer[index]!.cpuPercent));
  const mostMb = Math.max(...ours.map((run) => run.memoryMb));
  need(cpuRatio <= aims.cpuRatio, `Ours took ${cpuRatio.toFixed(2)} of ffmpeg's processor time, ${aims.cpuRatio} are allowed.`);
  need(mostMb <= aims.memoryMb, `Ours took ${mostMb.toFixed(0)} MB, ${aims.memoryMb} are allowed.`);
  need(lost(ours) === 0, `Ours lost ${lost(ours)} frames.`);
  need(without(ours) === 0, `Ours recorded not one frame of ${without(ours)} cameras.`);
  need(without(peer) === 0, `ffmpeg recorded not one frame of ${without(peer)} cameras: the comparison does not count.`);
  return {
    rounds: ours.length,
    cpuPercent, cpuPercentPerCamera: cpuPercent / count, cpuPercentFfmpeg: median(peer.map((run) => run.cpuPercent)), cpuRatio,
    memoryMb: median(ours.map((run) => run.memoryMb)), memoryMbFfmpeg: median(peer.map((run) => run.memoryMb)),
    frames: ours.map((run) => run.frames), framesLost: lost(ours), framesLostFfmpeg: lost(peer),
    camerasWithoutFrames: without(ours), camerasWithoutFramesFfmpeg: without(peer),
  };
}

/** As at a take-over in cold standby: how long until each camera's first frame is on disk. */
async function openAtOnce(): Promise<object> {
  const engine = await startEngineProcess(join(folder, 'start'), cameras.urls.slice(0, start), 'record', 0, 4);
  await pause(8_000);
  const { firstWrittenMs } = await engine.end();
  const p95 = percentile(firstWrittenMs, 0.95);
  need(firstWrittenMs.length === start, `Of ${start} cameras that were opened at once, ${firstWrittenMs.length} were written within 8 s.`);
  need(p95 <= aims.firstFrameOnDiskMs, `The first frame was on disk after ${p95.toFixed(0)} ms (p95), ${aims.firstFrameOnDiskMs} are allowed.`);
  return { cameras: start, written: firstWrittenMs.length, firstFrameOnDiskMs: { p50: percentile(firstWrittenMs, 0.5), p95, max: Math.max(...firstWrittenMs) }, allowedMs: aims.firstFrameOnDiskMs };
}

/** `kill -9`: what of each camera was lost each time. Every camera counts: the worst one of all. */
async function killWhileRecording(): Promise<object> {
  const lostMs: number[] = [];
  for (let kill = 1; kill <= Number(values.kills); kill++) {
    lostMs.push(...(await runKilled({ urls: cameras.urls.slice(0, count), seconds: 6 + Math.random(), folder: join(folder, 'killed') })));
    say(`kill ${kill}: at most ${Math.max(...lostMs)} ms lost`);
  }
  const max = Math.max(...lostMs);
  need(max <= aims.lostByKillMs, `${max} ms of a camera were lost by kill -9, ${aims.lostByKillMs} are allowed.`);
  return { kills: Number(values.kills), cameras: count, lostMs: { p50: percentile(lostMs, 0.5), p95: percentile(lostMs, 0.95), max }, allowedMs: aims.lostByKillMs };
}
