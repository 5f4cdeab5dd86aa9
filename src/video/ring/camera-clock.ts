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

  /**
   * One sender report. `steps` counts the steps of the host's own clock: they are none of the camera's.
   * Answers whether a new epoch shall begin.
   */
  report(offsetMs: number, monotonicMs: number, steps: number): boolean {
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
}
