/** The recorder's proof that it records a camera again (I7; docs/role.md, F40). */
import { advancedMsOf } from '../detector/advances.ts';
import type { CameraReport } from '../detector/types.ts';
import type { Millis } from '../units.ts';
import type { RoleFacts } from './types.ts';

/** Taken for a camera whose group of pictures is not known: longer than cameras use. */
export const unknownGopMs: Millis = 10_000;
/** A shorter run proves nothing, however short the group of pictures is. */
export const shortestProofMs: Millis = 1000;
/** The newest frame must have moved this recently, by our own clock. */
const freshMs: Millis = 3000;

/**
 * Writing without a break for at least a group of pictures, and still at it. We record the camera
 * until after this was said, so both footages cover that run whatever the hosts' clocks say: they
 * meet at a key frame.
 */
export function proves(report: CameraReport, facts: RoleFacts): boolean {
  if (report.sinceUs === null || report.newestUs === null) return false;
  const neededMs = Math.max(shortestProofMs, report.gopMs ?? unknownGopMs);
  if ((report.newestUs - report.sinceUs) / 1000 < neededMs) return false;
  const advancedMs = advancedMsOf(facts.detector.advances, report.id);
  return advancedMs !== null && facts.atMs - advancedMs <= freshMs;
}
