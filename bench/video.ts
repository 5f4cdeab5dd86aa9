// `npm run bench -- video`: our engine beside ffmpeg, one process per camera, in the same run; then N cameras opened at once.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, pause, percentile } from './process-figures.ts';
import { runFfmpeg, runOurs, startEngineProcess, type Run } from './video-runs.ts';

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '3' },
    bitrate: { type: 'string', default: '4M' },
    start: { type: 'string', default: '128' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const count = Number(values.cameras);
const start = Number(values.start);
const camerasMain = new URL('../sim/cameras/main.js', import.meta.url).pathname;
const cameras = spawn(process.execPath, [camerasMain, '--count', String(Math.max(count, start)), '--port', '0', '--bitrate', values.bitrate, '--padding', 'slice'], { stdio: ['ignore', 'pipe', 'inherit'] });
const folder = await mkdtemp(join(values.folder, 'understudy-bench-'));
const say = (text: string): void => console.error(text);

try {
  const urls = await new Promise<string[]>((resolve) => createInterface({ input: cameras.stdout }).once('line', (line) => resolve((JSON.parse(line) as { urls: string[] }).urls)));
  const load = { urls: urls.slice(0, count), seconds: Number(values.seconds), folder: join(folder, 'run') };
  const ours: Run[] = [];
  const peer: Run[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    ours.push(await runOurs(load));
    say(`round ${round} ours   ${JSON.stringify(ours.at(-1))}`);
    peer.push(await runFfmpeg(load));
    say(`round ${round} ffmpeg ${JSON.stringify(peer.at(-1))}`);
  }
  const engine = await startEngineProcess(join(folder, 'start'), urls.slice(0, start), 'record', 0, 4);
  await pause(8_000);
  const { firstWrittenMs } = await engine.end();
  const ratios = ours.map((run, index) => run.cpuPercent / peer[index]!.cpuPercent);
  console.log(
    JSON.stringify({
      bench: 'video', cameras: count, bitrate: values.bitrate, rounds: ours.length,
      cpuPercent: median(ours.map((run) => run.cpuPercent)), cpuPercentFfmpeg: median(peer.map((run) => run.cpuPercent)), cpuRatio: median(ratios),
      memoryMb: median(ours.map((run) => run.memoryMb)), memoryMbFfmpeg: median(peer.map((run) => run.memoryMb)),
      frames: ours.map((run) => run.frames), framesLost: ours.reduce((sum, run) => sum + run.framesLost, 0), framesLostFfmpeg: peer.reduce((sum, run) => sum + run.framesLost, 0),
      openedAtOnce: { cameras: start, written: firstWrittenMs.length, firstFrameOnDiskMs: { p50: percentile(firstWrittenMs, 0.5), p95: percentile(firstWrittenMs, 0.95), max: Math.max(...firstWrittenMs) } },
    }),
  );
} finally {
  cameras.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
}
