// `npm run bench -- standby`: hot and cold beside each other, and how fast the pre-roll reaches the disk.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBenchCameras } from './simulated-cameras.ts';
import { figuresOfAll, pause, percentile } from './process-figures.ts';
import { coldBesideHot, type ColdBesideHot } from './standby-server.ts';
import { measure, startEngineProcess } from './video-runs.ts';

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '100' },
    flush: { type: 'string', default: '64' },
    many: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '15' },
    bitrate: { type: 'string', default: '4M' },
    preroll: { type: 'string', default: '15000' },
    only: { type: 'string', multiple: true, default: ['hot', 'cold', 'server', 'flush', 'many'] },
    folder: { type: 'string', default: tmpdir() },
  },
});
const folder = await mkdtemp(join(values.folder, 'understudy-bench-'));
const prerollMs = Number(values.preroll);
const seconds = Number(values.seconds);
const settleMs = prerollMs + 5_000;
const bits = (text: string): number => Number(text.replace('M', '')) * 1e6;
/** As the product lays a ring out: the length at the peak rate and half as much again. */
const ringMb = (bitrate: string): number => Math.ceil((bits(bitrate) / 8e6) * (prerollMs / 1000) * 1.5);
const say = (text: string, found: unknown): void => console.error(`${text}: ${JSON.stringify(found)}`);
const problems: string[] = [];
const need = (holds: boolean, text: string): void => void (holds || problems.push(text));

/** Sessions open, rings full, nothing written. */
async function idle(count: number, bitrate: string, cpuAtMost: number, memoryCounts: boolean): Promise<object> {
  const cameras = await startBenchCameras(count, bitrate);
  try {
    const engine = await startEngineProcess(join(folder, `hot-${count}`), cameras.urls, 'standby', prerollMs, ringMb(bitrate));
    await pause(settleMs + count * 20);
    const figures = await measure([engine.process.pid!], seconds);
    const { streaming, prerollBytes } = await engine.end();
    const heldMb = prerollBytes / 1e6;
    const memoryAllowedMb = 1.1 * heldMb + 250;
    need(streaming === count, `${streaming} of ${count} cameras streamed.`);
    need(figures.cpuPercent <= cpuAtMost, `${count} hot cameras took ${figures.cpuPercent.toFixed(1)} % of a core, ${cpuAtMost} are allowed.`);
    need(!memoryCounts || figures.memoryMb <= memoryAllowedMb, `${count} hot cameras took ${figures.memoryMb.toFixed(0)} MB, ${memoryAllowedMb.toFixed(0)} are allowed.`);
    return { cameras: count, bitrate, ...figures, cpuAtMost, streaming, laidOutMb: count * ringMb(bitrate), heldMb, memoryAllowedMb };
  } finally {
    cameras.end();
  }
}

/** The recording engine with cold cameras alone, beside the same process without it. */
async function cold(): Promise<object> {
  const cameras = await startBenchCameras(Number(values.cameras), values.bitrate);
  try {
    const run = async (mode: 'standby' | 'none') => {
      const engine = await startEngineProcess(join(folder, mode), [], mode, 0, 4);
      await pause(3_000);
      const figures = await measure([engine.process.pid!], seconds);
      await engine.end();
      return figures;
    };
    const without = await run('none');
    const figures = await run('standby');
    const sessions = await cameras.sessionsOpened();
    need(sessions === 0, `Cold standby opened ${sessions} sessions.`);
    need(figures.cpuPercent - without.cpuPercent <= 1, `Cold standby took ${figures.cpuPercent.toFixed(2)} % of a core, ${without.cpuPercent.toFixed(2)} % without.`);
    return { ...figures, sessions, without, ratio: without.cpuPercent === 0 ? null : figures.cpuPercent / without.cpuPercent };
  } finally {
    cameras.end();
  }
}

/** A whole failover server: cold costs it nothing but the watching. */
async function server(): Promise<ColdBesideHot> {
  const count = Number(values.cameras);
  const found = await coldBesideHot(folder, count, values.bitrate, seconds);
  need(found.coldSessions === 0, `${found.coldSessions} sessions were opened while all cameras were cold.`);
  need(found.hotCameras === count, `${found.hotCameras} of ${count} cameras stood by when hot was measured.`);
  need(found.cold.cpuPercent - found.alone.cpuPercent <= 1, `A failover server with ${count} cold cameras took ${found.cold.cpuPercent.toFixed(2)} % of a core, ${found.alone.cpuPercent.toFixed(2)} % without.`);
  return found;
}

/** What is decided at a failure: from the order until everything that lay in memory is written. */
async function flush(): Promise<object> {
  const count = Number(values.flush);
  const cameras = await startBenchCameras(count, values.bitrate);
  try {
    const engine = await startEngineProcess(join(folder, 'flush'), cameras.urls, 'standby', prerollMs, ringMb(values.bitrate));
    await pause(settleMs);
    // What the machine has to do for it, which other work beside it changes less than how long it takes.
    const before = await figuresOfAll([engine.process.pid!]);
    engine.process.kill('SIGUSR2');
    await pause(1_500);
    const processorS = (await figuresOfAll([engine.process.pid!])).cpuS - before.cpuS;
    await pause(4_500);
    const found = (await engine.end()).flush;
    const onDiskMs = found?.onDiskMs ?? [];
    const worst = Math.max(...onDiskMs);
    const back = Math.min(...(found?.reachesBackMs ?? []));
    need(onDiskMs.length === count, `The pre-roll of ${onDiskMs.length} of ${count} cameras reached the disk.`);
    need(worst <= 500, `The pre-roll was on disk ${worst.toFixed(0)} ms after the decision, 500 are allowed.`);
    need(back >= prerollMs - 1_500, `The pre-roll reaches back ${back.toFixed(0)} ms, ${prerollMs} are wanted.`);
    return { cameras: count, bitrate: values.bitrate, onDisk: onDiskMs.length, onDiskMs: { p50: percentile(onDiskMs, 0.5), p95: percentile(onDiskMs, 0.95), max: worst }, allowedMs: 500, processorS, reachesBackMs: { min: back } };
  } finally {
    cameras.end();
  }
}

/** The one that times the disk comes first, the one in which a recorder fills it with gigabytes last. */
const parts = {
  flush,
  hot: () => idle(Number(values.cameras), values.bitrate, 20, true),
  cold,
  many: () => idle(Number(values.many), '1M', 100, false),
  server,
} as const;

try {
  const found: Record<string, object> = {};
  for (const [name, run] of Object.entries(parts)) {
    if (!values.only.includes(name)) continue;
    found[name] = await run();
    say(name, found[name]);
  }
  console.log(JSON.stringify({ bench: 'standby', ok: problems.length === 0, problems, prerollMs, ...found }));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(problems.length === 0 ? 0 : 1);
