/**
 * What writes footage is not used while a thread's cameras only stand by: at the decision it would be
 * compiled first, by every thread at once, when half a second counts. So it is rehearsed now and then,
 * the whole way from a ring to a file, with units that hold nothing and a disk that keeps nothing.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Files, OpenFile } from '../../platform/disk.ts';
import type { StreamConfig } from '../contract.ts';
import { Ring } from '../ring/ring.ts';
import type { ToIndex, ToWriters } from '../store/report.ts';
import { cameraWriter } from '../store/writer.ts';
import { Writing } from './writing.ts';

/** So often until the compiler has seen enough, then as often as keeps it from forgetting. */
const OFTEN = 30;
const OFTEN_MS = 500;
const SELDOM_MS = 10_000;
/** Eight seconds of 25 frames; a millisecond or two of work once it is warm. */
const FRAMES = 200;
const FRAME_US = 40_000;
const GROUP = 50;
const UNIT = Buffer.alloc(100, 1);

export class Rehearsal {
  /** Frames that went the whole way. */
  frames = 0;
  readonly #clock: Clock;
  readonly #timers: Timers;
  #port: MessagePort | null = null;
  #count = 0;
  #nextMs = 0;
  #running: Promise<void> | null = null;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /**
   * To be called about four times a second. `config` is that of a camera that stands by; null where there
   * is none, or where another one is being written, which rehearses by itself. `failed` is told why a
   * rehearsal did not reach its end; then there is no other. Resolves when what it began is over.
   */
  async tick(config: StreamConfig | null, failed: (error: unknown) => void): Promise<void> {
    const now = this.#clock.monotonicMs();
    if (config === null || this.#running !== null || now < this.#nextMs) return;
    this.#count += 1;
    this.#nextMs = now + (this.#count < OFTEN ? OFTEN_MS : SELDOM_MS);
    this.#running = this.#once(config).then(
      () => void (this.#running = null),
      (error: unknown) => failed(error),
    );
    await this.#running;
  }

  async close(): Promise<void> {
    await this.#running;
    this.#port?.close();
  }

  async #once(config: StreamConfig): Promise<void> {
    const ring = filled(config, Math.round(this.#clock.wallMs() * 1000) - FRAMES * FRAME_US);
    const port = (this.#port ??= forgetfulIndex());
    const writing = new Writing({
      ring,
      nowMs: () => this.#clock.monotonicMs(),
      wallUs: () => Math.round(this.#clock.wallMs() * 1000),
      makeWriter: () => cameraWriter(port, { storePath: '/nowhere', serverId: 'rehearsal', cameraId: 'rehearsal', files: nowhere, clock: this.#clock, timers: this.#timers }),
      started: () => undefined,
    });
    writing.pump();
    await writing.stop();
    if (writing.error !== null) throw new Error(writing.error.text);
    this.frames += writing.framesWritten;
  }
}

/** A ring whose pre-roll waits to be written. */
function filled(config: StreamConfig, fromUs: number): Ring {
  const ring = new Ring({ bytes: 65_536, audioBytes: 0, prerollUs: FRAMES * FRAME_US });
  for (let at = 0; at < FRAMES; at += 1) {
    ring.beginNal();
    ring.put(UNIT, 0, UNIT.length);
    ring.endNal();
    const rtpTime = (at * FRAME_US * config.video.clockRate) / 1e6;
    ring.keepVideo({ track: 'video', key: at % GROUP === 0, epoch: 1, rtpTime, timeUs: fromUs + at * FRAME_US, vclBytes: UNIT.length, vclCrc: at, gapBefore: at === 0 }, config);
  }
  return ring;
}

/** Takes reports as the index thread does, and keeps none. Neither end keeps the thread alive. */
function forgetfulIndex(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.on('message', ({ ack }: ToIndex) => {
    if (ack !== null) port2.postMessage({ type: 'ack', ack } satisfies ToWriters);
  });
  port2.unref();
  return port1;
}

const done = async (): Promise<void> => undefined;
const file: OpenFile = {
  writev: async <T extends readonly NodeJS.ArrayBufferView[]>(buffers: T) => ({ bytesWritten: buffers.reduce((sum, { byteLength }) => sum + byteLength, 0), buffers }),
  truncate: done,
  datasync: done,
  sync: done,
  close: done,
};
const nowhere: Files = {
  open: async () => file,
  makeFolder: done,
  readText: async () => JSON.stringify({ id: 'rehearsal', format: 1 }),
  space: async () => ({ freeBytes: 0, totalBytes: 0 }),
};
