/** After a restart of the failover server: go on where the durable state was cut (I6; docs/role.md, F70). */
import type { Millis } from '../units.ts';
import { isHeldOpen, letGoEffects, takeEffects, takeOverOf } from './duties.ts';
import { lendMs } from './restoring.ts';
import type { CameraDuty, RoleEffect, RoleState, RoleStep } from './types.ts';
import { alarmOf } from './words.ts';

/**
 * `persisted` is what the last committed `persist` wrote. Its monotonic times are of another life of
 * the process, so they start anew. Nothing needs to be persisted: nothing was decided.
 */
export function resume(persisted: RoleState, atMs: Millis): RoleStep {
  const state = withFreshTimes(persisted, atMs);
  return { state, effects: [...alarmEffects(state), ...effectsOf(state)] };
}

/** Alarms live in memory: what stood before the restart stands still, a queue above all (I8). */
function alarmEffects(state: RoleState): readonly RoleEffect[] {
  const alarm = alarmOf(state);
  return alarm === null ? [] : [{ kind: 'raise alarm', serverId: state.serverId, ...alarm }];
}

function withFreshTimes(state: RoleState, atMs: Millis): RoleState {
  if (state.kind === 'held') return { ...state, sinceMs: atMs, askedMs: null, answeredMs: null };
  const takeOver = takeOverOf(state);
  if (takeOver === null) return { ...state, sinceMs: atMs };
  const cameras = takeOver.cameras.map((duty): CameraDuty => ({ ...duty, untilMs: duty.stage === 'lent' ? atMs + lendMs : null }));
  return { ...(state as Extract<RoleState, { readonly takeOver: unknown }>), sinceMs: atMs, takeOver: { ...takeOver, cameras } };
}

function effectsOf(state: RoleState): readonly RoleEffect[] {
  if (state.kind === 'removed') return [{ kind: 'forget server', serverId: state.serverId }];
  const takeOver = takeOverOf(state);
  if (takeOver === null) return [];
  const { serverId } = state;
  const open = takeOver.cameras.filter(isHeldOpen);
  const closing = takeOver.cameras.filter((duty) => duty.stage === 'letting go' || duty.stage === 'lent');
  // A recorder that was asked to leave its single-session cameras to us may have restarted, too.
  const singles = takeOver.cause.kind === 'manual' && state.kind !== 'stopping' ? open.filter((duty) => duty.singleSession).map((duty) => duty.id) : [];
  return [
    ...(singles.length > 0 ? ([{ kind: 'release on recorder', serverId, cameras: singles }] as const) : []),
    ...takeEffects(serverId, takeOver, open),
    ...letGoEffects(serverId, takeOver, closing),
  ];
}
