/** Small tools of the role's rules: the one way from state to state. */
import type { Actor, AuditEntry } from '../effects.ts';
import type { RefusalCode, RoleEffect, RoleState, RoleStep } from './types.ts';
import { alarmOf } from './words.ts';

export const stay = (state: RoleState): RoleStep => ({ state, effects: [] });

export const byRule = (rule: string): Actor => ({ kind: 'rule', rule });
export const byPerson = (name: string): Actor => ({ kind: 'person', name });

export interface Reason {
  readonly actor: Actor;
  readonly why: string;
}

/** The one way to a new durable state: persist first (I6), audited (I10), then alarms, then acts. */
export function move(from: RoleState, to: RoleState, reason: Reason, acts: readonly RoleEffect[] = [], more: readonly AuditEntry[] = []): RoleStep {
  const entry: AuditEntry = { serverId: from.serverId, machine: 'role', actor: reason.actor, from: roleName(from), to: roleName(to), why: reason.why };
  return { state: to, effects: [{ kind: 'persist', state: to, audit: [entry, ...more] }, ...alarmChanges(from, to), ...acts] };
}

/** Name of a state in the audit trail. */
export function roleName(state: RoleState): string {
  if (state.kind === 'held') return `held (${state.because})`;
  if (state.kind === 'standby' && state.blocked !== null) return `standby (${state.blocked})`;
  return state.kind;
}

function alarmChanges(from: RoleState, to: RoleState): readonly RoleEffect[] {
  const before = alarmOf(from);
  const after = alarmOf(to);
  const { serverId } = to;
  const effects: RoleEffect[] = [];
  if (before !== null && before.alarm !== after?.alarm) effects.push({ kind: 'clear alarm', serverId, alarm: before.alarm });
  if (after !== null && (before?.alarm !== after.alarm || before.text !== after.text)) effects.push({ kind: 'raise alarm', serverId, ...after });
  return effects;
}

export function accept(request: string, text: string): RoleEffect {
  return { kind: 'answer', request, result: { ok: true, text } };
}

export function refuse(state: RoleState, request: string, code: RefusalCode, text: string): RoleStep {
  return { state, effects: [{ kind: 'answer', request, result: { ok: false, code, text } }] };
}
