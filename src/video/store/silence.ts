/** Longer than any work of the index thread that keeps it from speaking. */
const SILENT_MS = 15_000;
/** Whoever asks less often than this may have stood still himself, and hears what waits for him a moment later. */
const ASKED_MS = 5_000;

/** How long somebody who speaks every second has said nothing. Times are of one monotonic clock, ms. */
export class Silence {
  #heardMs = -Infinity;
  #askedMs = -Infinity;

  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /** 0: not long enough to mean anything. */
  ms(nowMs: number): number {
    if (nowMs - this.#askedMs > ASKED_MS) this.#heardMs = nowMs;
    this.#askedMs = nowMs;
    const silentMs = nowMs - this.#heardMs;
    return silentMs < SILENT_MS ? 0 : silentMs;
  }
}
