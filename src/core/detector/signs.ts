/** What the agent says: welcome, startup, keep-alive, shutdowns, agent exit (rules D1–D19). */
import { suspectAfterMs, type Timeouts } from '../timeouts.ts';
import type { Millis } from '../units.ts';
import { forgetProgress, progressed } from './gray.ts';
import { forgetNotice, forgiveAbsence, isUnderWay, leave, lose, outlive } from './outage.ts';
import { andThen, auditOf, change, clear, enter, raise, stay, withEffects } from './step.ts';
import { memoryOf } from './start.ts';
import type { DetectorEvent, DetectorState, DetectorStep, FailReason, Sign } from './types.ts';

type EventOf<T extends DetectorEvent['type']> = Extract<DetectorEvent, { readonly type: T }>;

/** How many superseded agent boots are remembered. */
const oldBootsKept = 8;

/** Failures that were concluded from silence alone: a notice that says more is worth more. */
const bySilence: readonly FailReason[] = ['silent', 'recorder silent', 'never came back'];

/** Not of the newest welcome's agent, or said before (R16). */
export function isStale(state: DetectorState, sign: Sign): boolean {
  return sign.agentBoot !== state.agentBoot || sign.seq <= state.seq;
}

/** Notes who spoke and when; true of every life sign that is not stale. */
function heard(state: DetectorState, sign: Sign): DetectorState {
  return change(state, { seq: sign.seq, agentSignMs: sign.atMs, connected: true });
}

/** The recorder's run that is spoken of; a new one has shown no frames yet. */
function ofBoot(state: DetectorState, boot: string): DetectorState {
  return state.boot === boot ? state : change(forgetProgress(state), { boot });
}

export function welcomed(state: DetectorState, event: EventOf<'welcome'>, timeouts: Timeouts): DetectorStep {
  if (isSecondMachine(state, event, timeouts)) return refuseSecond(state, event);
  const known = rememberAgent(state, event);
  const step: DetectorStep = { state: known, effects: known.instance === state.instance ? [] : [{ kind: 'remember', serverId: state.serverId, memory: memoryOf(known) }] };
  const arrived = andThen(step, (now) => reported(now, event.atMs, event.boot, event.phase, timeouts, 'D3'));
  return state.kind === 'never seen' && state.warned ? withEffects(arrived, clear(state, 'never seen')) : arrived;
}

/** Another installation; or an older run of the agent that comes back while the newer one still talks. Once that is silent, the copy is gone. */
function isSecondMachine(state: DetectorState, event: EventOf<'welcome'>, timeouts: Timeouts): boolean {
  if (state.instance !== null && event.instance !== state.instance) return true;
  const talks = state.agentSignMs !== null && event.atMs - state.agentSignMs < suspectAfterMs(timeouts);
  return talks && state.olderBoots.includes(event.agentBoot);
}

function refuseSecond(state: DetectorState, event: EventOf<'welcome'>): DetectorStep {
  const text = 'A second machine claims to be this server. It was refused. If the hardware was replaced, accept the new one; otherwise find the copy and stop it.';
  return {
    state: change(state, { twiceMs: event.atMs }),
    effects: [
      { kind: 'refuse connection', serverId: state.serverId, code: 'link.identity-twice', text },
      raise(state, 'identity twice', text),
      ...(state.twiceMs === null ? [auditOf(state, state.kind, { kind: 'rule', rule: 'D2' }, 'a second machine claimed to be this server and was refused')] : []),
    ],
  };
}

function rememberAgent(state: DetectorState, event: EventOf<'welcome'>): DetectorState {
  const same = event.agentBoot === state.agentBoot;
  const older = state.olderBoots.filter((boot) => boot !== event.agentBoot);
  const olderBoots = same || state.agentBoot === null ? older : [...older, state.agentBoot].slice(-oldBootsKept);
  return change(state, {
    instance: event.instance,
    agentBoot: event.agentBoot,
    seq: same ? Math.max(state.seq, event.seq) : event.seq,
    olderBoots,
    connected: true,
    agentSignMs: event.atMs,
  });
}

/**
 * The agent's word on the recorder's phase, from a welcome or a keep-alive without proof of running.
 * Only tells what was missed: a phase already known changes nothing and re-arms nothing.
 */
function reported(state: DetectorState, atMs: Millis, boot: string, phase: EventOf<'welcome'>['phase'], timeouts: Timeouts, rule: string): DetectorStep {
  const sameBoot = state.boot === boot;
  switch (phase) {
    case 'running':
      return sameBoot && state.kind !== 'connected' && state.kind !== 'never seen' ? stay(state) : starts(state, atMs, boot, 'started', timeouts, rule);
    case 'starting':
      return sameBoot && !isBeyondStart(state) ? stay(state) : starts(state, atMs, boot, 'connected', timeouts, rule);
    case 'stopped normally':
      // Nobody told when: it may just have begun. That it was expected back since our own start is no notice of it.
      return shutDownNormally(state.kind === 'never seen' ? forgetNotice(state) : state, atMs, boot, 'the recorder was found shut down', timeouts, rule);
    case 'stopped by error':
      return sameBoot && state.kind === 'normal shutdown' ? stay(state) : shutDownByError(state, atMs, boot, 'the recorder was found ended with an error', timeouts, rule);
    case 'unknown':
      return state.kind === 'never seen' ? starts(state, atMs, boot, 'connected', timeouts, rule) : stay(state);
  }
}

/** A recorder in these states cannot be starting in the same boot; so it was restarted. */
function isBeyondStart(state: DetectorState): boolean {
  return state.kind === 'started' || state.kind === 'alive' || state.kind === 'suspect' || state.kind === 'never seen';
}

/** A new run of the recorder, seen at its connection or at its startup message. */
function starts(state: DetectorState, atMs: Millis, boot: string, kind: 'connected' | 'started', timeouts: Timeouts, rule: string): DetectorStep {
  const sameRun = state.boot === boot && state.kind === 'connected';
  const known = found(state);
  const before = isUnderWay(known) && !sameRun && !isFirstRun(known) ? lose(known, atMs) : forgiveAbsence(known, atMs);
  const why = kind === 'started' ? 'the recorder started up' : 'a connection exists, the recorder is starting';
  return enter(ofBoot(before, boot), atMs, { kind, deadlineMs: atMs + timeouts[kind] }, rule, why);
}

/** It shows itself after we came back, in time or not: that we had expected it was no notice of its own. */
function found(state: DetectorState): DetectorState {
  return state.kind === 'never seen' || (state.kind === 'failed' && state.reason === 'never came back') ? forgetNotice(state) : state;
}

/** The agent was connected before any run of the recorder was known. */
function isFirstRun(state: DetectorState): boolean {
  return state.boot === null;
}

export function startedUp(state: DetectorState, event: EventOf<'startup'>, timeouts: Timeouts): DetectorStep {
  const now = heard(state, event);
  const sameBoot = state.boot === event.boot;
  const moves = !sameBoot || state.kind === 'connected' || state.kind === 'never seen' || (state.kind === 'failed' && state.reason === 'not started');
  return moves ? starts(now, event.atMs, event.boot, 'started', timeouts, 'D4') : stay(now);
}

export function keptAlive(state: DetectorState, event: EventOf<'keep-alive'>, timeouts: Timeouts): DetectorStep {
  const now = heard(state, event);
  if (event.phase !== 'running' || event.progressAgeMs !== undefined) return reported(now, event.atMs, event.boot, event.phase, timeouts, 'D8');
  const sameBoot = state.boot === event.boot;
  const running = change(found(now), { recorderSignMs: event.atMs });
  // Its last beats on the way down: the notice stands (I4). Judged again at its deadline.
  if (sameBoot && (state.kind === 'normal shutdown' || state.kind === 'abnormal shutdown')) return stay(running);
  const first = sameBoot || !isUnderWay(state) || isFirstRun(state) ? stay(forgiveAbsence(sameBoot ? outlive(running) : running, event.atMs)) : stay(lose(running, event.atMs));
  const alive = andThen(first, (given) => comeAlive(ofBoot(given, event.boot), event.atMs, 'D5'));
  return andThen(alive, (given) => stay(progressed(given, event.atMs, event.progress)));
}

/** Proof that the recorder runs. A server failed for recording nothing needs more: frames. */
export function comeAlive(state: DetectorState, atMs: Millis, rule: string): DetectorStep {
  if (state.kind === 'alive') return stay(state);
  if (state.kind === 'failed' && state.reason === 'not recording' && state.gray?.all === true) return stay(state);
  const entered = enter(change(state, { seenAlive: true }), atMs, { kind: 'alive' }, rule, 'a keep-alive message came');
  return state.seenAlive ? entered : withEffects(entered, { kind: 'remember', serverId: state.serverId, memory: memoryOf(entered.state) });
}

export function shutDownOnPurpose(state: DetectorState, event: EventOf<'normal shutdown'>, timeouts: Timeouts): DetectorStep {
  return shutDownNormally(heard(state, event), event.atMs, event.boot, event.reason, timeouts, 'D6');
}

export function crashed(state: DetectorState, event: EventOf<'abnormal shutdown'>, timeouts: Timeouts): DetectorStep {
  const now = heard(state, event);
  // Whether a stop was clean is decided by who asked for it, not by its exit code.
  if (state.kind === 'normal shutdown' && state.boot === event.boot) return stay(now);
  const how = event.signal !== null ? `signal ${event.signal}` : `code ${event.code ?? 'unknown'}`;
  return shutDownByError(now, event.atMs, event.boot, `the recorder ended with an error (${how})`, timeouts, 'D7');
}

/** The time-out runs from the first notice of this outage: shutting down again re-arms nothing. */
function shutDownNormally(state: DetectorState, atMs: Millis, boot: string, reason: string, timeouts: Timeouts, rule: string): DetectorStep {
  if (state.kind === 'normal shutdown') return stay(ofBoot(state, boot));
  const left = leave(ofBoot(state, boot), atMs);
  const deadlineMs = (left.outage?.normalSinceMs ?? atMs) + timeouts.normalShutdown;
  if (!mayLeaveFailed(state, atMs, deadlineMs)) return stay(state);
  return enter(left, atMs, { kind: 'normal shutdown', deadlineMs, reason }, rule, `shut down on purpose: ${reason}`);
}

function shutDownByError(state: DetectorState, atMs: Millis, boot: string, why: string, timeouts: Timeouts, rule: string): DetectorStep {
  if (state.kind === 'abnormal shutdown') return stay(state.boot === boot ? state : lose(ofBoot(state, boot), atMs));
  const known = found(state);
  const lost = state.kind === 'failed' ? known : lose(forgiveAbsence(known, atMs), atMs);
  const fromMs = state.kind === 'failed' ? (state.outage?.clockFromMs ?? atMs) : atMs;
  const deadlineMs = fromMs + timeouts.abnormalShutdown;
  if (!mayLeaveFailed(state, atMs, deadlineMs)) return stay(state);
  return enter(ofBoot(lost, boot), atMs, { kind: 'abnormal shutdown', deadlineMs }, rule, why);
}

/**
 * A notice of shutdown is no life sign: it takes a server out of `failed` only if that was concluded
 * from silence (which may have been our own network's), and only while its own time-out still runs.
 */
function mayLeaveFailed(state: DetectorState, atMs: Millis, deadlineMs: Millis): boolean {
  return state.kind !== 'failed' || (bySilence.includes(state.reason) && atMs < deadlineMs);
}

export function agentLeft(state: DetectorState, event: EventOf<'agent exit'>, timeouts: Timeouts): DetectorStep {
  const now = heard(state, event);
  if (!event.recorderGoesOn) return shutDownNormally(now, event.atMs, event.boot, 'the agent ends and stops the recorder', timeouts, 'D9');
  if (state.kind !== 'alive' && state.kind !== 'suspect') return stay(now);
  if (state.kind === 'suspect' && state.deadlineMs !== null) return stay(now);
  return enter(now, event.atMs, { kind: 'suspect', deadlineMs: event.atMs + timeouts.normalShutdown }, 'D9', 'the agent ended on purpose, the recorder goes on');
}

export function lostConnection(state: DetectorState, atMs: Millis): DetectorStep {
  const now = change(state, { connected: false });
  return state.kind === 'alive' ? enter(now, atMs, { kind: 'suspect', deadlineMs: null }, 'D10', 'the connection was lost') : stay(now);
}

/** *Replace monitored server*: the next machine that shows itself is the right one. */
export function acceptIdentity(state: DetectorState): DetectorStep {
  const next = change(state, { instance: null, olderBoots: [], twiceMs: null });
  return { state: next, effects: [{ kind: 'remember', serverId: state.serverId, memory: memoryOf(next) }, clear(state, 'identity twice')] };
}
