/** What people ask for: take over, reset, stop, remove (docs/role.md, F50–F69). */
import { isAlive, isOffline } from '../detector/questions.ts';
import { takeBack } from './restoring.ts';
import { beginRestore, beginStop, isKeptFromRecording } from './serving.ts';
import { accept, byPerson, move, refuse } from './step.ts';
import type { PersonRequest, RoleEvent, RoleFacts, RoleState, RoleStep, TakeOverCause } from './types.ts';
import { whyImpossible, wish } from './waiting.ts';
import { blockedWords } from './words.ts';

type TakeOverPressed = Extract<RoleEvent, { readonly type: 'take over pressed' }>;

export function takeOverPressed(state: RoleState, event: TakeOverPressed, facts: RoleFacts): RoleStep {
  if (state.kind === 'taking over' || state.kind === 'active') return refuse(state, event.request, 'role.already-running', 'The server is already taken over.');
  if (state.kind === 'stopping' || state.kind === 'removed') return refuse(state, event.request, 'role.already-running', 'Recording for this server is just being stopped.');
  if (state.kind === 'queued' && state.cause.kind === 'manual') return refuse(state, event.request, 'role.already-running', `The server already waits to be taken over. ${state.why}`);
  const unsure = needsConfirmation(state, event, facts);
  if (unsure !== null) return unsure;
  const cause: TakeOverCause = { kind: 'manual', by: event.by, confirmed: isConfirmed(event, facts) || event.forMaintenance, forMaintenance: event.forMaintenance };
  const reason = { actor: byPerson(event.by), why: 'Take over server was pressed' };
  const pinned = event.forMaintenance ? 'for maintenance' : 'by hand';
  if (state.kind === 'restoring') return takeBack(state, facts, reason, pinned, [accept(event.request, 'The restore is taken back.')]);
  const impossible = whyImpossible(facts);
  if (impossible !== null) return refuse(state, event.request, impossible === 'store' ? 'store.missing' : 'role.no-backup', blockedWords[impossible]);
  return wish(state, cause, facts, reason, [accept(event.request, 'The server is being taken over.')]);
}

/** A server that is not down for sure is taken over only with its name typed, or for a maintenance. */
function needsConfirmation(state: RoleState, event: TakeOverPressed, facts: RoleFacts): RoleStep | null {
  if (isOffline(facts.detector) || isConfirmed(event, facts) || (event.forMaintenance && facts.maintenance)) return null;
  return event.typedName === null
    ? refuse(state, event.request, 'role.server-alive', 'The server is not offline. Type its name to take it over anyway.')
    : refuse(state, event.request, 'role.confirm', 'This is not the name of the server.');
}

function isConfirmed(event: PersonRequest, facts: RoleFacts): boolean {
  return event.typedName === facts.serverName;
}

export function resetPressed(state: RoleState, event: PersonRequest, facts: RoleFacts): RoleStep {
  if (state.kind === 'restoring') return refuse(state, event.request, 'role.already-running', 'The server is already being restored.');
  if (state.kind !== 'taking over' && state.kind !== 'active') return refuse(state, event.request, 'role.not-taken-over', 'The server is not taken over.');
  // Cameras that allow one session are not recorded there because we hold them: only the restore can change that (F33).
  if (!isAlive(facts.detector) && !isKeptFromRecording(state, facts)) return refuse(state, event.request, 'role.server-offline', 'The server is offline. Nobody would record its cameras.');
  return beginRestore(state, facts, { actor: byPerson(event.by), why: 'Reset restored server was pressed' }, [accept(event.request, 'The server is being restored.')]);
}

export function stopPressed(state: RoleState, event: PersonRequest, facts: RoleFacts): RoleStep {
  if (state.kind === 'standby' || state.kind === 'removed') return refuse(state, event.request, 'role.not-taken-over', 'The server is not taken over.');
  if (state.kind === 'stopping') return refuse(state, event.request, 'role.already-running', 'Recording for this server is already being stopped.');
  const reason = { actor: byPerson(event.by), why: 'a person stopped the recording for this server' };
  const done = accept(event.request, 'Recording for this server is being stopped.');
  // Only a wish so far: nothing is recorded, nothing needs to be confirmed.
  if (state.kind === 'held' || state.kind === 'queued')
    return move(state, { kind: 'standby', serverId: state.serverId, sinceMs: facts.atMs, blocked: 'stopped by a person' }, reason, [done]);
  if (!isConfirmed(event, facts)) return refuse(state, event.request, 'role.confirm', 'Type the name of the server to stop recording for it.');
  return beginStop(state, 'stopped by a person', facts, reason, [done]);
}

export function removePressed(state: RoleState, event: PersonRequest, facts: RoleFacts): RoleStep {
  const reason = { actor: byPerson(event.by), why: 'the server was removed from the list' };
  const done = accept(event.request, 'The server is removed. Its footage and its backups stay.');
  const { serverId } = state;
  switch (state.kind) {
    case 'removed':
      return { state, effects: [done, { kind: 'forget server', serverId }] };
    case 'standby':
    case 'held':
    case 'queued':
      return move(state, { kind: 'removed', serverId, sinceMs: facts.atMs }, reason, [done, { kind: 'forget server', serverId }]);
    default:
      if (!isConfirmed(event, facts)) return refuse(state, event.request, 'role.confirm', 'The server is taken over. Type its name to stop recording for it and remove it.');
      return beginStop(state, 'removed', facts, reason, [done]);
  }
}
