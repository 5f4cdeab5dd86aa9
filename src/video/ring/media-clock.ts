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
/** A key frame is shown after all that came before it; one that lies so far before them begins anew. */
const KEY_BACK_US = 100_000;
/** Pictures whose timestamps stand still or step back follow at the last pace, and at least so far apart. */
const LEAST_STEP_US = 1000;

export class MediaClock {
  readonly #ticksPerUs: number;
  #offsetUs = Number.NaN;
  #windowStartUs = 0;
  #windowMinUs = Number.POSITIVE_INFINITY;
  #riseUs = 0;
  #lastArrivalUs = 0;
  #slowWindows = 0;
  #lastRtp = 0;
  /** RTP time and given time of the picture that is shown last so far, and given time of the one before it. */
  #newestRtp = Number.NEGATIVE_INFINITY;
  #newestUs = 0;
  #beforeUs = 0;
  #beforeRtp = Number.NEGATIVE_INFINITY;

  constructor(clockRate: number) {
    this.#ticksPerUs = clockRate / 1e6;
  }

  /** RTP time of the picture that is shown last so far. */
  get newestRtp(): number {
    return this.#newestRtp;
  }

  /** True if `rtpTime` does not continue what came before: far from where arrival says it should be. */
  jumped(rtpTime: number, arrivalUs: number, key = false): boolean {
    if (Number.isNaN(this.#offsetUs)) return false;
    if (key && (this.#newestRtp - rtpTime) / this.#ticksPerUs > KEY_BACK_US) return true;
    const rtpStep = (rtpTime - this.#lastRtp) / this.#ticksPerUs;
    // A stall delays arrival, so arrival may run ahead of RTP time by a lot; only the reverse is a jump.
    return rtpStep > arrivalUs - this.#lastArrivalUs + JUMP_US || rtpStep < -BACK_US;
  }

  /**
   * When the unit's picture was made, on the clock of `arrivalUs`; not later than its arrival, but for bursts at the beginning. Rises
   * with RTP time: units that step back in RTP time (B-frames) step back here too. A stream whose
   * pictures are shown as they come (`reorders` false) rises even where its timestamps do not.
   */
  time(rtpTime: number, arrivalUs: number, reorders = true): number {
    this.#lastRtp = rtpTime;
    const mediaUs = rtpTime / this.#ticksPerUs;
    const distance = arrivalUs - mediaUs;
    if (Number.isNaN(this.#offsetUs)) this.#anchor(distance, arrivalUs);
    this.#follow(distance, arrivalUs);
    if (rtpTime === this.#newestRtp) {
      // Another picture with the time of the one before: when it came is all that is known of it.
      this.#beforeUs = this.#newestUs;
      return (this.#newestUs = Math.max(this.#newestUs + LEAST_STEP_US, Math.round(arrivalUs)));
    }
    if (rtpTime < this.#newestRtp) {
      if (reorders) return this.#between(rtpTime);
      const step = Math.min(1e6, Math.max(LEAST_STEP_US, this.#newestUs - this.#beforeUs));
      this.#beforeUs = this.#newestUs;
      return (this.#newestUs += step);
    }
    // A burst at the beginning (some servers send their last seconds at once) shows only now that the
    // first times were too late: go on at half the pace until they are true, instead of bunching.
    const step = (rtpTime - this.#newestRtp) / this.#ticksPerUs;
    const least = step < 1e6 ? Math.max(1, step / 2) : 1;
    this.#beforeUs = this.#newestUs;
    this.#beforeRtp = this.#newestRtp;
    this.#newestRtp = rtpTime;
    this.#newestUs = Math.round(Math.max(this.#newestUs + least, mediaUs + this.#offsetUs));
    return this.#newestUs;
  }

  /** A picture shown before the newest one: in proportion between that and the one before. */
  #between(rtpTime: number): number {
    const whole = this.#newestRtp - this.#beforeRtp;
    const behind = this.#newestRtp - rtpTime;
    // Without a frame of reference (the first pictures), or beyond it: by RTP time alone.
    if (behind >= whole || !Number.isFinite(whole)) return Math.round(this.#newestUs - behind / this.#ticksPerUs);
    return Math.round(this.#newestUs - ((this.#newestUs - this.#beforeUs) * behind) / whole);
  }

  /** Begins anew: an epoch ended. Times may step back with the wall clock then. */
  reset(): void {
    this.#offsetUs = Number.NaN;
    this.#newestRtp = Number.NEGATIVE_INFINITY;
    this.#newestUs = 0;
    this.#beforeUs = 0;
  }

  /** What was learnt of the delay came of a wrong rate; times go on rising. */
  forgetDelay(): void {
    this.#offsetUs = Number.NaN;
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
}
