/** During a take-over: taking over, active, and the way into restoring (docs/role.md, F20–F39). */
import { isRecovered, recordsNothing } from '../detector/questions.ts';
import { dutyOf, isHeldOpen, lendAgainMs, letGoEffects, takeEffects, withStage } from './duties.ts';
import { byRule, move, stay, type Reason } from './step.ts';
import { lookUnopened } from './unopened.ts';
import type { CameraDuty, RoleEffect, RoleFacts, RoleState, RoleStep, TakeOver } from './types.ts';

type StateOf<K extends RoleState['kind']> = Extract<RoleState, { readonly kind: K }>;
type Serving = StateOf<'taking over'> | StateOf<'active'>;

export function lookServing(state: Serving, facts: RoleFacts): RoleStep {
  const { takeOver } = state;
  if (takeOver.pinned === 'for maintenance' && !facts.maintenance)
    return move(state, { ...state, takeOver: { ...takeOver, pinned: null } }, { actor: byRule('F31'), why: 'the maintenance is over; the server may be restored automatically' });
  if (facts.automaticRestore && takeOver.pinned === null && !facts.maintenance && isRecovered(facts.detector))
    return beginRestore(state, facts, { actor: byRule('F30'), why: 'the server has been alive for the hold-down' });
  if (mayOnlyProveBorrowed(state, facts))
    return beginRestore(state, facts, { actor: byRule('F33'), why: 'its recorder beats, but can record the cameras that allow one session only if they are lent to it' });
  return lookUnopened(state, facts) ?? takeWaiting(state, facts);
}

/**
 * A recorder that failed because nothing was recorded cannot record a camera whose only session we hold:
 * it would stay failed, and taken over, for ever.
 */
function mayOnlyProveBorrowed(state: Serving, facts: RoleFacts): boolean {
  return state.kind === 'active' && facts.automaticRestore && state.takeOver.pinned === null && !facts.maintenance && facts.atMs - state.sinceMs >= lendAgainMs && isKeptFromRecording(state, facts);
}

/** It failed because nothing is recorded there, and we hold the only session of a camera of it. */
export function isKeptFromRecording(state: Serving, facts: RoleFacts): boolean {
  return recordsNothing(facts.detector) && state.takeOver.cameras.some((duty) => duty.singleSession && isHeldOpen(duty));
}

/** Room came free: cameras that waited are opened. */
function takeWaiting(state: Serving, facts: RoleFacts): RoleStep {
  const granted = state.takeOver.cameras.filter((duty) => duty.stage === 'waiting' && facts.room.cameras.includes(duty.id));
  if (granted.length === 0) return stay(state);
  const takeOver = granted.reduce((given, duty) => withStage(given, duty.id, 'taking'), state.takeOver);
  const reason = { actor: byRule('F23'), why: `there is room for ${granted.map((duty) => duty.id).join(', ')}` };
  return move(state, { ...state, takeOver }, reason, takeEffects(state.serverId, takeOver, granted));
}

/** Frames are on disk: the first camera makes the role active. */
export function cameraRecorded(state: RoleState, camera: string, facts: RoleFacts): RoleStep {
  if (state.kind !== 'taking over' && state.kind !== 'active' && state.kind !== 'restoring') return stay(state);
  if (dutyOf(state.takeOver, camera)?.stage !== 'taking') return stay(state);
  const old = dutyOf(state.takeOver, camera);
  const takeOver = withStage(state.takeOver, camera, 'recording', { untilMs: old?.untilMs ?? null });
  const reason = { actor: byRule('F21'), why: `the camera ${camera} is recorded here` };
  if (state.kind === 'taking over') return move(state, { kind: 'active', serverId: state.serverId, sinceMs: facts.atMs, takeOver }, reason);
  return move(state, { ...state, takeOver }, reason);
}

export function beginRestore(state: Serving, facts: RoleFacts, reason: Reason, more: readonly RoleEffect[] = []): RoleStep {
  const takeOver: TakeOver = { ...state.takeOver, pinned: null };
  return move(state, { kind: 'restoring', serverId: state.serverId, sinceMs: facts.atMs, takeOver, overdue: false }, reason, more);
}

/** Stop without a proof: a person said so, or the server was removed from the list. */
export function beginStop(state: Serving | StateOf<'restoring'> | StateOf<'stopping'>, why: 'stopped by a person' | 'removed', facts: RoleFacts, reason: Reason, more: readonly RoleEffect[]): RoleStep {
  const stops = (duty: CameraDuty): boolean => isHeldOpen(duty) || duty.stage === 'lent' || duty.stage === 'letting go';
  const stopped = state.takeOver.cameras.filter(stops);
  const cameras = state.takeOver.cameras.map((duty): CameraDuty => (stops(duty) ? { ...duty, stage: 'letting go', untilMs: null } : duty));
  const takeOver: TakeOver = { ...state.takeOver, pinned: null, cameras };
  return move(state, { kind: 'stopping', serverId: state.serverId, sinceMs: facts.atMs, takeOver, why }, reason, [...more, ...letGoEffects(state.serverId, takeOver, stopped)]);
}

/** The last file of the last camera is closed. */
export function endStop(state: StateOf<'stopping'>, facts: RoleFacts): RoleStep {
  const { serverId, takeOver } = state;
  const singles = takeOver.cameras.filter((duty) => duty.singleSession && duty.stage === 'returned').map((duty) => duty.id);
  const acts: readonly RoleEffect[] = [
    ...(singles.length > 0 ? ([{ kind: 'resume on recorder', serverId, cameras: singles }] as const) : []),
    { kind: 'take-over ended', serverId, takeOverId: takeOver.id },
    ...(state.why === 'removed' ? ([{ kind: 'forget server', serverId }] as const) : []),
  ];
  const reason = { actor: byRule('F52'), why: 'every camera is let go and every file closed' };
  const to: RoleState = state.why === 'removed' ? { kind: 'removed', serverId, sinceMs: facts.atMs } : { kind: 'standby', serverId, sinceMs: facts.atMs, blocked: 'stopped by a person' };
  return move(state, to, reason, acts);
}
