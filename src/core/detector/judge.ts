/** What time does: timers running out, suspicion, recovery (rules D11–D29). */
import { keepAliveIntervalMs, suspectAfterMs } from '../timeouts.ts';
import type { Millis } from '../units.ts';
import { shift } from './advances.ts';
import { beginOutage, forgetNotice, holdDownMs, isCrashLoop, lose } from './outage.ts';
import { comeAlive } from './signs.ts';
import { change, clear, enter, raise, stay, withEffects } from './step.ts';
import type { DetectorSettings, DetectorState, DetectorStep, FailReason } from './types.ts';
import { failWords } from './words.ts';

/** An alarm about a second machine goes when none showed itself for so long. */
const twiceForgottenMs = 600_000;

export function judge(state: DetectorState, atMs: Millis, settings: DetectorSettings): DetectorStep {
  const judged = judgePhase(state, atMs, settings);
  if (judged.state.twiceMs === null || atMs - judged.state.twiceMs < twiceForgottenMs) return judged;
  return withEffects({ ...judged, state: change(judged.state, { twiceMs: null }) }, clear(state, 'identity twice'));
}

function judgePhase(state: DetectorState, atMs: Millis, settings: DetectorSettings): DetectorStep {
  const { timeouts } = settings;
  switch (state.kind) {
    case 'never seen':
      return judgeNeverSeen(state, atMs);
    case 'connected':
      if (isCrashLoop(state, atMs, timeouts)) return fail(state, atMs, 'crash loop', 'D22');
      return atMs >= state.deadlineMs ? fail(beginOutage(state, atMs), atMs, 'not started', 'D11') : stay(state);
    case 'started':
      if (isCrashLoop(state, atMs, timeouts)) return fail(state, atMs, 'crash loop', 'D22');
      return atMs >= state.deadlineMs ? fail(beginOutage(state, atMs), atMs, 'no keep-alive', 'D12') : stay(state);
    case 'alive':
      return judgeAlive(state, atMs, settings);
    case 'suspect':
      return judgeSuspect(state, atMs, settings);
    case 'normal shutdown':
      return judgeNormalShutdown(state, atMs, settings);
    case 'abnormal shutdown':
      return judgeAbnormalShutdown(state, atMs, settings);
    case 'failed':
      return stay(state);
  }
}

/** The one way into `failed`. */
function fail(state: DetectorState, atMs: Millis, reason: FailReason, rule: string): DetectorStep {
  const entered = enter(state, atMs, { kind: 'failed', reason }, rule, failWords[reason]);
  return withEffects(
    entered,
    { kind: 'failed', serverId: state.serverId, reason, outageSinceMs: state.outage?.sinceMs ?? atMs },
    raise(state, 'failed', `The server failed: ${failWords[reason]}.`),
  );
}

function judgeNeverSeen(state: Extract<DetectorState, { kind: 'never seen' }>, atMs: Millis): DetectorStep {
  if (atMs < state.deadlineMs) return stay(state);
  if (state.seenAlive) return fail(state, atMs, 'never came back', 'D26');
  if (state.warned) return stay(state);
  return {
    state: { ...state, warned: true },
    effects: [raise(state, 'never seen', 'This server was never seen. It is not protected. Check its address and that its agent runs.')],
  };
}

function judgeAlive(state: DetectorState, atMs: Millis, settings: DetectorSettings): DetectorStep {
  const { timeouts } = settings;
  if (atMs - (state.recorderSignMs ?? state.sinceMs) >= suspectAfterMs(timeouts))
    return enter(state, atMs, { kind: 'suspect', deadlineMs: null }, 'D13', 'two keep-alive messages are missing');
  if (state.gray?.all === true) {
    const due = settings.takeOverWhenNotRecording && atMs - state.gray.sinceMs >= timeouts.keepAlive;
    return due ? fail(lose(state, atMs), atMs, 'not recording', 'D33') : stay(state);
  }
  const { outage, aliveSinceMs, recorderSignMs } = state;
  if (outage === null) return stay(state);
  // By the newest proof, not by the clock: late beats prove nothing of the time since.
  const provenMs = (recorderSignMs ?? 0) - (aliveSinceMs ?? atMs);
  // Flaps make the hold-down longer; they may delay a restore, but not hasten a take-over (F32).
  if (provenMs < holdDownMs(state, timeouts)) return stay(provenMs < timeouts.holdDown ? state : forgetNotice(state));
  return {
    state: change(state, { outage: null, recoveredMs: atMs }),
    effects: [{ kind: 'recovered', serverId: state.serverId, outageSinceMs: outage.sinceMs, atMs }],
  };
}

function judgeSuspect(state: Extract<DetectorState, { kind: 'suspect' }>, atMs: Millis, settings: DetectorSettings): DetectorStep {
  const { timeouts } = settings;
  if (state.deadlineMs !== null) return atMs >= state.deadlineMs ? fail(lose(state, atMs), atMs, 'not back from normal shutdown', 'D9') : stay(state);
  const lastMs = state.recorderSignMs ?? state.sinceMs;
  if (atMs - lastMs < timeouts.keepAlive) return stay(state);
  return fail(lose(state, lastMs), atMs, agentTalks(state, atMs, settings) ? 'recorder silent' : 'silent', 'D14');
}

/** Heard within a few beats. */
function agentTalks(state: DetectorState, atMs: Millis, settings: DetectorSettings): boolean {
  return state.agentSignMs !== null && atMs - state.agentSignMs < 3 * keepAliveIntervalMs(settings.timeouts);
}

function judgeNormalShutdown(state: Extract<DetectorState, { kind: 'normal shutdown' }>, atMs: Millis, settings: DetectorSettings): DetectorStep {
  if (atMs < state.deadlineMs) return stay(state);
  // Announced, but not carried out: the same run still beats.
  if (recorderBeats(state, atMs, settings)) return comeAlive(state, atMs, 'D16');
  return fail(state, atMs, 'not back from normal shutdown', 'D15');
}

function judgeAbnormalShutdown(state: Extract<DetectorState, { kind: 'abnormal shutdown' }>, atMs: Millis, settings: DetectorSettings): DetectorStep {
  const { timeouts } = settings;
  if (isCrashLoop(state, atMs, timeouts)) return fail(state, atMs, 'crash loop', 'D22');
  if (state.agentSignMs !== null && atMs - state.agentSignMs >= timeouts.keepAlive) return fail(state, atMs, 'silent', 'D18');
  if (atMs < state.deadlineMs) return stay(state);
  if (recorderBeats(state, atMs, settings)) return comeAlive(state, atMs, 'D16');
  return fail(state, atMs, 'not back from abnormal shutdown', 'D17');
}

function recorderBeats(state: DetectorState, atMs: Millis, settings: DetectorSettings): boolean {
  return state.recorderSignMs !== null && state.recorderSignMs > state.sinceMs && atMs - state.recorderSignMs < suspectAfterMs(settings.timeouts);
}

/**
 * The observer lost time: what ran meanwhile does not count, and nothing fires before a whole
 * keep-alive time-out of watching. Outage clock and hold-down stand still for the lost time.
 */
export function reArm(state: DetectorState, atMs: Millis, lostMs: Millis, settings: DetectorSettings): DetectorStep {
  const { timeouts } = settings;
  /** Later by the lost time, and so late that the time-out counted from it leaves that time. */
  const notDue = (ms: Millis | null, timeoutMs: Millis): Millis | null => (ms === null ? null : Math.min(atMs, Math.max(ms + lostMs, atMs + timeouts.keepAlive - timeoutMs)));
  const outage = state.outage;
  const next = change(state, {
    agentSignMs: state.agentSignMs === null ? null : atMs,
    recorderSignMs: state.recorderSignMs === null ? null : atMs,
    // The re-armed sign is no proof: what was proven of the hold-down stays as long as it was.
    aliveSinceMs: state.aliveSinceMs === null ? null : state.aliveSinceMs + (atMs - (state.recorderSignMs ?? atMs)),
    outage: outage === null ? null : { ...outage, clockFromMs: notDue(outage.clockFromMs, timeouts.abnormalShutdown), normalSinceMs: notDue(outage.normalSinceMs, timeouts.normalShutdown) },
    gray: state.gray === null ? null : { ...state.gray, sinceMs: atMs },
    advances: shift(state.advances, atMs, lostMs),
  });
  if (!('deadlineMs' in next) || next.deadlineMs === null) return stay(next);
  return stay({ ...next, deadlineMs: Math.max(next.deadlineMs + lostMs, atMs + timeouts.keepAlive) });
}
