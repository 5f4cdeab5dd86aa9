/** When a camera that failed is tried again (DESIGN §5, cameras after a crash). Pure. */
import type { RetryClass } from '../rtsp/failure.ts';

export interface RetryState {
  /** Failures since the last good run. */
  readonly failures: number;
  /** Monotonic time of the first `busy` answer since then. */
  readonly busySinceMs: number | null;
}

export interface RetryPlan {
  readonly state: RetryState;
  readonly waitMs: number;
  readonly paused: boolean;
}

export const freshRetry: RetryState = { failures: 0, busySinceMs: null };

/** A run this long counts as good: the next failure starts over. */
export const GOOD_RUN_MS = 10_000;
const PAUSE_MS = 30 * 60_000;
const BUSY_WINDOW_MS = 90_000;
const BUSY_EVERY_MS = 1000;
const FIRST_MS = 250;
const LONGEST_MS = 60_000;

/** `unit` is a random number in [0, 1). */
export function planRetry(state: RetryState, retry: RetryClass, nowMs: number, unit: number): RetryPlan {
  if (retry === 'unauthorized') return { state: freshRetry, waitMs: PAUSE_MS, paused: true };
  const busySinceMs = retry === 'busy' ? (state.busySinceMs ?? nowMs) : state.busySinceMs;
  if (retry === 'busy' && nowMs - (busySinceMs ?? nowMs) < BUSY_WINDOW_MS)
    // The dead recorder's session may hold the slot for a minute; these tries do not lengthen the back-off.
    return { state: { failures: state.failures, busySinceMs }, waitMs: BUSY_EVERY_MS * (0.9 + 0.2 * unit), paused: false };
  const base = state.failures === 0 ? FIRST_MS : Math.min(LONGEST_MS, 1000 * 2 ** (state.failures - 1));
  return { state: { failures: state.failures + 1, busySinceMs }, waitMs: Math.min(LONGEST_MS, base * (0.75 + 0.5 * unit)), paused: false };
}
