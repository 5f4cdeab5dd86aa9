import type { Cancel, Clock, Timers } from '../../src/platform/clock.ts';
import type { VirtualTime } from './time.ts';

/** The clocks of one host: its wall clock may step and drift, its monotonic clock stands still in a suspend. */
export class HostClock implements Clock {
  readonly #time: VirtualTime;
  readonly #bootedMs: number;
  #suspendedMs = 0;
  #stepMs = 0;
  /** Wall milliseconds that are gained per true millisecond. */
  #drift = 0;
  #driftFromMs = 0;
  /** The wall clock moved otherwise than time itself; called after it did. */
  onStep: (() => void) | null = null;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#bootedMs = time.monotonicMs() - 1_000_000;
  }

  wallMs(): number {
    const drifted = this.#drift === 0 ? 0 : (this.#time.monotonicMs() - this.#driftFromMs) * this.#drift;
    return this.#time.wallMs() + this.#stepMs + drifted;
  }

  monotonicMs(): number {
    return this.#time.monotonicMs() - this.#suspendedMs;
  }

  uptimeMs(): number {
    return this.#time.monotonicMs() - this.#bootedMs;
  }

  step(ms: number): void {
    this.#stepMs += ms;
    this.onStep?.();
  }

  /** As a time service that corrects everything at once. */
  right(): void {
    if (this.#stepMs === 0 && this.#drift === 0) return;
    this.#drift = 0;
    this.#stepMs = 0;
    this.onStep?.();
  }

  driftBy(perMs: number): void {
    this.#stepMs = this.wallMs() - this.#time.wallMs();
    this.#drift = perMs;
    this.#driftFromMs = this.#time.monotonicMs();
  }

  /** How far the wall clock is off, ms. */
  offMs(): number {
    return this.wallMs() - this.#time.wallMs();
  }

  /** The machine slept so long and is awake again. */
  slept(ms: number): void {
    this.#suspendedMs += ms;
  }
}

/** Timers of one process: they die with it, and wait while it stands still. */
export class ProcessTimers implements Timers {
  readonly #time: VirtualTime;
  readonly #clock: HostClock | null;
  #alive = true;
  #frozenUntilMs = 0;

  constructor(time: VirtualTime, clock: HostClock | null = null) {
    this.#time = time;
    this.#clock = clock;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get frozen(): boolean {
    return this.#frozenUntilMs > this.#time.monotonicMs();
  }

  after(ms: number, run: () => void): Cancel {
    const clock = this.#clock;
    const dueMs = clock === null ? 0 : clock.monotonicMs() + ms;
    let cancel: Cancel = () => {};
    const fire = (): void => {
      if (!this.#alive) return;
      // Frozen: when it goes on. Suspended: the monotonic clock stood still, the rest of the time still has to pass.
      const lateMs = Math.max(this.#frozenUntilMs - this.#time.monotonicMs(), clock === null ? 0 : dueMs - clock.monotonicMs());
      if (lateMs > 1e-6) cancel = this.#time.after(lateMs, fire);
      else run();
    };
    cancel = this.#time.after(ms, fire);
    return () => cancel();
  }

  every(ms: number, run: () => void): Cancel {
    // As setInterval: what fell due while the process stood still is run once.
    let due = false;
    const cancel = this.#time.every(ms, () => {
      if (!this.#alive) {
        cancel();
        return;
      }
      if (due) return;
      due = true;
      this.deliver(() => {
        due = false;
        run();
      });
    });
    return cancel;
  }

  /** After all sockets were read. */
  readonly afterPoll = (run: () => void): void => {
    if (this.#frozenUntilMs > this.#time.monotonicMs()) void this.after(0, run);
    else
      this.#time.afterInstant(() => {
        if (this.#alive) this.deliver(run);
      });
  };

  /** SIGSTOP for so long: no timer fires, nothing is read. */
  freeze(ms: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#time.monotonicMs() + ms);
  }

  /** Runs now, or when the process goes on. */
  readonly deliver = (run: () => void): void => {
    if (!this.#alive) return;
    const lateMs = this.#frozenUntilMs - this.#time.monotonicMs();
    if (lateMs > 0) this.#time.after(lateMs, () => this.deliver(run));
    else run();
  };

  kill(): void {
    this.#alive = false;
  }
}
