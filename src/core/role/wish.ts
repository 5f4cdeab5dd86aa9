/** What the recording engine shall do with one camera: detector and role together (docs/role.md, F90–F97). */
import type { DetectorState } from '../detector/types.ts';
import { dutyOf, isHeldOpen, takeOverOf } from './duties.ts';
import type { RecordingWish, RoleState } from './types.ts';

export interface WishedCamera {
  readonly id: string;
  readonly enabled: boolean;
  readonly singleSession: boolean;
  /** Hot standby was chosen for it, and it has not fallen back to cold. */
  readonly hot: boolean;
}

export function recordingWish(detector: DetectorState, role: RoleState, camera: WishedCamera): RecordingWish {
  const takeOver = takeOverOf(role);
  const duty = takeOver === null ? undefined : dutyOf(takeOver, camera.id);
  if (duty !== undefined && isHeldOpen(duty)) return 'taken over';
  // A second session would harm the recorder's own, or the proof it was lent for. That it allows one only may have turned out meanwhile (F47).
  if (!camera.enabled || !camera.hot || camera.singleSession || duty?.singleSession === true || role.kind === 'removed') return 'off';
  if (isStoppedByPerson(role)) return 'standby';
  return mayBeMissing(detector, camera.id) ? 'provisional' : 'standby';
}

function isStoppedByPerson(role: RoleState): boolean {
  return role.kind === 'stopping' || (role.kind === 'standby' && role.blocked === 'stopped by a person');
}

/** Nothing proves that the recorder has this camera's footage of now. */
function mayBeMissing(detector: DetectorState, camera: string): boolean {
  if (!detector.seenAlive) return false;
  return detector.kind !== 'alive' || (detector.gray?.cameras.includes(camera) ?? false);
}
