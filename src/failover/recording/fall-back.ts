/** Hot standby that a camera does not bear falls back to cold for that camera alone (DESIGN §7). Pure. */
import type { CameraStatus } from '../../video/contract.ts';

export interface FallBack {
  /** Cold until then (monotonic, ms), then tried once more. */
  readonly untilMs: number;
  readonly times: number;
  readonly reason: string;
}

const firstMs = 10 * 60_000;
const longestMs = 24 * 60 * 60_000;

/**
 * A camera that refuses our second session must never cost the recorder its own: off at the first
 * refusal, tried again after 10 min, doubled each time. Null: nothing to fall back from.
 */
export function fallBack(status: CameraStatus, before: FallBack | undefined, nowMs: number): FallBack | null {
  if (status.mode !== 'standby' || status.reason?.code !== 'camera.refused') return null;
  return again(before, nowMs, 'The camera refuses a second session; it is opened at take-over instead.');
}

/** The camera refuses its own recorder while we hold a session: ours is the one too many, whoever came first. */
export const giveWay = (before: FallBack | undefined, nowMs: number): FallBack =>
  again(before, nowMs, 'The camera refused its recorder while this failover server had a session; it is opened at take-over instead.');

function again(before: FallBack | undefined, nowMs: number, reason: string): FallBack {
  const times = (before?.times ?? 0) + 1;
  return { untilMs: nowMs + Math.min(longestMs, firstMs * 2 ** (times - 1)), times, reason };
}
