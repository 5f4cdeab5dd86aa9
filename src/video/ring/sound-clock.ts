/**
 * The RTP times of sound, as they should be. How long a packet lasts is known from what it holds; cameras that count
 * in ticks of 90 kHz, in milliseconds, or not at all would stretch their sound or squeeze it. Told times are taken
 * once they have agreed with that, because only they know of silence that is not sent. Pure.
 */

const STEPS_TO_TRUST = 4;
const MOST_TRUST = 8;

export class SoundClock {
  #time = Number.NaN;
  #told = 0;
  #lasted = 0;
  #trust = 0;

  /**
   * Time of what comes now, told to be at `told` (unwrapped), `missing` packets behind the one before. `restarted`: the
   * sender counts anew. Goes on from where it was, whatever is told.
   */
  next(told: number, missing: number, restarted: boolean): number {
    const step = told - this.#told;
    const expected = this.#lasted * (1 + missing);
    const agrees = !restarted && step >= expected / 2 && step <= expected * 2;
    this.#trust = agrees ? Math.min(MOST_TRUST, this.#trust + 1) : Math.max(0, this.#trust - 1);
    if (Number.isNaN(this.#time)) this.#time = told;
    else this.#time += agrees || (!restarted && this.#trust >= STEPS_TO_TRUST) ? step : expected;
    this.#told = told;
    this.#lasted = 0;
    return this.#time;
  }

  /** What came lasts so long. */
  lasts(ticks: number): void {
    this.#lasted += ticks;
  }
}
