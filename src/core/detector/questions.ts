/** Questions that others ask a detector state. */
import type { Silence } from '../observer/types.ts';
import { keepAliveIntervalMs, suspectAfterMs } from '../timeouts.ts';
import type { Millis } from '../units.ts';
import { holdDownMs } from './outage.ts';
import type { DetectorSettings, DetectorState, FailReason } from './types.ts';

/** Take-over by button needs no confirmation (DESIGN §5): down for sure, or failed. */
export function isOffline(state: DetectorState): boolean {
  return state.kind === 'failed' || state.kind === 'normal shutdown' || state.kind === 'abnormal shutdown' || state.kind === 'never seen';
}

/** Keep-alives come. */
export function isAlive(state: DetectorState): boolean {
  return state.kind === 'alive';
}

/** Alive for the whole hold-down: the automatic restore may begin. */
export function isRecovered(state: DetectorState): boolean {
  return state.kind === 'alive' && state.outage === null && state.gray?.all !== true;
}

/** Its agent and recorder beat, and no camera is recorded. */
export function recordsNothing(state: DetectorState): boolean {
  return state.kind === 'failed' && state.reason === 'not recording';
}

/** Failures concluded without a word from the agent: our own network could be the cause. */
export function isConcludedFromSilence(reason: FailReason): boolean {
  return reason === 'silent' || reason === 'never came back' || reason === 'not back from normal shutdown';
}

/** Before these take-overs a camera must answer; the agent's own word makes the others sure. */
export function asksCamerasFirst(reason: FailReason): boolean {
  return isConcludedFromSilence(reason) || reason === 'recorder silent' || reason === 'not recording';
}

/** For the observer's survey. Null: it does not count (a stranger, or away as announced). */
export function silenceOf(state: DetectorState, atMs: Millis, settings: DetectorSettings): Silence | null {
  const { serverId } = state;
  const wasDown = state.wasDown && state.agentSignMs === null;
  if (state.kind === 'failed') {
    if (state.reason === 'silent') return { serverId, silentSinceMs: state.agentSignMs ?? state.sinceMs, failed: true, wasDown };
    if (state.reason === 'never came back') return { serverId, silentSinceMs: state.agentSignMs ?? state.sinceMs, failed: true, wasDown };
    return isConcludedFromSilence(state.reason) ? null : { serverId, silentSinceMs: null, failed: false, wasDown };
  }
  if (state.kind === 'never seen' || state.kind === 'normal shutdown') return null;
  const signMs = state.agentSignMs ?? state.sinceMs;
  const silent = atMs - signMs >= Math.max(suspectAfterMs(settings.timeouts), 2 * keepAliveIntervalMs(settings.timeouts));
  return { serverId, silentSinceMs: silent ? signMs : null, failed: false, wasDown };
}

/** Until then a tick changes nothing, and need not be sent; it is the usual case. -Infinity: send it. */
export function quietUntilMs(state: DetectorState, settings: DetectorSettings): Millis {
  if (state.kind !== 'alive' || state.outage !== null || state.gray?.all === true || state.twiceMs !== null) return -Infinity;
  return (state.recorderSignMs ?? state.sinceMs) + suspectAfterMs(settings.timeouts);
}

export interface Countdown {
  readonly atMs: Millis;
  readonly what: 'suspect' | 'failed' | 'recovered' | 'warned';
}

/** What time alone will do next, for the screen's countdown. Null: nothing. */
export function nextByTime(state: DetectorState, settings: DetectorSettings): Countdown | null {
  const { timeouts } = settings;
  switch (state.kind) {
    case 'never seen':
      if (state.seenAlive) return { atMs: state.deadlineMs, what: 'failed' };
      return state.warned ? null : { atMs: state.deadlineMs, what: 'warned' };
    case 'connected':
    case 'started':
    case 'normal shutdown':
      return { atMs: state.deadlineMs, what: 'failed' };
    case 'abnormal shutdown':
      return { atMs: Math.min(state.deadlineMs, (state.agentSignMs ?? Infinity) + timeouts.keepAlive), what: 'failed' };
    case 'suspect':
      return { atMs: state.deadlineMs ?? (state.recorderSignMs ?? state.sinceMs) + timeouts.keepAlive, what: 'failed' };
    case 'alive':
      if (state.gray?.all === true) return settings.takeOverWhenNotRecording ? { atMs: state.gray.sinceMs + timeouts.keepAlive, what: 'failed' } : null;
      return state.outage === null ? null : { atMs: (state.aliveSinceMs ?? state.sinceMs) + holdDownMs(state, timeouts), what: 'recovered' };
    case 'failed':
      return null;
  }
}
