/** Fetches from the failover servers what is missing here and keeps it: the recorder whole again. */
import type { MessagePort } from 'node:worker_threads';
import { UnderstudyError } from '../contract/errors.ts';
import { union } from '../core/coverage.ts';
import type { FailoverPointer } from '../core/ini.ts';
import type { CameraKey, Span } from '../core/units.ts';
import type { Cancel, Clock, Timers } from '../platform/clock.ts';
import type { FootageBatch, FootageStore } from '../video/contract.ts';
import type { FootageSource } from '../video/playback/merge.ts';
import { checkUnit } from '../video/store/checksum.ts';
import { importFootage } from '../video/store/import.ts';
import { cameraWriter } from '../video/store/writer.ts';
import { fetchedKey, isFetched, ownerKey, ownFootage } from './own-footage.ts';
import { paced } from './paced.ts';
import type { RemotePorts } from './playback/remote.ts';
import { cameraTimeline } from './playback/timeline.ts';

export interface CopyBackOrder {
  readonly store: FootageStore;
  readonly storePath: string;
  readonly remote: { readonly ports: RemotePorts; readonly pointers: readonly FailoverPointer[] };
  readonly camera: CameraKey;
  readonly span: Span;
  readonly bytesPerSecond: number;
}

export interface CopyBackState {
  readonly state: 'running' | 'done';
  readonly copied: readonly Span[];
  readonly text: string;
}

export interface CopyBack {
  /** Begins, or tells how far it is; asked again after `done` it looks anew. Rejects with what stopped it. */
  ask(order: CopyBackOrder): Promise<CopyBackState>;
  close(): Promise<void>;
}

/** The failover server asks every second: when it does not, it is gone, or copy back was switched off. */
const unaskedMs = 15_000;

/** Fetched on both sides of a hole, so that merging finds common pictures: more than a usual GOP. */
const marginUs = 5_000_000;

interface Job {
  readonly copied: { fromUs: number; toUs: number }[];
  readonly running: Promise<void>;
  readonly ending: AbortController;
  outcome: 'running' | 'done' | Error;
}

/**
 * One order at a time, and the newest counts: the failover server goes camera by camera, so another one means that it
 * began anew (it was restarted, or cut off). Both together would fetch the same twice, and at twice the rate.
 */
export function makeCopyBack(ports: { readonly clock: Clock; readonly timers: Timers }): CopyBack {
  let current: (Job & { readonly key: string }) | null = null;
  let forgotten: Cancel = () => undefined;

  const start = (order: CopyBackOrder, key: string): Job & { readonly key: string } => {
    const copied: Job['copied'] = [];
    const ending = new AbortController();
    const before = current;
    before?.ending.abort();
    const fetching = async (): Promise<void> => {
      await before?.running.catch(() => undefined /* told to whoever asked for it, if anybody still does */);
      ending.signal.throwIfAborted();
      await fetchMissing(order, { ...ports, copied, signal: ending.signal });
    };
    const job = { key, copied, ending, outcome: 'running' as Job['outcome'], running: fetching() };
    void job.running.then(
      () => (job.outcome = 'done'),
      (error: unknown) => (job.outcome = error instanceof Error ? error : new Error(String(error))),
    );
    return job;
  };

  return {
    async ask(order) {
      const key = `${order.camera.cameraId} ${order.span.fromUs} ${order.span.toUs} ${order.bytesPerSecond}`;
      const job = current?.key === key ? current : start(order, key);
      current = job;
      forgotten();
      forgotten = ports.timers.after(unaskedMs, () => job.ending.abort());
      // Most often there is little to do: the first answer then is the last.
      await Promise.race([job.running.catch(() => undefined), new Promise<void>((done) => ports.timers.after(500, done))]);
      const { outcome, copied } = job;
      if (outcome === 'running') return { state: 'running', copied, text: `${seconds(copied)} s fetched so far.` };
      if (current === job) {
        current = null;
        forgotten();
      }
      if (outcome !== 'done') throw outcome;
      return { state: 'done', copied, text: copied.length === 0 ? 'Nothing was missing here.' : `${seconds(copied)} s were fetched.` };
    },
    async close() {
      forgotten();
      current?.ending.abort();
      await current?.running.catch(() => undefined /* it was cut off just now */);
    },
  };
}

const seconds = (spans: readonly Span[]): string => (spans.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0) / 1e6).toFixed(1);

interface FetchPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Grows while it goes on. */
  readonly copied: Job['copied'];
  readonly signal: AbortSignal;
}

async function fetchMissing(order: CopyBackOrder, ports: FetchPorts): Promise<void> {
  const { store, camera, span, bytesPerSecond } = order;
  // Never faster than allowed: recording comes first.
  const remote = { ...order.remote.ports, pace: (body: AsyncIterable<Uint8Array>) => paced(body, { ...ports, bytesPerSecond }) };
  const timeline = await cameraTimeline(ownFootage(store), { pointers: order.remote.pointers, ports: remote, settledUs: span.toUs }, camera, span);
  const silent = timeline.hosts.find(({ reachable }) => !reachable);
  if (silent !== undefined && !timeline.hosts.some(({ reachable }) => reachable))
    throw new UnderstudyError('link.unreachable', `${silent.address}: ${silent.reason ?? 'no answer'}`);
  const port = store.writerPort();
  try {
    for (const source of timeline.sources) {
      const missing = union(timeline.spans.filter(({ by }) => by === source.id && by !== 'recorder'), 2 * marginUs);
      for (const hole of missing) await fetchOne(order, { port, source, hole }, ports);
    }
  } finally {
    port.close();
  }
  await verify(order, ports.signal);
}

async function fetchOne(
  order: CopyBackOrder,
  what: { readonly port: MessagePort; readonly source: FootageSource; readonly hole: Span },
  ports: FetchPorts,
): Promise<void> {
  const { source, hole } = what;
  const wide = { fromUs: hole.fromUs - marginUs - source.shiftUs, toUs: hole.toUs + marginUs - source.shiftUs };
  const key = fetchedKey(order.camera, ports.clock.wallMs());
  const writer = cameraWriter(what.port, { storePath: order.storePath, ...key });
  const progress = { fromUs: hole.fromUs, toUs: hole.fromUs };
  ports.copied.push(progress);
  const noteProgress = (toUs: number): void => void (progress.toUs = Math.max(hole.fromUs, Math.min(hole.toUs, toUs)));
  try {
    await importFootage(writer, inOurTime(source.read(wide), { shiftUs: source.shiftUs, signal: ports.signal, noteProgress }));
  } finally {
    await writer.close();
  }
  noteProgress(hole.toUs);
}

/**
 * Reads back all that was ever fetched of this span: the other side deletes its own once we say that we have it. What
 * an order that was cut off had written counts as ours, too. A piece that is damaged goes: the next order fetches it anew.
 */
async function verify({ store, camera, span }: CopyBackOrder, signal: AbortSignal): Promise<void> {
  const fetched = (await store.keys()).filter((key) => isFetched(key) && key.cameraId === camera.cameraId && ownerKey(key).serverId === camera.serverId);
  for (const key of fetched)
    try {
      for await (const { config, units } of store.read(key, span)) {
        signal.throwIfAborted();
        for (const unit of units) checkUnit(config.video.codec, unit);
      }
    } catch (error) {
      // All of the span lies on the failover server: it asked for what it has.
      if (error instanceof UnderstudyError && error.code === 'store.damaged') await store.drop(key, span);
      throw error;
    }
}

/** In our time; what was handed on is noted once it is written. */
async function* inOurTime(
  batches: AsyncIterable<FootageBatch>,
  how: { readonly shiftUs: number; readonly signal: AbortSignal; readonly noteProgress: (toUs: number) => void },
): AsyncGenerator<FootageBatch> {
  for await (const { config, units } of batches) {
    how.signal.throwIfAborted();
    yield { config, units: units.map((unit) => ({ ...unit, timeUs: unit.timeUs + how.shiftUs })) };
    how.noteProgress((units.at(-1)?.timeUs ?? 0) + how.shiftUs);
  }
}
