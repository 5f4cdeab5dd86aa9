/** The role as one pure function. Rules: docs/role.md; the meaning of `persist`: types.ts. */
import { removePressed, resetPressed, stopPressed, takeOverPressed } from './requests.ts';
import { cameraLetGo, lookRestoring, progressed } from './restoring.ts';
import { cameraRecorded, endStop, lookServing } from './serving.ts';
import { refusedOne } from './refused.ts';
import { stay } from './step.ts';
import { isDone } from './duties.ts';
import type { RoleEvent, RoleFacts, RoleState, RoleStep } from './types.ts';
import { camerasAnswered, lookHeld, lookQueued, lookStandby, noCameraAnswered } from './waiting.ts';

/** Where the role of a newly added server begins. */
export function startRole(serverId: string, atMs: number): RoleState {
  return { kind: 'standby', serverId, sinceMs: atMs, blocked: null };
}

export function role(state: RoleState, event: RoleEvent, facts: RoleFacts): RoleStep {
  switch (event.type) {
    case 'look':
      return look(state, facts);
    case 'take over pressed':
      return takeOverPressed(state, event, facts);
    case 'reset pressed':
      return resetPressed(state, event, facts);
    case 'stop pressed':
      return stopPressed(state, event, facts);
    case 'remove pressed':
      return removePressed(state, event, facts);
    case 'cameras answered':
      return camerasAnswered(state, event.camera, facts);
    case 'no camera answered':
      return noCameraAnswered(state, facts);
    case 'camera recorded':
      return cameraRecorded(state, event.camera, facts);
    case 'camera let go':
      return cameraLetGo(state, event.camera, facts);
    case 'progress':
      return refusedOne(state, event.cameras, facts) ?? progressed(state, event.cameras, facts);
  }
}

function look(state: RoleState, facts: RoleFacts): RoleStep {
  switch (state.kind) {
    case 'standby':
      return lookStandby(state, facts);
    case 'held':
      return lookHeld(state, facts);
    case 'queued':
      return lookQueued(state, facts);
    case 'taking over':
    case 'active':
      return lookServing(state, facts);
    case 'restoring':
      return lookRestoring(state, facts);
    case 'stopping':
      return state.takeOver.cameras.every(isDone) ? endStop(state, facts) : stay(state);
    case 'removed':
      return stay(state);
  }
}
