/**
 * The times of one camera's units, across its sessions. Epochs (contract.ts, RingUnit.epoch) rise only
 * with a key frame: after a reconnect, a jump of the RTP clock (the first in a minute), a step of the host's wall clock.
 *
 * The wall clock's own step loses no frame, so it does not set `gapBefore`; the units up to the next
 * key frame still get times that continue the old epoch.
 *
 * Where timestamps count milliseconds instead of what was announced (`told-rate.ts`), RTP times are told as if
 * they counted what was announced; the first few pictures of a session lie too close together then.
 */
import { HostClock } from './host-clock.ts';
import { MediaClock } from './media-clock.ts';
import { ToldRate } from './told-rate.ts';

/** A jump so soon behind another one is bridged without a new epoch: each is a file of its own, and some cameras jump with every key frame. */
const LEAST_EPOCH_US = 60_000_000;

export interface UnitTime {
  readonly rtpTime: number;
  readonly timeUs: number;
  readonly epoch: number;
}

export class StreamTime {
  readonly #host: HostClock;
  #videoClock: MediaClock;
  #audioClock: MediaClock | null;
  #epoch = 0;
  #pending = true;
  #steps: number;
  #offsetUs: number;
  #videoRate: number;
  #told = new ToldRate(90_000);
  /** RTP time as sent and as told from where on the rate is known; NaN: not yet in this run of them. */
  #sentFrom = Number.NaN;
  #toldFrom = 0;
  /** Added to RTP time after a jump, so that it goes on within its epoch. */
  #bridge = 0;
  #lastRtp = Number.NaN;
  #lastArrivalUs = 0;
  #jumpedUs = Number.NEGATIVE_INFINITY;

  constructor(host: HostClock) {
    this.#host = host;
    this.#steps = host.steps;
    this.#offsetUs = host.offsetUs;
    this.#videoRate = 90_000;
    this.#videoClock = new MediaClock(90_000);
    this.#audioClock = null;
  }

  /** A new session: new RTP clocks. */
  session(videoRate: number, audioRate: number | null): void {
    this.#videoRate = videoRate;
    this.#told = new ToldRate(videoRate);
    this.#videoClock = new MediaClock(videoRate);
    this.#audioClock = audioRate === null ? null : new MediaClock(audioRate);
    this.newEpoch();
  }

  /** The sender began anew: its RTP times have nothing to do with those before. */
  newEpoch(): void {
    this.#pending = true;
    this.#lastRtp = Number.NaN;
    this.#bridge = 0;
    this.#sentFrom = Number.NaN;
    this.#told.restarted();
    this.#videoClock.reset();
  }

  /** The next key frame begins a new epoch; RTP time goes on. */
  mark(): void {
    this.#pending = true;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** `arrivalUs` is monotonic time. */
  video(rtp: number, arrivalUs: number, key: boolean, reorders = true): UnitTime {
    const sent = this.#tellRate(rtp, arrivalUs);
    let rtpTime = sent + this.#bridge;
    if (!Number.isNaN(this.#lastRtp) && this.#videoClock.jumped(rtpTime, arrivalUs, key)) {
      const expected = Math.max(this.#lastRtp, this.#videoClock.newestRtp) + ((arrivalUs - this.#lastArrivalUs) * this.#videoRate) / 1e6;
      this.#bridge += Math.round(expected - rtpTime);
      rtpTime = sent + this.#bridge;
      if (arrivalUs - this.#jumpedUs >= LEAST_EPOCH_US) {
        this.#pending = true;
        this.#jumpedUs = arrivalUs;
      }
    }
    if (this.#host.steps !== this.#steps) this.#pending = true;
    else this.#offsetUs = this.#host.offsetUs;
    if (key && this.#pending) this.#begin();
    this.#lastRtp = rtpTime;
    this.#lastArrivalUs = arrivalUs;
    const timeUs = Math.round(this.#videoClock.time(rtpTime, arrivalUs, reorders) + this.#offsetUs);
    return { rtpTime, timeUs, epoch: this.#epoch };
  }

  /** RTP time in ticks of the announced rate. */
  #tellRate(rtp: number, arrivalUs: number): number {
    const from = this.#told.picture(rtp, arrivalUs);
    if (from !== null) {
      this.#toldFrom = this.#told.factor === 1 ? this.#lastRtp - this.#bridge : from;
      this.#sentFrom = from;
      this.#videoClock.forgetDelay();
    }
    if (this.#told.factor === 1 && Number.isNaN(this.#sentFrom)) return rtp;
    if (Number.isNaN(this.#sentFrom)) this.#sentFrom = this.#toldFrom = rtp;
    return this.#toldFrom + (rtp - this.#sentFrom) * this.#told.factor;
  }

  audio(rtp: number, arrivalUs: number): UnitTime {
    const clock = this.#audioClock;
    if (clock === null) return { rtpTime: rtp, timeUs: Math.round(arrivalUs + this.#offsetUs), epoch: this.#epoch };
    if (clock.jumped(rtp, arrivalUs)) clock.reset();
    return { rtpTime: rtp, timeUs: Math.round(clock.time(rtp, arrivalUs) + this.#offsetUs), epoch: this.#epoch };
  }

  #begin(): void {
    this.#epoch += 1;
    this.#pending = false;
    // After a step of the wall clock its own time counts from here on, even if it lies before the last.
    this.#steps = this.#host.steps;
    this.#offsetUs = this.#host.offsetUs;
  }
}
