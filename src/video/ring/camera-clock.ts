/**
 * The camera's own clock, as its RTCP sender reports tell it (DESIGN §8): shown, never obeyed. Within 5 s
 * of ours it is believed to be set; otherwise (1970, another year) it is not, and says nothing about the
 * camera. A jump of a clock that is or was believed begins a new epoch: some cameras take their RTP
 * timestamps from it. Drift below that is only an offset. Pure.
 */

import { isAstray } from '../../core/clocks.ts';

const BELIEVED_MS = 5000;
/** More between two reports is a jump: reports come every few seconds, and no clock drifts like that. */
const JUMP_MS = 1000;
/** A clock that jumps all the time tells nothing new with each jump. */
const EPOCH_EVERY_MS = 10_000;

/** The network only ever delays: a report that came late tells of a clock that is behind. The next one in its own time says whether. */
const CONFIRMED_MS = 2000;

export type ClockTrust = 'untold' | 'believed' | 'ignored';

export class CameraClock {
  trust: ClockTrust = 'untold';
  /** Camera clock minus host clock; null before the first report. */
  offsetMs: number | null = null;
  /** So far off that somebody should set it. */
  astray = false;
  jumps = 0;
  #epochAtMs = Number.NEGATIVE_INFINITY;
  #steps = 0;
  /** A jump back that the next report has to confirm. */
  #doubt: { readonly offsetMs: number; readonly atMs: number } | null = null;

  /**
   * One sender report. `steps` counts the steps of the host's own clock: they are none of the camera's.
   * Answers whether a new epoch shall begin.
   */
  report(offsetMs: number, monotonicMs: number, steps: number): boolean {
    if (this.#mayBeLate(offsetMs, monotonicMs, steps)) return false;
    const before = this.trust;
    const jumped = this.offsetMs !== null && steps === this.#steps && Math.abs(offsetMs - this.offsetMs) > JUMP_MS;
    this.#steps = steps;
    this.offsetMs = offsetMs;
    this.astray = isAstray(offsetMs, this.astray);
    this.trust = Math.abs(offsetMs) <= BELIEVED_MS ? 'believed' : 'ignored';
    if (!jumped) return false;
    this.jumps += 1;
    if ((before !== 'believed' && this.trust !== 'believed') || monotonicMs - this.#epochAtMs < EPOCH_EVERY_MS) return false;
    this.#epochAtMs = monotonicMs;
    return true;
  }

  #mayBeLate(offsetMs: number, monotonicMs: number, steps: number): boolean {
    const fell = this.offsetMs !== null && steps === this.#steps && this.offsetMs - offsetMs > JUMP_MS;
    const doubt = this.#doubt;
    const same = doubt !== null && Math.abs(offsetMs - doubt.offsetMs) <= JUMP_MS;
    if (!fell || (same && monotonicMs - doubt.atMs >= CONFIRMED_MS)) {
      this.#doubt = null;
      return false;
    }
    if (!same) this.#doubt = { offsetMs, atMs: monotonicMs };
    return true;
  }
}
