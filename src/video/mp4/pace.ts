/**
 * Times within a file or a stream: the camera's own pace, from its RTP timestamps.
 *
 * A unit's `timeUs` is our best knowledge of when it was made, and is mended while a session is young
 * (a burst at its beginning): pictures then lie closer together than they were made. The index is meant
 * to know such times; players and decoders are not. Within one run of RTP time the pace is therefore the
 * camera's, and only where that leads too far from `timeUs` is it laid anew. Pure.
 */

/** Farther behind than this, the camera paused. */
const OFF_US = 1_000_000;
/**
 * So far ahead a burst at the beginning may lead: servers that send their last group of pictures at once.
 * It takes as long as it is until `timeUs` is true again; what is farther ahead then, or later gets ahead
 * by more than OFF_US, runs at a rate of its own.
 */
const BURST_US = 6_000_000;
const SETTLED_US = 2 * BURST_US;
/** Farther off than this from one picture to the next, RTP time began anew: another session, another epoch. */
const ANEW_US = 10_000_000;
/** So far ahead is borne without leaning: a player shows pictures a little late, but evenly. */
const BORNE_US = 500_000;
const LEAST_STEP_US = 1000;

export class Pace {
  readonly #ticksPerUs: number;
  /**
   * Share of the passing time by which the pace may lean towards `timeUs`; for streams of hours. Pictures
   * are put closer together only beyond BORNE_US: two that fall on one tick of the usual rate make tools complain.
   */
  readonly #lean: number;
  #anchorRtp = Number.NaN;
  #anchorUs = 0;
  #anchoredUs = 0;
  /** How far ahead the pace is, and was when the run had settled. */
  #off = 0;
  #settledOff = 0;
  #lastRtp = 0;
  #lastUs = 0;
  #last = 0;
  #newest = Number.NEGATIVE_INFINITY;
  #newestUs = Number.NEGATIVE_INFINITY;
  #step = LEAST_STEP_US;
  /** The camera's timestamps run at a rate of their own: `timeUs` alone counts. */
  #untrue = false;

  constructor(clockRate: number, lean = 0) {
    this.#ticksPerUs = clockRate / 1e6;
    this.#lean = lean;
  }

  /** A new file begins. */
  restart(): void {
    this.#anchorRtp = Number.NaN;
    this.#newest = this.#newestUs = Number.NEGATIVE_INFINITY;
  }

  /** Where the picture lies, microseconds on the scale of `timeUs`. In the order of decoding. */
  time(rtpTime: number, timeUs: number): number {
    const placed = this.#behindNewest(this.#place(rtpTime, timeUs), timeUs);
    this.#lastRtp = rtpTime;
    this.#lastUs = timeUs;
    this.#last = placed;
    if (placed > this.#newest) {
      if (this.#newest > Number.NEGATIVE_INFINITY) this.#step = Math.max(LEAST_STEP_US, Math.min(OFF_US, placed - this.#newest));
      this.#newest = placed;
    }
    return placed;
  }

  /** Nothing comes before a picture that is shown earlier: one that was sent twice may lie ahead of its pace. */
  #behindNewest(placed: number, timeUs: number): number {
    const sinceUs = timeUs - this.#newestUs;
    if (sinceUs <= 0) return placed;
    this.#newestUs = timeUs;
    return placed > this.#newest ? placed : this.#newest + Math.min(this.#step, Math.max(LEAST_STEP_US, sinceUs));
  }

  #place(rtpTime: number, timeUs: number): number {
    if (this.#untrue) return Math.max(timeUs, this.#newest + LEAST_STEP_US);
    if (Number.isNaN(this.#anchorRtp)) return this.#anchor(rtpTime, timeUs, timeUs);
    // A timestamp that steps back while the picture is shown later is a mistake of the camera.
    if (rtpTime <= this.#lastRtp && timeUs > this.#lastUs && this.#lastRtp - rtpTime < ANEW_US * this.#ticksPerUs) return this.#last + timeUs - this.#lastUs;
    const paced = this.#anchorUs + (rtpTime - this.#anchorRtp) / this.#ticksPerUs;
    const off = paced - timeUs;
    if (Math.abs(off - this.#off) > ANEW_US || off < -OFF_US) return this.#anchor(rtpTime, timeUs, Math.max(timeUs, this.#newest + this.#step));
    this.#off = off;
    if (timeUs - this.#anchoredUs < SETTLED_US) this.#settledOff = Math.max(0, off);
    if (off > BURST_US || off > this.#settledOff + OFF_US) {
      this.#untrue = true;
      return Math.max(timeUs, this.#newest + LEAST_STEP_US);
    }
    const most = this.#lean * Math.max(0, timeUs - this.#lastUs);
    const leans = off < 0 ? Math.max(-most, off) : Math.min(most, Math.max(0, off - BORNE_US));
    this.#anchorUs -= leans;
    return this.#anchorUs + (rtpTime - this.#anchorRtp) / this.#ticksPerUs;
  }

  #anchor(rtpTime: number, timeUs: number, placed: number): number {
    this.#anchorRtp = rtpTime;
    this.#anchorUs = placed;
    this.#anchoredUs = timeUs;
    this.#off = this.#settledOff = placed - timeUs;
    return placed;
  }
}
