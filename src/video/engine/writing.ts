/**
 * From the ring to the disk: batches of about 240 ms, one append in flight per camera. A slow disk
 * makes the batches grow; a failing one suspends writing up to a key frame, with back-off. Reception
 * never waits for either.
 */
import { UnderstudyError } from '../../contract/errors.ts';
import type { TimeUs } from '../../core/units.ts';
import type { CameraReason, CameraStatus, CameraWriter, UnitBatch } from '../contract.ts';
import type { Ring } from '../ring/ring.ts';
import { Silence } from '../store/silence.ts';

/** Longest fragment: what `kill -9` may cost, with the append itself, stays far below half a second. */
const BATCH_US = 250_000;
/** So much waiting makes a batch: six frames at 25 a second. */
const ENOUGH_US = 225_000;
const BATCH_BYTES = 8 << 20;
/** A write that takes longer hangs: what a slow disk is given at once takes it a second or two. */
const HANGING_MS = 5_000;
/** Catching up: large writes, several groups of pictures at once, but no more of the ring than a quarter. */
const CATCH_UP_BYTES = 4 << 20;
/** So late is a unit handed to the writer at most when no other follows it. */
const FLUSH_MS = 250;
const CATCH_UP_US = 10_000_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

export interface WritingOptions {
  readonly ring: Ring;
  readonly nowMs: () => number;
  readonly wallUs: () => TimeUs;
  readonly makeWriter: () => CameraWriter;
  /** Called once, when the first frame of this run is written. */
  readonly started: () => void;
}

export class Writing {
  #error: CameraReason | null = null;
  #errorSinceUs: TimeUs | null = null;
  framesWritten = 0;
  readonly #ring: Ring;
  readonly #makeWriter: () => CameraWriter;
  readonly #nowMs: () => number;
  readonly #wallUs: () => TimeUs;
  readonly #started: () => void;
  #writer: CameraWriter | null = null;
  #inFlight: Promise<void> | null = null;
  /** Of the write in flight. */
  readonly #silence = new Silence(HANGING_MS);
  #waitingSinceMs = 0;
  #failures = 0;
  #retryAtMs = 0;
  #firstFrameUs: TimeUs | null = null;
  /** Newest frame in memory when this run was ordered, and since when everything up to it is written. */
  readonly #rememberedUs: TimeUs;
  #caughtUpUs: TimeUs | null = null;
  #droppedSeen: number;
  #stopped = false;

  constructor(options: WritingOptions) {
    this.#ring = options.ring;
    this.#makeWriter = options.makeWriter;
    this.#nowMs = options.nowMs;
    this.#wallUs = options.wallUs;
    this.#started = options.started;
    this.#rememberedUs = options.ring.span()?.toUs ?? Number.NEGATIVE_INFINITY;
    this.#droppedSeen = blamed(options.ring);
    options.ring.startReading();
    this.#prepare();
  }

  /** Where nothing waits to be written yet there is time to lay out what the first append needs. */
  #prepare(): void {
    if (this.#ring.waiting > 0) return;
    try {
      this.#writer = this.#makeWriter();
      void this.#writer.prepare?.();
    } catch {
      // Its store is not open yet; the first append asks again, and tells it.
      this.#writer = null;
    }
  }

  status(): CameraStatus['recording'] {
    if (this.#firstFrameUs === null || this.#writer === null) return null;
    return { firstFrameUs: this.#firstFrameUs, caughtUpUs: this.#caughtUpUs, ...this.#writer.progress() };
  }

  get error(): CameraReason | null {
    return this.#error;
  }

  /** Since when there is an error, whichever. */
  get errorSinceUs(): TimeUs | null {
    return this.#errorSinceUs;
  }

  #say(error: CameraReason | null): void {
    this.#error = error;
    this.#errorSinceUs = error === null ? null : (this.#errorSinceUs ?? this.#wallUs());
  }

  /** Called every few milliseconds; starts an append if there is something worth it. */
  pump(): void {
    if (this.#stopped) return;
    const now = this.#nowMs();
    const silentMs = this.#silence.ms(now);
    if (this.#inFlight !== null) return this.#noteHang(silentMs);
    if (this.#failures > 0 && this.#retryAtMs > 0) {
      if (now < this.#retryAtMs) return;
      this.#retryAtMs = 0;
      this.#ring.startReading();
    }
    this.#noteDrops();
    if (this.#ring.waiting === 0) {
      this.#waitingSinceMs = 0;
      return;
    }
    if (this.#waitingSinceMs === 0) this.#waitingSinceMs = now;
    const backlog = this.#ring.waitingUs;
    // The very first frame goes at once: a take-over is over when it is on disk.
    if (backlog < ENOUGH_US && now - this.#waitingSinceMs < FLUSH_MS && this.#firstFrameUs !== null) return;
    const batch = backlog > 4 * BATCH_US ? this.#catchUp() : this.#ring.gather(BATCH_US, BATCH_BYTES);
    if (batch === null) return;
    this.#waitingSinceMs = 0;
    this.#silence.heard(now);
    this.#inFlight = this.#append(batch).finally(() => {
      this.#inFlight = null;
      if (this.#ring.waitingUs >= ENOUGH_US) this.pump();
    });
  }

  /** Ends this run of writing: what waits is written, the segment finished. */
  async stop(): Promise<void> {
    if (this.#inFlight !== null) await this.#inFlight;
    this.#stopped = true;
    for (let batch = this.#last(); batch !== null; batch = this.#last()) await this.#append(batch);
    this.#ring.stopReading();
    try {
      await this.#writer?.close();
    } catch (error) {
      this.#say(reasonOf(error));
    }
  }

  #last(): UnitBatch | null {
    return this.#retryAtMs > 0 ? null : this.#catchUp();
  }

  #catchUp(): UnitBatch | null {
    return this.#ring.gather(CATCH_UP_US, Math.min(CATCH_UP_BYTES, this.#ring.memory.length >> 2), true);
  }

  async #append(batch: UnitBatch): Promise<void> {
    try {
      const writer = (this.#writer ??= this.#makeWriter());
      await writer.append(batch);
      if (this.#firstFrameUs === null) {
        this.#firstFrameUs = batch.units[0]?.timeUs ?? null;
        this.#started();
      }
      if ((batch.units.at(-1)?.timeUs ?? Number.NEGATIVE_INFINITY) >= this.#rememberedUs) this.#caughtUpUs ??= this.#wallUs();
      for (const unit of batch.units) if (unit.track === 'video') this.framesWritten += 1;
      this.#failures = 0;
      if (this.#error?.code !== 'store.slow') this.#say(null);
      this.#ring.settle();
    } catch (error) {
      this.#say(reasonOf(error));
      // The first write of a run holds the pre-roll, which nobody else may have: it is tried again as long as memory lasts.
      const again = this.#firstFrameUs === null;
      this.#ring.suspendReading(again);
      this.#ring.settle();
      if (!again) for (const unit of batch.units) if (unit.track === 'video') this.#ring.dropped += 1;
      this.#retryAtMs = this.#nowMs() + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
      this.#failures += 1;
    }
  }

  /** What comes meanwhile waits in memory, as long as there is room. */
  #noteHang(silentMs: number): void {
    if (silentMs > 0 && this.#error === null) this.#say({ code: 'store.silent', text: `The disk has answered nothing for ${HANGING_MS / 1000} s.` });
  }

  /** Dropped for want of room while the writer works: the disk is too slow. Said until a second without. */
  #slowUntilMs = 0;
  #noteDrops(): void {
    const now = this.#nowMs();
    if (blamed(this.#ring) > this.#droppedSeen) {
      this.#droppedSeen = blamed(this.#ring);
      if (this.#failures > 0) return;
      this.#slowUntilMs = now + 10_000;
      this.#say({ code: 'store.slow', text: 'The disk is too slow; frames were dropped up to the next key frame.' });
    } else if (this.#error?.code === 'store.slow' && now > this.#slowUntilMs) this.#say(null);
  }
}

/** Units that a faster disk would have saved. */
const blamed = (ring: Ring): number => ring.dropped - ring.droppedTooLarge;

function reasonOf(error: unknown): CameraReason {
  if (error instanceof UnderstudyError) return { code: error.code, text: error.message };
  return { code: 'store.io', text: error instanceof Error ? error.message : String(error) };
}
