/**
 * Turns unit times into MP4 decode times (ISO/IEC 14496-12 §8.8.12). A unit's `timeUs` tells when its
 * picture is to be shown; with B-frames units arrive in another order than they are shown in, and
 * decode times must rise all the same. Pure; arrays are reused, so the result lasts until the next call.
 */

const MAX_REORDER_SECONDS = 2;
/** More pictures no decoder keeps back. */
const MOST_SHARERS = 16;

export class VideoTimeline {
  /** Presentation time minus decode time of each unit, in ticks; may be negative (`trun` version 1). */
  readonly offsets: number[] = [];
  readonly durations: number[] = [];
  /** Decode time of the first unit, ticks since `baseUs`. */
  decodeTime = 0;
  /** True if any offset is not zero. */
  reordered = false;

  readonly #rate: number;
  readonly #decode: number[] = [];
  readonly #present: number[] = [];
  #baseUs = 0;
  #newest = -1;
  #latestShown = 0;
  /** Longest seen way back in presentation time; decode times run this much ahead. */
  #reorder = 0;
  /** Latest time of showing of the pictures placed so far, and how many are still to come that lie before it. */
  #seen = 0;
  #sharers = 0;
  #nominal: number;
  #ticks = 0;
  #units = 0;

  constructor(clockRate: number) {
    this.#rate = clockRate;
    this.#nominal = Math.round(clockRate / 25);
  }

  /** A new file begins: ticks count from `baseUs`. What was learned of the stream is kept. */
  restart(baseUs: number): void {
    this.#baseUs = baseUs;
    this.#newest = -1;
    this.#latestShown = 0;
    this.#sharers = 0;
  }

  /**
   * Times of the units of one fragment, in decoding order. `count` ≥ 1. `joined`: what is missing in front of it leaves no
   * hole, its first picture lasts longer instead. With B-frames decode times leave none anyway.
   */
  place(timesUs: Float64Array | readonly number[], count: number, joined = false): void {
    const endsAt = this.#newest < 0 ? Infinity : this.#newest + this.#nominal;
    this.#present.length = this.#decode.length = this.offsets.length = this.durations.length = count;
    const before = this.#latestShown;
    for (let at = 0; at < count; at++) this.#learn(at, timesUs[at] ?? 0);
    this.#believe(count, before);
    this.#setDecodeTimes(count);
    this.#setDurations(count);
    if (joined && this.#reorder === 0 && endsAt < this.decodeTime) this.#beginAt(endsAt);
  }

  #beginAt(time: number): void {
    this.durations[0] = (this.durations[0] ?? 0) + this.decodeTime - time;
    this.decodeTime = time;
  }

  #learn(at: number, timeUs: number): void {
    const shown = Math.max(0, Math.round(((timeUs - this.#baseUs) * this.#rate) / 1e6));
    this.#present[at] = shown;
    const back = this.#latestShown - shown;
    if (back > this.#reorder && back < MAX_REORDER_SECONDS * this.#rate) this.#reorder = back;
    if (shown > this.#latestShown) this.#latestShown = shown;
  }

  /**
   * Without B-frames the time of showing. With them one that lies ahead of it by the reorder distance, and rises
   * evenly (`#share`).
   */
  #setDecodeTimes(count: number): void {
    const decode = this.#decode;
    this.reordered = false;
    for (let at = 0; at < count; at++) {
      const shown = this.#present[at] ?? 0;
      const ahead = this.#newest < 0 ? 0 : shown - this.#seen;
      this.#seen = this.#newest < 0 ? shown : Math.max(this.#seen, shown);
      const time = this.#newest < 0 ? Math.max(0, shown - this.#reorder) : this.#reorder === 0 ? Math.max(shown, this.#newest + 1) : this.#share(ahead);
      decode[at] = this.#newest = time;
      const offset = shown - time;
      this.offsets[at] = offset;
      if (offset !== 0) this.reordered = true;
    }
    this.decodeTime = decode[0] ?? 0;
  }

  /**
   * Nothing still to come is shown before the latest picture by more than the reorder distance, so decode times may
   * rise up to there. A picture that is shown `ahead` of all before it makes that room larger, and as many pictures
   * as lie in between will share it: themselves shown earlier, and decoded later. Times rise by some part of a
   * picture also where there is no room: tools with a coarse clock complain of two on one tick. Such a picture is
   * told as decoded a little behind its time of showing, which `trun` version 1 can say.
   */
  #share(ahead: number): number {
    const isGap = ahead > MAX_REORDER_SECONDS * this.#rate;
    if (ahead > 0) this.#sharers = isGap ? 1 : Math.min(MOST_SHARERS, Math.max(1, Math.round(ahead / this.#nominal)));
    const room = this.#seen - this.#reorder - this.#newest;
    const step = Math.round(room / (this.#sharers < 1 ? 2 : this.#sharers));
    this.#sharers -= 1;
    return this.#newest + Math.max(1, Math.round(this.#nominal / MOST_SHARERS), step);
  }

  /** The last unit's duration is not known before the next fragment: the usual distance stands in. */
  #setDurations(count: number): void {
    const decode = this.#decode;
    for (let at = 0; at < count - 1; at++) this.durations[at] = (decode[at + 1] ?? 0) - (decode[at] ?? 0);
    this.durations[count - 1] = this.#nominal;
  }

  /** The mean distance of the last seconds, from times of showing: decode times follow from it. */
  #believe(count: number, before: number): void {
    const progress = this.#latestShown - before;
    // More was a gap, not the frame rate, unless the camera really is that slow.
    if (progress < 0 || progress > count * this.#rate) return;
    this.#ticks += progress;
    this.#units += this.#newest < 0 ? count - 1 : count;
    if (this.#units > 250) {
      this.#ticks /= 2;
      this.#units /= 2;
    }
    if (this.#units > 0 && this.#ticks > 0) this.#nominal = Math.max(1, Math.round(this.#ticks / this.#units));
  }
}

/** Audio frames follow each other by their RTP times; arrival decides only after a gap or drift. */
export class AudioTimeline {
  readonly durations: number[] = [];
  decodeTime = 0;

  readonly #rate: number;
  #baseUs = 0;
  #end = -1;
  #nominal: number;

  constructor(clockRate: number, samplesPerFrame: number) {
    this.#rate = clockRate;
    this.#nominal = samplesPerFrame;
  }

  restart(baseUs: number): void {
    this.#baseUs = baseUs;
    this.#end = -1;
  }

  place(firstUs: number, rtpTimes: Float64Array | readonly number[], count: number): void {
    const arrived = Math.max(0, Math.round(((firstUs - this.#baseUs) * this.#rate) / 1e6));
    const tolerance = this.#rate / 40;
    const goesOn = this.#end >= 0 && Math.abs(arrived - this.#end) < tolerance;
    this.decodeTime = goesOn ? this.#end : Math.max(arrived, this.#end);
    this.durations.length = count;
    let end = this.decodeTime;
    for (let at = 0; at < count; at++) {
      const step = at + 1 < count ? (rtpTimes[at + 1] ?? 0) - (rtpTimes[at] ?? 0) : this.#nominal;
      const duration = step > 0 && step < this.#rate ? step : this.#nominal;
      if (at + 1 < count) this.#nominal = duration;
      this.durations[at] = duration;
      end += duration;
    }
    this.#end = end;
  }
}
