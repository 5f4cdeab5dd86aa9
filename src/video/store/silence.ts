/** Whoever asks less often than this may have stood still himself, and hears what waits for him a moment later. */
const ASKED_MS = 5_000;

/** How long somebody who should speak has said nothing; to be asked every second. Times are of one monotonic clock, ms. */
export class Silence {
  readonly #leastMs: number;
  #heardMs = -Infinity;
  #askedMs = -Infinity;

  /** @param leastMs a shorter silence means nothing */
  constructor(leastMs: number) {
    this.#leastMs = leastMs;
  }

  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /** 0: not long enough to mean anything. */
  ms(nowMs: number): number {
    if (nowMs - this.#askedMs > ASKED_MS) this.#heardMs = nowMs;
    this.#askedMs = nowMs;
    const silentMs = nowMs - this.#heardMs;
    return silentMs < this.#leastMs ? 0 : silentMs;
  }
}
