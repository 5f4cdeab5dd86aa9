import type { Clock } from '../../platform/clock.ts';

/** Beyond this the wall clock was set, below it is being slewed. */
const STEP_US = 500_000;
/** A slew is followed by so much a check: four times what NTP does, and never so much that time steps back. */
const FOLLOW_US = 2000;

/**
 * The host's wall clock for arrival times, carried by the monotonic clock in between, so that a step
 * of the wall clock is seen as what it is: `steps` rises and cameras begin a new epoch with their next
 * key frame. A slew is followed.
 */
export class HostClock {
  readonly #clock: Clock;
  /** Wall clock minus monotonic clock, microseconds. */
  offsetUs: number;
  steps = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.offsetUs = this.#difference();
  }

  monotonicUs(): number {
    return this.#clock.monotonicMs() * 1000;
  }

  /** To be called about every second. */
  check(): void {
    const change = this.#difference() - this.offsetUs;
    const step = Math.abs(change) > STEP_US;
    if (step) this.steps += 1;
    this.offsetUs += step ? change : Math.max(-FOLLOW_US, Math.min(FOLLOW_US, change));
  }

  #difference(): number {
    return (this.#clock.wallMs() - this.#clock.monotonicMs()) * 1000;
  }
}
