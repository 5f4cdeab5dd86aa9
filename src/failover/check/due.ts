/** Pure: when a server's cameras are to be contacted again by themselves. */
import type { CheckResult } from './results.ts';

const dayMs = 86_400_000;
/** What failed heals by itself on the screen; what works is left in peace for a day. */
const failedAgainMs = 900_000;

/**
 * When they are: `nowMs` where they are due already; null: no camera is known.
 * `backupVersion`: the newest good one; null: there is none.
 */
export function nextCheckMs(result: CheckResult | null, backupVersion: number | null, nowMs: number): number | null {
  if (backupVersion === null) return null;
  // The clock stepped back: better once too often.
  if (result === null || result.backupVersion !== backupVersion || nowMs < result.atMs) return nowMs;
  // A wrong password is not tried every quarter of an hour: cameras lock accounts.
  const worthAnotherTry = result.cameras.some((camera) => !camera.ok && camera.reason?.code !== 'camera.unauthorized');
  return Math.max(nowMs, result.atMs + (worthAnotherTry ? failedAgainMs : dayMs));
}

export const checkDue = (result: CheckResult | null, backupVersion: number | null, nowMs: number): boolean => nextCheckMs(result, backupVersion, nowMs) === nowMs;
