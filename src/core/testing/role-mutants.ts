/** Deliberate design errors of the role. Each must be caught by the exploration (mutants.test.ts). */
import { advance, noAdvances } from '../detector/advances.ts';
import { plan } from '../role/plan.ts';
import { resume } from '../role/resume.ts';
import { role, startRole } from '../role/role.ts';
import type { RoleEffect, RoleEvent, RoleFacts, RoleState, RoleStep } from '../role/types.ts';
import { seen, type RoleRun } from './desk.ts';
import { realMachines, type Machines } from './world.ts';

const withRole = (run: RoleRun): Machines => ({ ...realMachines, role: run });
const onFacts = (change: (facts: RoleFacts, event: RoleEvent, state: RoleState) => Partial<RoleFacts>): Machines =>
  withRole((state, event, facts) => role(state, event, { ...facts, ...change(facts, event, state) }));
const onStep = (change: (step: RoleStep, before: RoleState, event: RoleEvent) => RoleStep): Machines => withRole((state, event, facts) => change(role(state, event, facts), state, event));
const onEffects = (change: (effects: readonly RoleEffect[], after: RoleState) => readonly RoleEffect[]): Machines => onStep((step) => ({ ...step, effects: change(step.effects, step.state) }));
const without = (kind: RoleEffect['kind']) => (effects: readonly RoleEffect[]): readonly RoleEffect[] => effects.filter((effect) => effect.kind !== kind);

function instead(step: RoleStep, state: RoleState): RoleStep {
  return { state, effects: step.effects.map((effect) => (effect.kind === 'persist' ? { ...effect, state } : effect)) };
}

const standby = (serverId: string): RoleState => startRole(serverId, 0);

export const roleMutants: Readonly<Record<string, Machines>> = {
  'acts before it persists': onEffects((effects) => [...effects.filter((effect) => effect.kind !== 'persist'), ...effects.filter((effect) => effect.kind === 'persist')]),
  'does not persist': onEffects(without('persist')),
  'audits nothing': onEffects((effects) => effects.map((effect) => (effect.kind === 'persist' ? { ...effect, audit: [] } : effect))),
  'gives no answer': onEffects(without('answer')),
  'takes over without a usable backup': onFacts((facts) => (facts.backup.usable ? {} : { backup: { usable: true, backupId: 'old', cameras: [{ id: 'cam', priority: 1, singleSession: false }] } })),
  'does not ask the cameras': withRole((state, event, facts) => role(state, event.type === 'no camera answered' ? { type: 'cameras answered', camera: 'cam' } : event, facts)),
  'ignores the storm': onFacts(() => ({ storm: false })),
  'does not look again before it acts': onFacts((_facts, event) => (event.type === 'cameras answered' ? { detector: seen.failed('silent') } : {})),
  'does not listen after a restart before it acts': onFacts((facts) => ({ detector: { ...facts.detector, sinceMs: facts.detector.kind === 'never seen' ? -1e9 : facts.detector.sinceMs } })),
  'drops a second failure that finds no room': onStep((step, before, event) => (event.type === 'look' && before.kind !== 'standby' && step.state.kind === 'queued' ? instead(step, standby(step.state.serverId)) : step)),
  'forgets the take-over in a restart': { ...realMachines, resume: (state) => ({ state: standby(state.serverId), effects: [] }) },
  'does not open the cameras again after a restart': { ...realMachines, resume: (state, atMs) => ({ state: resume(state, atMs).state, effects: [] }) },
  'takes more than there is room for': { ...realMachines, plan: (servers, capacity) => plan(servers, { ...capacity, cameras: null }) },
  'keeps no room for what already runs': { ...realMachines, plan: (servers, capacity) => plan(servers.map((server) => ({ ...server, running: [] })), capacity) },
  'restore lets go before the proof': withRole((state, event, facts) => {
    if (event.type !== 'progress') return role(state, event, facts);
    const ids = event.cameras.map(({ id }) => id);
    const advances = advance(noAdvances, ids, ids.map(() => 1), facts.atMs);
    return role(state, { ...event, cameras: event.cameras.map((report) => ({ ...report, sinceUs: 0, newestUs: 9e9 })) }, { ...facts, detector: { ...facts.detector, advances } });
  }),
  'takes the shortest run for a proof': withRole((state, event, facts) => role(state, event.type === 'progress' ? { ...event, cameras: event.cameras.map((report) => (report.sinceUs === null ? report : { ...report, newestUs: 9e9 })) } : event, facts)),
  'ends the restore before all cameras are back': onStep((step, before, event) => (event.type === 'look' && before.kind === 'restoring' && step.state.kind === 'restoring' ? { state: standby(before.serverId), effects: [{ kind: 'persist', state: standby(before.serverId), audit: [{ serverId: before.serverId, machine: 'role', actor: { kind: 'rule', rule: 'F46' }, from: 'restoring', to: 'standby', why: 'mutant' }] }] } : step)),
  'goes on restoring though the server is lost again': onFacts((facts, _event, state) => (state.kind === 'restoring' && facts.detector.kind !== 'suspect' ? { detector: { ...seen.alive, advances: facts.detector.advances } } : {})),
  'restores before the hold-down': onFacts((facts) => (facts.detector.kind === 'alive' ? { detector: { ...facts.detector, outage: null } } : {})),
  'restores what is pinned': withRole((state, event, facts) => role(state.kind === 'active' ? { ...state, takeOver: { ...state.takeOver, pinned: null } } : state, event, facts)),
  'resets a server that is down': onFacts((_facts, event) => (event.type === 'reset pressed' ? { detector: seen.alive } : {})),
  'lends cameras that need not be lent': onFacts((facts) => (facts.backup.usable ? { backup: { ...facts.backup, cameras: facts.backup.cameras.map((camera) => ({ ...camera, singleSession: true })) } } : {})),
  'lends a camera and keeps its session': onEffects((effects, after) => (after.kind === 'restoring' && after.takeOver.cameras.some((duty) => duty.stage === 'lent') ? without('let camera go')(effects) : effects)),
  'stops and goes on recording': onEffects((effects, after) => (after.kind === 'stopping' ? without('let camera go')(effects) : effects)),
};
