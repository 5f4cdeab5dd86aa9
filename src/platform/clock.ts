import { readFileSync } from 'node:fs';

/** Time as a port: nothing in the product asks Node for the time except through this. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 (may be fractional). May step; never used for decisions. */
  wallMs(): number;
  /** Monotonic clock in milliseconds. Stands still while the machine is suspended. */
  monotonicMs(): number;
  /** Time since the machine booted, suspends included (Linux `/proc/uptime`), milliseconds. */
  uptimeMs(): number;
}

export type Cancel = () => void;

/** Timers as a port. Callbacks never run inside the call that sets them. */
export interface Timers {
  after(ms: number, run: () => void): Cancel;
  every(ms: number, run: () => void): Cancel;
}

const originNs = process.hrtime.bigint();

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint() - originNs) / 1e6,
  // Read synchronously on purpose: /proc is memory, never a disk.
  uptimeMs: () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000,
};

export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  every(ms, run) {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};
