/** Restore: camera by camera, each let go only after the recorder's proof (docs/role.md, F40–F49; I7). */
import type { CameraReport } from '../detector/types.ts';
import type { Millis } from '../units.ts';
import { recordsNothing } from '../detector/questions.ts';
import { dutyOf, isDone, isHeldOpen, isOurs, lendAgainMs, letGoEffects, takeEffects, takeOverOf, withStage } from './duties.ts';
import { proves } from './proof.ts';
import { endStop } from './serving.ts';
import { byRule, move, stay, type Reason } from './step.ts';
import { unheardMs } from './waiting.ts';
import type { CameraDuty, RoleEffect, RoleFacts, RoleState, RoleStep, TakeOver } from './types.ts';

type StateOf<K extends RoleState['kind']> = Extract<RoleState, { readonly kind: K }>;

/** How long a single-session camera is lent for the recorder's proof. */
export const lendMs: Millis = 30_000;
const lendAgainMaxMs: Millis = 3_600_000;
/** Cameras not brought back by then are said aloud. They stay with us. */
export const overdueMs: Millis = 120_000;

/** The recorder's progress: every camera that it proves is let go. */
export function progressed(state: RoleState, cameras: readonly CameraReport[], facts: RoleFacts): RoleStep {
  if (state.kind !== 'restoring' || facts.detector.kind !== 'alive') return stay(state);
  const proven = new Set(cameras.filter((report) => proves(report, facts)).map((report) => report.id));
  const returned = state.takeOver.cameras.filter((duty) => isOurs(duty) && proven.has(duty.id));
  if (returned.length === 0) return stay(state);
  const takeOver = returned.reduce((given, duty) => withStage(given, duty.id, 'letting go'), state.takeOver);
  const reason = { actor: byRule('F40'), why: `the recorder proved that it records ${returned.map((duty) => duty.id).join(', ')}` };
  return move(state, { ...state, takeOver }, reason, letGoEffects(state.serverId, takeOver, returned));
}

export function lookRestoring(state: StateOf<'restoring'>, facts: RoleFacts): RoleStep {
  const { kind } = facts.detector;
  // Restarted in the middle: a living server shows itself soon, and taking back would disturb its sessions.
  if (kind === 'never seen' && facts.atMs - facts.detector.sinceMs < unheardMs) return stay(state);
  // Lost again: what was handed over is nobody's now, so take it back at once (hold-down grows instead).
  if (kind !== 'alive' && kind !== 'suspect' && !borrows(state, facts)) {
    const why = kind === 'never seen' ? 'this failover server restarted and did not hear of the server' : 'the server was lost again while it was restored';
    return takeBack(state, facts, { actor: byRule('F45'), why });
  }
  if (state.takeOver.cameras.every(isDone)) return endRestore(state, facts);
  const dark = facts.detector.kind === 'alive' && facts.atMs - state.sinceMs >= overdueMs ? state.takeOver.cameras.filter((duty) => isDark(duty, facts)) : [];
  if (dark.length > 0) return giveBackDark(state, dark);
  if (!state.overdue && state.takeOver.cameras.some(isOurs) && facts.atMs - state.sinceMs >= overdueMs)
    return move(state, { ...state, overdue: true }, { actor: byRule('F44'), why: `not brought back: ${state.takeOver.cameras.filter(isOurs).map((duty) => duty.id).join(', ')}` });
  return lookLent(state, facts);
}

/**
 * No frame of it comes here. One that allows a single session must have been lent in vain first: our own try may be
 * what keeps it from the recorder.
 */
function isDark(duty: CameraDuty, facts: RoleFacts): boolean {
  const isDead = (facts.withoutFramesMs[duty.id] ?? 0) >= overdueMs;
  if (duty.singleSession) return duty.stage === 'taking' && duty.lentInVain > 0 && isDead;
  return duty.stage === 'taking' || (duty.stage === 'recording' && isDead);
}

/** A camera that is broken for both would keep the role for ever, and with it settings backups and the outage's report. */
function giveBackDark(state: StateOf<'restoring'>, dark: readonly CameraDuty[]): RoleStep {
  const takeOver = dark.reduce((given, duty) => withStage(given, duty.id, 'letting go'), state.takeOver);
  const reason = { actor: byRule('F48'), why: `recorded by neither side, the recorder goes on trying: ${dark.map((duty) => duty.id).join(', ')}` };
  return move(state, { ...state, takeOver }, reason, letGoEffects(state.serverId, takeOver, dark));
}

/** It records nothing because we hold the only sessions: no loss, it proves itself camera by camera as they are lent (F33). */
function borrows(state: StateOf<'restoring'>, { detector }: RoleFacts): boolean {
  return recordsNothing(detector) && state.takeOver.cameras.some((duty) => duty.singleSession && isOurs(duty));
}

/** Single-session cameras, one after the other: break, let the recorder prove, take back if it does not. */
function lookLent(state: StateOf<'restoring'>, facts: RoleFacts): RoleStep {
  const lent = state.takeOver.cameras.find((duty) => duty.stage === 'lent');
  if (lent !== undefined) return lent.untilMs !== null && facts.atMs >= lent.untilMs ? takeBackLent(state, lent, facts) : stay(state);
  if (facts.detector.kind !== 'alive' && !borrows(state, facts)) return stay(state);
  const next = state.takeOver.cameras.find((duty) => duty.singleSession && isHeldOpen(duty) && (duty.untilMs === null || facts.atMs >= duty.untilMs));
  if (next === undefined) return stay(state);
  const takeOver = withStage(state.takeOver, next.id, 'lent', { untilMs: facts.atMs + lendMs });
  const reason = { actor: byRule('F42'), why: `the camera ${next.id} allows one session: it is handed over break-before-make` };
  return move(state, { ...state, takeOver }, reason, letGoEffects(state.serverId, takeOver, [next]));
}

function takeBackLent(state: StateOf<'restoring'>, duty: CameraDuty, facts: RoleFacts): RoleStep {
  const lentInVain = duty.lentInVain + 1;
  const pauseMs = Math.min(lendAgainMaxMs, lendAgainMs * 2 ** Math.min(duty.lentInVain, 10));
  const takeOver = withStage(state.takeOver, duty.id, 'taking', { lentInVain, untilMs: facts.atMs + pauseMs });
  const reason = { actor: byRule('F43'), why: `the recorder did not record ${duty.id} in time; it stays here` };
  const acts: readonly RoleEffect[] = [{ kind: 'release on recorder', serverId: state.serverId, cameras: [duty.id] }, ...takeEffects(state.serverId, takeOver, [duty])];
  return move(state, { ...state, takeOver, overdue: true }, reason, acts);
}

/** Back to active: every camera that had been handed over is ours again. Those that wait for room go on waiting. */
export function takeBack(state: StateOf<'restoring'>, facts: RoleFacts, reason: Reason, pinned: TakeOver['pinned'] = null, more: readonly RoleEffect[] = []): RoleStep {
  const cameras = state.takeOver.cameras.map(
    (duty): CameraDuty => (duty.stage === 'waiting' ? duty : { ...duty, stage: duty.stage === 'recording' ? 'recording' : 'taking', untilMs: null, lentInVain: 0 }),
  );
  const takeOver: TakeOver = { ...state.takeOver, pinned, cameras };
  const again = cameras.filter((duty) => duty.stage === 'taking');
  return move(state, { kind: 'active', serverId: state.serverId, sinceMs: facts.atMs, takeOver }, reason, [...more, ...takeEffects(state.serverId, takeOver, again)]);
}

function endRestore(state: StateOf<'restoring'>, facts: RoleFacts): RoleStep {
  const { serverId, takeOver } = state;
  const reason = { actor: byRule('F46'), why: 'all of its cameras are given back' };
  return move(state, { kind: 'standby', serverId, sinceMs: facts.atMs, blocked: null }, reason, [{ kind: 'take-over ended', serverId, takeOverId: takeOver.id }]);
}

/** Our last file of this camera is closed. */
export function cameraLetGo(state: RoleState, camera: string, facts: RoleFacts): RoleStep {
  const given = takeOverOf(state);
  const duty = given === null ? undefined : dutyOf(given, camera);
  const resume: RoleEffect = { kind: 'resume on recorder', serverId: state.serverId, cameras: [camera] };
  // Lent: only now is the camera's session free for the recorder.
  if (duty?.stage === 'lent') return { state, effects: [resume] };
  if (given === null || duty?.stage !== 'letting go') return stay(state);
  const takeOver = withStage(given, camera, 'returned');
  const next = { ...(state as Extract<RoleState, { readonly takeOver: unknown }>), takeOver };
  if (next.kind === 'stopping' && takeOver.cameras.every(isDone)) return endStop(next, facts);
  const reason = { actor: byRule('F41'), why: `the camera ${camera} is let go, its last file is closed` };
  // Given back without a proof (F25, F48), the recorder may still leave it to us.
  return move(state, next, reason, duty.singleSession && next.kind !== 'stopping' ? [resume] : []);
}
