/** The cameras of a take-over: who owns them, and what is to be done with them. */
import type { Millis } from '../units.ts';
import type { BackupCamera, CameraDuty, CameraStage, RoleEffect, RoleState, TakeOver } from './types.ts';

/** Pause before a camera that allows one session is lent again, doubled each time, at most an hour. */
export const lendAgainMs: Millis = 60_000;

/** The failover server owns the camera (I12): it records it or tries to, or only lent it for a proof. */
export function isOurs(duty: CameraDuty): boolean {
  return duty.stage === 'taking' || duty.stage === 'recording' || duty.stage === 'lent';
}

/** Our session is open or being opened. */
export function isHeldOpen(duty: CameraDuty): boolean {
  return duty.stage === 'taking' || duty.stage === 'recording';
}

/** Nothing is left to do for it. */
export function isDone(duty: CameraDuty): boolean {
  return duty.stage === 'returned' || duty.stage === 'waiting';
}

/** The take-over that a state is about; null: none. */
export function takeOverOf(state: RoleState): TakeOver | null {
  return state.kind === 'taking over' || state.kind === 'active' || state.kind === 'restoring' || state.kind === 'stopping' ? state.takeOver : null;
}

/** X's cameras may not be changed while X is taken over (`role.taken-over`). */
export function mayChangeCameras(state: RoleState): boolean {
  return takeOverOf(state) === null;
}

/** Settings are never backed up from a server that we stand in for (I5, `backup.impersonated`). */
export function mayBackUp(state: RoleState): boolean {
  return takeOverOf(state) === null;
}

/** Duties in the order in which cameras are opened: by priority, then id, so that it is always the same. */
export function dutiesFor(cameras: readonly BackupCamera[], room: readonly string[]): readonly CameraDuty[] {
  const granted = new Set(room);
  return [...cameras]
    .sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1))
    .map((camera) => ({
      id: camera.id,
      priority: camera.priority,
      singleSession: camera.singleSession,
      stage: granted.has(camera.id) ? 'taking' : 'waiting',
      untilMs: null,
      lentInVain: 0,
    }));
}

export function withStage(takeOver: TakeOver, camera: string, stage: CameraStage, fields: Partial<CameraDuty> = {}): TakeOver {
  return { ...takeOver, cameras: takeOver.cameras.map((duty) => (duty.id === camera ? { ...duty, untilMs: null, ...fields, stage } : duty)) };
}

export function dutyOf(takeOver: TakeOver, camera: string): CameraDuty | undefined {
  return takeOver.cameras.find((duty) => duty.id === camera);
}

export function takeEffects(serverId: string, takeOver: TakeOver, cameras: readonly CameraDuty[]): readonly RoleEffect[] {
  return cameras.map((duty) => ({ kind: 'take camera', serverId, takeOverId: takeOver.id, backupId: takeOver.backupId, camera: duty.id }));
}

export function letGoEffects(serverId: string, takeOver: TakeOver, cameras: readonly CameraDuty[]): readonly RoleEffect[] {
  return cameras.map((duty) => ({ kind: 'let camera go', serverId, takeOverId: takeOver.id, camera: duty.id }));
}
