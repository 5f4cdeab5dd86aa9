import type { Clock } from '../../platform/clock.ts';

/** Beyond this the wall clock was set, below it is being slewed. */
const STEP_US = 500_000;

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
    const now = this.#difference();
    if (Math.abs(now - this.offsetUs) > STEP_US) this.steps += 1;
    this.offsetUs = now;
  }

  #difference(): number {
    return (this.#clock.wallMs() - this.#clock.monotonicMs()) * 1000;
  }
}
