/** Deliberate design errors of the detector. Each must be caught by the table or the honest host (mutants.test.ts). */
import { detector } from '../detector/detector.ts';
import type { DetectorEvent, DetectorSettings, DetectorState } from '../detector/types.ts';
import type { Run } from './watch.ts';

const onEvent = (change: (event: DetectorEvent, state: DetectorState) => DetectorEvent | null): Run => (state, event, settings) => {
  const changed = change(event, state);
  return changed === null ? { state, effects: [] } : detector(state, changed, settings);
};
const onBefore = (change: (state: DetectorState, event: DetectorEvent) => DetectorState): Run => (state, event, settings) => detector(change(state, event), event, settings);
const onAfter = (change: (after: DetectorState, before: DetectorState, event: DetectorEvent) => DetectorState): Run => (state, event, settings) => {
  const step = detector(state, event, settings);
  return { state: change(step.state, state, event), effects: step.effects };
};
const onSettings = (change: (settings: DetectorSettings) => DetectorSettings): Run => (state, event, settings) => detector(state, event, change(settings));

const isSign = (event: DetectorEvent): event is Extract<DetectorEvent, { readonly seq: number }> => 'seq' in event;

export const detectorMutants: Readonly<Record<string, Run>> = {
  'a shutdown notice does not cancel the keep-alive timer': onEvent((event) => (event.type === 'normal shutdown' ? null : event)),
  'the last beats on the way down undo the notice': onBefore((state, event) => (state.kind === 'normal shutdown' && event.type === 'keep-alive' ? { ...state, boot: null } : state)),
  'a crash notice is ignored': onEvent((event) => (event.type === 'abnormal shutdown' ? null : event)),
  'a clean end counts as a crash': onEvent((event) => (event.type === 'normal shutdown' ? { ...event, type: 'abnormal shutdown', code: 0, signal: null } : event)),
  'a crash counts as a clean end': onEvent((event) => (event.type === 'abnormal shutdown' ? { ...event, type: 'normal shutdown', reason: 'crash' } : event)),
  'a reconnect re-arms the timers': onAfter((after, before, event) => (event.type === 'welcome' && 'deadlineMs' in after && after.deadlineMs !== null && after.kind === before.kind ? { ...after, deadlineMs: event.atMs + 3_700_000 } : after)),
  'a new boot re-arms the outage clock': onAfter((after, before, event) => (after.boot !== before.boot && after.outage !== null && 'atMs' in event ? { ...after, outage: { ...after.outage, clockFromMs: event.atMs, losses: 0 } } : after)),
  'old messages are believed': onEvent((event, state) => (isSign(event) && event.type !== 'welcome' ? { ...event, seq: Math.max(event.seq, state.seq + 1) } : event)),
  'messages of another agent run are believed': onEvent((event, state) => (isSign(event) && event.type !== 'welcome' && state.agentBoot !== null ? { ...event, agentBoot: state.agentBoot } : event)),
  'a second machine is believed': onEvent((event, state) => (event.type === 'welcome' && state.instance !== null ? { ...event, instance: state.instance } : event)),
  'judges what it did not watch': onEvent((event) => (event.type === 're-arm' ? null : event)),
  're-arms for ever': onEvent((event) => (event.type === 'tick' ? { type: 're-arm', atMs: event.atMs, lostMs: 250, reason: 'mutant' } : event)),
  'fails a stranger': onBefore((state, event) => (event.type === 'tick' && state.kind === 'never seen' ? { ...state, seenAlive: true } : state)),
  'forgets who was alive before the restart': onBefore((state) => (state.kind === 'never seen' ? { ...state, seenAlive: false } : state)),
  'a lost connection is a failure': onAfter((after, _before, event) => (event.type === 'connection lost' && after.kind === 'suspect' ? ({ ...after, kind: 'failed', reason: 'silent' } as DetectorState) : after)),
  'an agent that beats is a recorder that lives': onEvent((event) => (event.type === 'keep-alive' ? { ...event, phase: 'running', progressAgeMs: undefined } : event)),
  'waits for a dead host as for a crashed recorder': onBefore((state, event) => (event.type === 'tick' && state.kind === 'abnormal shutdown' ? { ...state, agentSignMs: event.atMs } : state)),
  'a connection is a life sign': onAfter((after, before, event) => (event.type === 'welcome' && before.kind === 'failed' && after.kind === 'failed' ? ({ ...after, kind: 'alive' } as DetectorState) : after)),
  'the first beat ends the outage': onSettings((settings) => ({ ...settings, timeouts: { ...settings.timeouts, holdDown: 0 } })),
  'keep-alive is judged at half its time-out': onSettings((settings) => ({ ...settings, timeouts: { ...settings.timeouts, keepAlive: settings.timeouts.keepAlive / 2 } })),
  'keep-alive never runs out': onSettings((settings) => ({ ...settings, timeouts: { ...settings.timeouts, keepAlive: Number.MAX_SAFE_INTEGER } })),
  'cameras that stand still count as recorded': onEvent((event) => (event.type === 'keep-alive' ? { ...event, progress: { ...event.progress, newestUs: event.progress.ids.map(() => event.atMs) } } : event)),
  'recording nothing is no failure': onSettings((settings) => ({ ...settings, takeOverWhenNotRecording: false })),
  'beats alone end a failure for recording nothing': onBefore((state, event) => (event.type === 'keep-alive' ? { ...state, gray: null } : state)),
  'an agent that ends on purpose is not believed': onEvent((event) => (event.type === 'agent exit' ? { type: 'connection lost', atMs: event.atMs } : event)),
};
