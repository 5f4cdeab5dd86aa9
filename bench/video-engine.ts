// The process that is measured: our engine and store, recording the cameras it is told. Says {"ready":true}, ends on SIGTERM.
import { openStore } from '../src/video/store/store.ts';
import { startEngine } from '../src/video/engine.ts';

const [storePath, mode, prerollMs, ringMb, ...urls] = process.argv.slice(2) as [string, 'record' | 'standby', string, string, ...string[]];
const store = await openStore({ storePath, create: true, processName: 'bench' });
const engine = startEngine({ stores: new Map([[storePath, store]]), log: (entry) => console.error(JSON.stringify(entry)) });
const jobs = (wanted: 'record' | 'standby') =>
  urls.map((url, index) => ({
    serverId: 'bench', cameraId: `cam-${index + 1}`, source: { url, transport: 'tcp', audio: false } as const,
    mode: wanted, prerollMs: Number(prerollMs), ringBytes: Number(ringMb) * 1_000_000, storePath, priority: 1,
  }));

const askedMs = Date.now();
await engine.apply(jobs(mode));
const firstWritten = new Map<string, number>();
engine.onStatuses((all) => {
  for (const { cameraId, recording } of all) if (recording && !firstWritten.has(cameraId)) firstWritten.set(cameraId, Date.now() - askedMs);
});
console.log(JSON.stringify({ ready: true }));

// SIGUSR2: what a take-over does to a hot standby, from the pre-roll's oldest key frame on.
let flush: { readonly decidedMs: number; readonly onDiskMs: number[]; readonly reachesBackMs: number[] } | null = null;
process.on('SIGUSR2', () => {
  const decidedMs = Date.now();
  const wanted = new Map(engine.statuses().map(({ cameraId, newestFrameUs }) => [cameraId, newestFrameUs ?? 0]));
  flush = { decidedMs, onDiskMs: [], reachesBackMs: [] };
  engine.onStatuses((all) => {
    for (const { cameraId, recording } of all)
      if (recording && recording.newestWrittenUs >= (wanted.get(cameraId) ?? Number.POSITIVE_INFINITY)) {
        wanted.delete(cameraId);
        flush?.onDiskMs.push(Date.now() - decidedMs);
        flush?.reachesBackMs.push(decidedMs - recording.firstFrameUs / 1000);
      }
  });
  void engine.apply(jobs('record'));
});

process.on('SIGTERM', () => {
  const statuses = engine.statuses();
  const sum = (pick: (status: (typeof statuses)[number]) => number): number => statuses.reduce((total, status) => total + pick(status), 0);
  const report = {
    streaming: statuses.filter(({ state }) => state === 'streaming').length,
    framesDropped: sum(({ counters }) => counters.framesDropped),
    packetsLost: sum(({ counters }) => counters.packetsLost),
    prerollBytes: sum(({ preroll }) => preroll?.bytes ?? 0),
    firstWrittenMs: [...firstWritten.values()],
    flush,
  };
  void engine
    .close()
    .then(() => store.close())
    .then(() => {
      console.log(JSON.stringify(report));
      process.exit(0);
    });
});
