/** Small tools of the detector's rules: entering a state, collecting effects. */
import type { Actor, AlarmName } from '../effects.ts';
import type { Millis } from '../units.ts';
import type { DetectorCommon, DetectorEffect, DetectorState, DetectorStep } from './types.ts';
import { stateName } from './words.ts';

/** What a state has beside the common part. */
export type Phase = DetectorState extends infer S ? (S extends DetectorState ? Omit<S, keyof DetectorCommon> : never) : never;

export const stay = (state: DetectorState): DetectorStep => ({ state, effects: [] });

export function withEffects(step: DetectorStep, ...more: readonly DetectorEffect[]): DetectorStep {
  return more.length === 0 ? step : { state: step.state, effects: [...step.effects, ...more] };
}

/** Runs `next` on what `first` left and keeps the effects of both, in order. */
export function andThen(first: DetectorStep, next: (state: DetectorState) => DetectorStep): DetectorStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** The common part alone, so that no field of the old phase leaks into the new one. */
function commonOf(state: DetectorState): DetectorCommon {
  return {
    serverId: state.serverId,
    sinceMs: state.sinceMs,
    seenAlive: state.seenAlive,
    instance: state.instance,
    wasDown: state.wasDown,
    agentBoot: state.agentBoot,
    boot: state.boot,
    seq: state.seq,
    olderBoots: state.olderBoots,
    connected: state.connected,
    twiceMs: state.twiceMs,
    agentSignMs: state.agentSignMs,
    recorderSignMs: state.recorderSignMs,
    outage: state.outage,
    aliveSinceMs: state.aliveSinceMs,
    flaps: state.flaps,
    recoveredMs: state.recoveredMs,
    gray: state.gray,
    advances: state.advances,
    disk: state.disk,
  };
}

/** Changes common fields without a transition. */
export function change(state: DetectorState, fields: Partial<DetectorCommon>): DetectorState {
  return { ...state, ...fields };
}

/** The one way from state to state: every transition is audited (I10). */
export function enter(state: DetectorState, atMs: Millis, phase: Phase, rule: string, why: string): DetectorStep {
  const to: DetectorState = { ...commonOf(state), ...phase, sinceMs: atMs, aliveSinceMs: phase.kind === 'alive' ? atMs : null };
  const audit = auditOf(state, stateName(to), { kind: 'rule', rule }, why);
  return { state: to, effects: state.kind === 'failed' && to.kind !== 'failed' ? [audit, clear(state, 'failed')] : [audit] };
}

export function auditOf(from: DetectorState, to: string, actor: Actor, why: string): DetectorEffect {
  return { kind: 'audit', entry: { serverId: from.serverId, machine: 'detector', actor, from: stateName(from), to, why } };
}

export function raise(state: DetectorState, alarm: AlarmName, text: string): DetectorEffect {
  return { kind: 'raise alarm', serverId: state.serverId, alarm, text };
}

export function clear(state: DetectorState, alarm: AlarmName): DetectorEffect {
  return { kind: 'clear alarm', serverId: state.serverId, alarm };
}
