/** The outage clock, losses and flaps (rules D20–D25 of docs/detector.md). */
import type { Timeouts } from '../timeouts.ts';
import type { Millis } from '../units.ts';
import { change } from './step.ts';
import type { DetectorState, Outage } from './types.ts';

const hourMs = 3_600_000;

/** The hold-down in force: doubled by each flap, at most an hour (or the setting, if that is longer). */
export function holdDownMs(state: Pick<DetectorState, 'flaps'>, timeouts: Timeouts): Millis {
  const doubled = timeouts.holdDown * 2 ** Math.min(state.flaps, 20);
  return Math.min(doubled, Math.max(hourMs, timeouts.holdDown));
}

/** A phase in which the recorder was running or on its way, so that leaving it is a loss. */
export function isUnderWay(state: DetectorState): boolean {
  return state.kind === 'alive' || state.kind === 'suspect' || state.kind === 'started' || state.kind === 'connected';
}

/** An outage begins, or the one under way goes on: nothing in here ever re-arms it. */
function openOutage(state: DetectorState, atMs: Millis): Outage {
  return state.outage ?? { sinceMs: Math.min(atMs, state.recorderSignMs ?? atMs), clockFromMs: null, normalSinceMs: null, losses: 0, outlived: 0 };
}

function flapsAfter(state: DetectorState, atMs: Millis): number {
  if (state.kind !== 'alive' && state.kind !== 'suspect') return state.flaps;
  // Not of an outage that only our own restart, or an announced absence, began.
  if (state.outage !== null && state.outage.losses > 0) return state.flaps + 1;
  return state.recoveredMs !== null && atMs - state.recoveredMs < hourMs ? state.flaps + 1 : 0;
}

/** A loss nobody announced: crash, silence, a new boot out of nowhere. */
export function lose(state: DetectorState, atMs: Millis): DetectorState {
  const outage = openOutage(state, atMs);
  return change(state, {
    flaps: flapsAfter(state, atMs),
    aliveSinceMs: null,
    outage: { ...outage, clockFromMs: outage.clockFromMs ?? atMs, losses: outage.losses + 1 },
  });
}

/** Going away as announced is no loss; its time-out runs from the first notice of this outage. */
export function leave(state: DetectorState, atMs: Millis): DetectorState {
  const outage = openOutage(state, atMs);
  return change(state, {
    aliveSinceMs: null,
    outage: { ...outage, normalSinceMs: outage.normalSinceMs ?? atMs },
  });
}

/** Failed by a phase time-out: an outage is under way from now on if none was. */
export function beginOutage(state: DetectorState, atMs: Millis): DetectorState {
  return change(state, { outage: openOutage(state, atMs) });
}

/** The absence was ours, or is over: a notice of shutdown that comes now is the first of its absence (D21). */
export function forgetNotice(state: DetectorState): DetectorState {
  const { outage } = state;
  return outage === null || outage.normalSinceMs === null ? state : change(state, { outage: { ...outage, normalSinceMs: null } });
}

/** Back from an announced absence: that time does not count against it. */
export function forgiveAbsence(state: DetectorState, atMs: Millis): DetectorState {
  const outage = state.outage;
  if (state.kind !== 'normal shutdown' || outage === null || outage.clockFromMs === null) return state;
  return change(state, { outage: { ...outage, clockFromMs: Math.min(atMs, outage.clockFromMs + (atMs - state.sinceMs)) } });
}

/**
 * The same run is heard again after a silence, or records again: it did not end, so this is no part of a crash loop.
 * Perhaps our own network was silent, or its cameras (I2). It stays a flap.
 */
export function outlive(state: DetectorState): DetectorState {
  const { outage } = state;
  if (state.kind !== 'failed' || outage === null || outage.outlived >= outage.losses) return state;
  // Recording nothing, it is heard all the time: over only when it records.
  if (state.reason !== 'silent' && (state.reason !== 'not recording' || state.gray?.all === true)) return state;
  const outlived = outage.outlived + 1;
  return change(state, { outage: { ...outage, outlived, clockFromMs: outlived === outage.losses ? null : outage.clockFromMs } });
}

/** It came back at least once and was lost again, and all that takes longer than an abnormal shutdown may. */
export function isCrashLoop(state: DetectorState, atMs: Millis, timeouts: Timeouts): boolean {
  const outage = state.outage;
  return outage !== null && outage.losses - outage.outlived >= 2 && outage.clockFromMs !== null && atMs - outage.clockFromMs >= timeouts.abnormalShutdown;
}
