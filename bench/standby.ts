// `npm run bench -- standby`: hot and cold beside each other, and how fast the pre-roll reaches the disk.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pause, percentile } from './process-figures.ts';
import { measure, startEngineProcess } from './video-runs.ts';

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '100' },
    flush: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '15' },
    bitrate: { type: 'string', default: '4M' },
    preroll: { type: 'string', default: '15000' },
    ringMb: { type: 'string', default: '10' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const camerasMain = new URL('../sim/cameras/main.js', import.meta.url).pathname;
const cameras = spawn(process.execPath, [camerasMain, '--count', values.cameras, '--port', '0', '--bitrate', values.bitrate, '--padding', 'slice'], { stdio: ['ignore', 'pipe', 'inherit'] });
const folder = await mkdtemp(join(values.folder, 'understudy-bench-'));
const prerollMs = Number(values.preroll);

try {
  const urls = await new Promise<string[]>((resolve) => createInterface({ input: cameras.stdout }).once('line', (line) => resolve((JSON.parse(line) as { urls: string[] }).urls)));
  const settle = prerollMs + 5_000;

  const hot = await startEngineProcess(join(folder, 'hot'), urls, 'standby', prerollMs, Number(values.ringMb));
  await pause(settle);
  const hotFigures = await measure([hot.process.pid!], Number(values.seconds));
  const hotReport = await hot.end();

  const cold = await startEngineProcess(join(folder, 'cold'), [], 'standby', 0, 4);
  await pause(3_000);
  const coldFigures = await measure([cold.process.pid!], Number(values.seconds));
  await cold.end();

  const flushing = await startEngineProcess(join(folder, 'flush'), urls.slice(0, Number(values.flush)), 'standby', prerollMs, Number(values.ringMb));
  await pause(settle);
  flushing.process.kill('SIGUSR2');
  await pause(4_000);
  const { flush } = await flushing.end();
  console.log(
    JSON.stringify({
      bench: 'standby', cameras: urls.length, bitrate: values.bitrate, prerollMs,
      hot: { ...hotFigures, streaming: hotReport.streaming, prerollMb: hotReport.prerollBytes / 1e6, memoryAllowedMb: (1.1 * hotReport.prerollBytes) / 1e6 + 250 },
      cold: coldFigures,
      flush: { cameras: Number(values.flush), onDisk: flush?.onDiskMs.length ?? 0, onDiskMs: { p50: percentile(flush?.onDiskMs ?? [], 0.5), max: Math.max(...(flush?.onDiskMs ?? [])) }, reachesBackMs: { min: Math.min(...(flush?.reachesBackMs ?? [])) } },
    }),
  );
} finally {
  cameras.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
}
