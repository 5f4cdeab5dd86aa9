// The process that is measured: our engine and store, doing what it is told with its cameras. Says {"ready":true}, ends on SIGTERM.
import { readFileSync } from 'node:fs';
import { openStore } from '../src/video/store/store.ts';
import { startEngine } from '../src/video/engine.ts';

const [storePath, mode, prerollMs, ringMb, urlsFile] = process.argv.slice(2) as [string, 'record' | 'standby' | 'none', string, string, string];
const urls = JSON.parse(readFileSync(urlsFile, 'utf8')) as string[];
const store = await openStore({ storePath, create: true, processName: 'bench' });
// `none`: what this process costs without any of it.
const engine = mode === 'none' ? null : startEngine({ stores: new Map([[storePath, store]]), log: (entry) => console.error(JSON.stringify(entry)) });
const jobs = (wanted: 'record' | 'standby') =>
  urls.map((url, index) => ({
    serverId: 'bench', cameraId: `cam-${index + 1}`, source: { url, transport: 'tcp', audio: false } as const,
    mode: wanted, prerollMs: Number(prerollMs), ringBytes: Number(ringMb) * 1_000_000, storePath, priority: 1,
  }));

const askedMs = Date.now();
if (mode !== 'none') await engine?.apply(jobs(mode));
const firstWritten = new Map<string, number>();
engine?.onStatuses((all) => {
  for (const { cameraId, recording } of all) if (recording && !firstWritten.has(cameraId)) firstWritten.set(cameraId, Date.now() - askedMs);
});
console.log(JSON.stringify({ ready: true }));

// SIGUSR2: what a take-over does to a hot standby, from the pre-roll's oldest key frame on. The engine itself
// notes, camera by camera, when everything that lay in memory at the order was written; statuses only carry it here.
let flush: { readonly decidedMs: number; readonly onDiskMs: number[]; readonly reachesBackMs: number[] } | null = null;
process.on('SIGUSR2', () => {
  const decidedMs = Date.now();
  const seen = new Set<string>();
  const found = { decidedMs, onDiskMs: [] as number[], reachesBackMs: [] as number[] };
  flush = found;
  engine?.onStatuses((all) => {
    for (const { cameraId, recording } of all) {
      const doneUs = recording?.caughtUpUs ?? null;
      if (recording === null || doneUs === null || seen.has(cameraId)) continue;
      seen.add(cameraId);
      found.onDiskMs.push(doneUs / 1000 - decidedMs);
      found.reachesBackMs.push(decidedMs - recording.firstFrameUs / 1000);
    }
  });
  void engine?.apply(jobs('record'));
});

process.on('SIGTERM', () => {
  const statuses = engine?.statuses() ?? [];
  const sum = (pick: (status: (typeof statuses)[number]) => number): number => statuses.reduce((total, status) => total + pick(status), 0);
  const report = {
    streaming: statuses.filter(({ state }) => state === 'streaming').length,
    framesDropped: sum(({ counters }) => counters.framesDropped),
    packetsLost: sum(({ counters }) => counters.packetsLost),
    prerollBytes: sum(({ preroll }) => preroll?.bytes ?? 0),
    firstWrittenMs: [...firstWritten.values()],
    flush,
  };
  void (engine?.close() ?? Promise.resolve())
    .then(() => store.close())
    .then(() => {
      console.log(JSON.stringify(report));
      process.exit(0);
    });
});
