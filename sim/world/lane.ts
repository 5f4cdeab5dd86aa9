import type { Clock, Timers } from '../../src/platform/clock.ts';

/** One direction of a cable between two hosts; asked for every message. */
export interface Cable {
  /** Nothing is wrong anywhere: the short way. */
  isFine(): boolean;
  through(): boolean;
  delayMs(): number;
  /** This keep-alive comes a second time, or behind the next one. */
  doubled(): boolean;
}

/** What travels: text, bytes, or the end of the connection, behind what was sent before. */
export type Frame = string | Uint8Array | { readonly end: string };

/** Linux: at least 200 ms above the round trip at first, doubled by every loss, at most two minutes. */
const firstRetryMs = 400;
const longestRetryMs = 120_000;
/** Linux gives a connection up after a quarter of an hour. */
const mostRetries = 15;
/** A doubled keep-alive comes behind the one after it. */
const againMs = 1500;

/**
 * One direction of a TCP connection: messages arrive in order; a lost one is sent again after a
 * time-out that doubles until an acknowledgement comes through, and everything behind it waits.
 */
export class Lane {
  readonly #time: Clock & Timers;
  readonly #there: Cable;
  readonly #back: Cable;
  readonly #arrive: (frame: Frame) => void;
  readonly #gaveUp: () => void;
  #queue: Frame[] = [];
  #travelling = 0;
  #waits = false;
  #retryMs = firstRetryMs;
  #arrivesMs = 0;
  #retries = 0;
  #stopped = false;

  constructor(time: Clock & Timers, there: Cable, back: Cable, on: { readonly arrive: (frame: Frame) => void; readonly gaveUp: () => void }) {
    this.#time = time;
    this.#there = there;
    this.#back = back;
    this.#arrive = on.arrive;
    this.#gaveUp = on.gaveUp;
  }

  waitingBytes(): number {
    let bytes = 0;
    for (const frame of this.#queue) bytes += typeof frame === 'string' || frame instanceof Uint8Array ? frame.length : 0;
    return bytes;
  }

  send(frame: Frame): void {
    if (!this.#waits && this.#travelling === 0 && this.#queue.length === 0 && this.#there.isFine()) {
      this.#time.after(this.#there.delayMs(), () => this.#arrive(frame));
      return;
    }
    this.#queue.push(frame);
    if (!this.#waits) this.#transmit();
  }

  /** Nobody sends or reads any more. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
  }

  #transmit(): void {
    if (this.#stopped) return;
    const arrived = this.#there.through();
    if (arrived) this.#carry(this.#queue.splice(0));
    if (arrived && this.#back.through()) {
      this.#retryMs = firstRetryMs;
      this.#retries = 0;
      this.#waits = false;
      return;
    }
    this.#waits = true;
    if (this.#retries++ >= mostRetries) {
      this.stop();
      this.#gaveUp();
      return;
    }
    this.#time.after(this.#retryMs, () => this.#transmit());
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2);
  }

  /** Those under way arrive one behind the other, whatever each one's delay is. */
  #carry(frames: readonly Frame[]): void {
    const nowMs = this.#time.monotonicMs();
    this.#arrivesMs = Math.max(this.#arrivesMs, nowMs + this.#there.delayMs());
    this.#travelling += 1;
    this.#time.after(this.#arrivesMs - nowMs, () => {
      this.#travelling -= 1;
      for (const frame of frames) this.#arrive(frame);
    });
    for (const frame of frames) if (isBeat(frame) && this.#there.doubled()) this.#time.after(this.#arrivesMs - nowMs + againMs, () => this.#arrive(frame));
  }
}

const isBeat = (frame: Frame): boolean => typeof frame === 'string' && (frame.includes('"type":"keep-alive"') || frame.includes('"type":"beat"'));
