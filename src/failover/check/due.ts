/** Pure: when a server's cameras are to be contacted again by themselves. */
import type { CheckResult } from './results.ts';

const dayMs = 86_400_000;
/** What failed heals by itself on the screen; what works is left in peace for a day. */
const failedAgainMs = 900_000;

/** `backupVersion`: the newest good one; null: there is none, so no camera is known. */
export function checkDue(result: CheckResult | null, backupVersion: number | null, nowMs: number): boolean {
  if (backupVersion === null) return false;
  if (result === null || result.backupVersion !== backupVersion) return true;
  const ageMs = nowMs - result.atMs;
  // The clock stepped back: better once too often.
  if (ageMs < 0 || ageMs > dayMs) return true;
  // A wrong password is not tried every quarter of an hour: cameras lock accounts.
  const worthAnotherTry = result.cameras.some((camera) => !camera.ok && camera.reason?.code !== 'camera.unauthorized');
  return worthAnotherTry && ageMs > failedAgainMs;
}
