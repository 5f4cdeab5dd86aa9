/**
 * Arrival times smoothed by RTP timestamps (DESIGN §8).
 *
 * The network only ever delays: so the unit that came fastest tells the true distance between the
 * camera's RTP clock and ours. `#offsetUs` follows that minimum at once downwards, and slowly upwards
 * (the clocks drift by some 100 ppm, never by more than MAX_RISE). A burst behind a stall thus gets
 * the times at which its frames were made, not the one moment at which they all came.
 */
const WINDOW_US = 10_000_000;
const MAX_RISE = 0.002;
/** A delay that stays above this for two windows is no delay: the sender's clock paused. */
const PAUSE_US = 1_000_000;
/** Farther apart than this, RTP time and arrival have nothing to do with each other. */
const JUMP_US = 10_000_000;
/** A step back by more than B-frames explain. */
const BACK_US = 1_000_000;
const MAX_REORDER = 16;

export class MediaClock {
  readonly #ticksPerUs: number;
  #offsetUs = Number.NaN;
  #windowStartUs = 0;
  #windowMinUs = Number.POSITIVE_INFINITY;
  #riseUs = 0;
  #lastArrivalUs = 0;
  #slowWindows = 0;
  #lastUs = 0;
  #lastRtp = 0;
  /** Presentation times not yet given out, rising: B-frames make decoding times of them. */
  #pending: number[] = [];
  #depth = 0;

  constructor(clockRate: number) {
    this.#ticksPerUs = clockRate / 1e6;
  }

  /** True if `rtpTime` does not continue what came before: far from where arrival says it should be. */
  jumped(rtpTime: number, arrivalUs: number): boolean {
    if (Number.isNaN(this.#offsetUs)) return false;
    const rtpStep = (rtpTime - this.#lastRtp) / this.#ticksPerUs;
    // A stall delays arrival, so arrival may run ahead of RTP time by a lot; only the reverse is a jump.
    return rtpStep > arrivalUs - this.#lastArrivalUs + JUMP_US || rtpStep < -BACK_US;
  }

  /** Time of a unit on the clock of `arrivalUs`; never falls, rises with every unit. */
  time(rtpTime: number, arrivalUs: number): number {
    this.#lastRtp = rtpTime;
    const mediaUs = this.#decodingTime(rtpTime) / this.#ticksPerUs;
    const distance = arrivalUs - mediaUs;
    if (Number.isNaN(this.#offsetUs)) this.#anchor(distance, arrivalUs);
    this.#follow(distance, arrivalUs);
    this.#lastUs = Math.max(this.#lastUs + 1, Math.round(mediaUs + this.#offsetUs));
    return this.#lastUs;
  }

  /** Begins anew: an epoch ended. Times may step back with the wall clock then. */
  reset(): void {
    this.#offsetUs = Number.NaN;
    this.#lastUs = 0;
    this.#pending = [];
  }

  #anchor(distance: number, arrivalUs: number): void {
    this.#offsetUs = distance;
    this.#riseUs = 0;
    this.#slowWindows = 0;
    this.#lastArrivalUs = arrivalUs;
    this.#beginWindow(arrivalUs);
  }

  #follow(distance: number, arrivalUs: number): void {
    const elapsed = Math.max(0, arrivalUs - this.#lastArrivalUs);
    this.#lastArrivalUs = arrivalUs;
    const rise = Math.min(this.#riseUs, elapsed * MAX_RISE);
    this.#riseUs -= rise;
    this.#offsetUs += rise;
    const late = distance - this.#offsetUs;
    if (late < 0) {
      this.#offsetUs = distance;
      this.#riseUs = 0;
    }
    this.#windowMinUs = Math.min(this.#windowMinUs, Math.max(0, late));
    if (arrivalUs - this.#windowStartUs < WINDOW_US) return;
    this.#slowWindows = this.#windowMinUs > PAUSE_US ? this.#slowWindows + 1 : 0;
    if (this.#slowWindows >= 2) this.#anchor(distance, arrivalUs);
    else {
      if (this.#slowWindows === 0) this.#riseUs = this.#windowMinUs;
      this.#beginWindow(arrivalUs);
    }
  }

  #beginWindow(arrivalUs: number): void {
    this.#windowStartUs = arrivalUs;
    this.#windowMinUs = Number.POSITIVE_INFINITY;
  }

  /**
   * Decoding order gives presentation times that step back (B-frames). The smallest one of the last
   * `depth + 1` rises steadily; `depth` is learned from the steps back.
   */
  #decodingTime(rtpTime: number): number {
    const pending = this.#pending;
    let at = pending.length;
    while (at > 0 && (pending[at - 1] as number) > rtpTime) at -= 1;
    if (pending.length - at > this.#depth) this.#depth = Math.min(MAX_REORDER, pending.length - at);
    pending.splice(at, 0, rtpTime);
    if (pending.length > MAX_REORDER + 1) pending.shift();
    return pending[Math.max(0, pending.length - 1 - this.#depth)] as number;
  }
}
