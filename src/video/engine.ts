/** The write side's door: cameras spread over worker threads, one fate per shard. */
import type { CameraJob, CameraStatus, FootageBatch, FootageStore, Recording } from './contract.ts';
import { spread } from './engine/spread.ts';
import type { EngineLog } from './engine/messages.ts';
import { keyOf } from './engine/shard.ts';
import { ShardThread } from './engine/shard-thread.ts';

export interface EngineOptions {
  /**
   * Worker threads; one for every 32 cameras, at least two, unless told. Those told, or two, are
   * started at once: at a take-over they must be there.
   */
  readonly shards?: number;
  /** The open stores by path, or a way to find one. */
  readonly stores: ReadonlyMap<string, FootageStore> | ((storePath: string) => FootageStore | undefined);
  /** How cameras know us (`User-Agent`); `Understudy` unless told. */
  readonly userAgent?: string;
  readonly log: (entry: EngineLog) => void;
}

/** Cameras per worker thread that one event loop serves with ease. */
const CAMERAS_PER_SHARD = 32;
const LEAST_SHARDS = 2;

/** Starts the engine without cameras; `apply` brings them. */
export function startEngine(options: EngineOptions): Recording {
  const { stores } = options;
  const storeAt = typeof stores === 'function' ? stores : (path: string) => stores.get(path);
  const threads: ShardThread[] = [];
  const listeners = new Set<(all: readonly CameraStatus[]) => void>();
  let placed = new Map<string, number>();
  let newest: readonly CameraStatus[] = [];
  let closed = false;

  const collect = (): void => {
    const byKey = new Map(threads.flatMap((thread) => thread.statuses().map((status) => [keyOf(status), status] as const)));
    newest = [...placed.keys()].map((key) => byKey.get(key)).filter((status) => status !== undefined);
    for (const listener of listeners) listener(newest);
  };
  const grow = (count: number): void => {
    while (threads.length < count) threads.push(new ShardThread({ index: threads.length, storeAt, log: options.log, news: collect, userAgent: options.userAgent ?? 'Understudy' }));
  };
  grow(options.shards ?? LEAST_SHARDS);
  const timer = setInterval(collect, 250);
  timer.unref();

  return {
    async apply(jobs: readonly CameraJob[]): Promise<void> {
      if (closed) throw new Error('The engine is closed.');
      grow(options.shards ?? Math.ceil(jobs.length / CAMERAS_PER_SHARD));
      placed = spread(jobs.map(keyOf), placed, threads.length);
      collect();
      await Promise.all(threads.map((thread, i) => thread.apply(jobs.filter((job) => placed.get(keyOf(job)) === i))));
    },
    statuses: () => newest,
    onStatuses(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watch(camera, signal) {
      const thread = threads[placed.get(keyOf(camera)) ?? -1];
      return thread?.watch(keyOf(camera), signal) ?? nothing();
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await Promise.all(threads.map((thread) => thread.close()));
      listeners.clear();
    },
  };
}

async function* nothing(): AsyncGenerator<FootageBatch> {}
