/** Writes one camera's footage into segment files. Runs in the thread that holds the camera's ring. */
import { dirname } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type { UnderstudyError } from '../../contract/errors.ts';
import type { CameraKey } from '../../core/units.ts';
import { type Clock, systemClock, systemTimers, type Timers } from '../../platform/clock.ts';
import { type Files, systemFiles } from '../../platform/disk.ts';
import type { CameraWriter, RingUnit, StreamConfig, UnitBatch, WriterProgress } from '../contract.ts';
import { FragmentWriter } from '../mp4/fragment.ts';
import { storeError, storeFault } from './errors.ts';
import { checkCameraKey, segmentPath } from './layout.ts';
import { MarkerCheck } from './marker.ts';
import { addRows, Reporter } from './report.ts';
import { UUID_HEAD } from '../mp4/fragment.ts';
import { chunkLength } from '../mp4/unit-rows.ts';
import { needsNewSegment, splitFragments } from './rotation.ts';
import { Segment } from './segment.ts';
import { Syncer } from './syncer.ts';

export interface CameraWriterOptions extends CameraKey {
  readonly storePath: string;
  readonly files?: Files;
  readonly clock?: Clock;
  readonly timers?: Timers;
}

interface ThreadServices {
  readonly reporter: Reporter;
  readonly syncer: Syncer;
  readonly marker: MarkerCheck;
}

/** What all writers of one thread share; a thread has one port of one store. */
const services = new WeakMap<MessagePort, ThreadServices>();

function servicesOf(port: MessagePort, clock: Clock, timers: Timers): ThreadServices {
  let found = services.get(port);
  if (found === undefined) {
    found = { reporter: new Reporter(port, timers), syncer: new Syncer(clock, timers), marker: new MarkerCheck() };
    services.set(port, found);
  }
  return found;
}

/**
 * `port` comes from `FootageStore.writerPort()`; all cameras of one thread share it.
 * `append` rejects with `store.missing`, `store.full`, `store.read-only` or `store.io`.
 */
export function cameraWriter(port: MessagePort, options: CameraWriterOptions): CameraWriter {
  checkCameraKey(options);
  const clock = options.clock ?? systemClock;
  return new SegmentWriter(options, clock, servicesOf(port, clock, options.timers ?? systemTimers));
}

class SegmentWriter implements CameraWriter {
  readonly #options: CameraWriterOptions;
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #services: ThreadServices;
  #fragments: { readonly version: number; readonly writer: FragmentWriter } | null = null;
  #segment: Segment | null = null;
  /** Appends run one after another; rotation's closing work runs beside them. */
  #tail: Promise<void> = Promise.resolve();
  readonly #closing = new Set<Promise<void>>();
  #progress: { newestWrittenUs: number; durableUs: number; bytes: number } = {
    newestWrittenUs: 0,
    durableUs: 0,
    bytes: 0,
  };
  #syncError: unknown = null;
  #fault: UnderstudyError | null = null;

  constructor(options: CameraWriterOptions, clock: Clock, shared: ThreadServices) {
    this.#options = options;
    this.#files = options.files ?? systemFiles;
    this.#clock = clock;
    this.#services = shared;
  }

  async prepare(): Promise<void> {
    const { storePath, serverId, cameraId } = this.#options;
    const { marker, reporter } = this.#services;
    try {
      await marker.check(this.#files, storePath, reporter.storeId, this.#clock.monotonicMs());
      await this.#files.makeFolder(dirname(`${storePath}/${segmentPath({ serverId, cameraId }, this.#clock.wallMs() * 1000, 0)}`));
    } catch {
      // The first append meets the same trouble, and tells it.
    }
  }

  append(batch: UnitBatch): Promise<void> {
    const run = this.#tail.then(() => this.#append(batch));
    // The caller hears of a failure through `run`; the next append must start all the same.
    this.#tail = run.catch(() => {});
    return run;
  }

  progress(): WriterProgress {
    return { ...this.#progress };
  }

  async close(): Promise<void> {
    await this.#tail;
    this.#finishSegment();
    await Promise.all(this.#closing);
    await this.#services.reporter.committed();
  }

  async #append(batch: UnitBatch): Promise<void> {
    try {
      this.#throwSyncError();
      let parts: readonly (readonly RingUnit[])[] = splitFragments(batch.units, batch.config.video.clockRate);
      while (parts.length > 0) parts = await this.#write(batch, parts);
    } catch (error) {
      this.#finishSegment();
      this.#fault = storeError(error, `Recording of ${this.#options.cameraId}`);
      throw this.#fault;
    }
  }

  /** After a failed `fdatasync` the kernel may have dropped pages: what comes must go to a new file. */
  #throwSyncError(): void {
    const error = this.#syncError;
    this.#syncError = null;
    if (error !== null) throw error;
  }

  /** Writes the fragments that belong into one file, all of them at once. Answers those that are left. */
  async #write(batch: UnitBatch, parts: readonly (readonly RingUnit[])[]): Promise<readonly (readonly RingUnit[])[]> {
    const first = parts[0]?.[0];
    if (first === undefined) return [];
    if (this.#segment !== null && needsNewSegment(this.#segment, batch.config, first, batch.memory)) this.#finishSegment();
    const segment = (this.#segment ??= await this.#begin(batch.config, first));
    const here = [...parts];
    const next = here.findIndex((units, at) => at > 0 && units[0] !== undefined && needsNewSegment(segment, batch.config, units[0], batch.memory));
    const left = next < 0 ? [] : here.splice(next);
    const fragments = this.#fragmentWriter(batch.config, segment);
    fragments.rewind();
    const slices: Uint8Array[] = segment.head === null ? [] : [segment.head];
    const rows: Uint8Array[] = [];
    let bytes = segment.head?.length ?? 0;
    for (const units of here) {
      const front = fragments.front(units, segment.size + bytes);
      slices.push(front);
      rows.push(front.subarray(UUID_HEAD, UUID_HEAD + chunkLength(units.length)));
      bytes += front.length;
      for (const track of fragments.ordered) bytes += addSlices(slices, batch.memory, track);
    }
    await segment.write(slices, bytes);
    segment.head = null;
    this.#fault = null;
    this.#wrote(segment, here, bytes, rows);
    return left;
  }

  async #begin(config: StreamConfig, first: RingUnit): Promise<Segment> {
    if (first.track !== 'video' || !first.key)
      // After a failure the caller hears of its cause until the next key frame.
      throw this.#fault ?? storeFault('process.defect', 'A segment must begin with a video key frame.');
    const { storePath, serverId, cameraId } = this.#options;
    const { marker, reporter } = this.#services;
    await marker.check(this.#files, storePath, reporter.storeId, this.#clock.monotonicMs());
    const segment = await Segment.create({
      files: this.#files,
      storePath,
      camera: { serverId, cameraId },
      config,
      first,
      onSynced: (error) => this.#synced(segment, error),
    });
    reporter.announce(segment.draft);
    // The first sync comes at a random-looking moment, so that cameras opened together do not sync together;
    // not at once, because a pre-roll on its way to the disk must not wait for syncs.
    segment.syncedAtMs = this.#clock.monotonicMs() - (first.timeUs % 400);
    if (this.#fragments?.version !== config.version)
      this.#fragments = { version: config.version, writer: new FragmentWriter(config) };
    this.#fragments.writer.restart(first.timeUs);
    return segment;
  }

  #fragmentWriter(config: StreamConfig, segment: Segment): FragmentWriter {
    if (this.#fragments === null || segment.config.version !== config.version)
      throw storeFault('process.defect', 'The stream configuration changed within a segment.');
    return this.#fragments.writer;
  }

  #wrote(segment: Segment, parts: readonly (readonly RingUnit[])[], bytes: number, rows: readonly Uint8Array[]): void {
    for (const units of parts) for (const unit of units) if (unit.timeUs > segment.newestUs) segment.newestUs = unit.timeUs;
    this.#progress.newestWrittenUs = segment.newestUs;
    this.#progress.bytes += bytes;
    segment.draft.bytes = segment.size;
    for (const chunk of rows) addRows(segment.draft, chunk);
    this.#services.reporter.touch(segment.draft);
    this.#services.syncer.touch(segment);
  }

  #synced(segment: Segment, error: unknown): void {
    if (error !== null) {
      this.#syncError ??= error;
      return;
    }
    this.#progress.durableUs = Math.max(this.#progress.durableUs, segment.durableUs);
    this.#services.reporter.touch(segment.draft);
  }

  #finishSegment(): void {
    const segment = this.#segment;
    if (segment === null) return;
    this.#segment = null;
    this.#services.syncer.forget(segment);
    const closing = segment
      .close()
      .catch((error: unknown) => {
        this.#syncError ??= error;
      })
      .then(() => {
        // Unless its end is durable the segment stays open in the index: coverage must not promise it.
        segment.draft.closed = segment.durableUs === segment.newestUs;
        this.#services.reporter.touch(segment.draft);
        this.#closing.delete(closing);
      });
    this.#closing.add(closing);
  }
}

/** Units that lie side by side in the ring become one slice. Returns the bytes added. */
function addSlices(slices: Uint8Array[], memory: Buffer, units: readonly RingUnit[]): number {
  let from = -1;
  let to = -1;
  let bytes = 0;
  for (const unit of units) {
    bytes += unit.length;
    if (unit.start !== to) {
      if (to > from) slices.push(memory.subarray(from, to));
      from = unit.start;
    }
    to = unit.start + unit.length;
  }
  if (to > from) slices.push(memory.subarray(from, to));
  return bytes;
}
