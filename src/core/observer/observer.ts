/** The observer as one pure function. Rules: docs/detector.md, V1–V16. */
import type { Millis } from '../units.ts';
import { survey } from './storm.ts';
import { isUnsure } from './unsure.ts';
import type { Clocks, ObserverEffect, ObserverEvent, ObserverState, ObserverStep } from './types.ts';

/** A tick this much later than meant means that the process, or the machine, stood still. */
export const lateMs: Millis = 1000;
/** Uptime ran ahead of the monotonic clock: the machine was suspended. */
export const suspendMs: Millis = 1000;
/** The wall clock moved otherwise than the monotonic one. */
export const wallStepMs: Millis = 1000;
/** So many re-arms within the window, and it judges all the same. */
export const reArmsAllowed = 3;
export const reArmWindowMs: Millis = 600_000;
/** Away for so long, it judges after so many only: a server that came back meanwhile must be heard first (V7). */
export const longAwayMs: Millis = 10_000;
export const longReArmsAllowed = 6;

export const startObserver: ObserverState = { kind: 'sure', last: null, reArmsMs: [], released: [] };

export function observer(state: ObserverState, event: ObserverEvent): ObserverStep {
  return event.type === 'tick' ? tick(state, event) : survey(state, event);
}

interface Doubt {
  readonly reason: string;
  readonly lostMs: Millis;
  /** How long nothing could be heard. */
  readonly awayMs: Millis;
}

function tick(state: ObserverState, event: Extract<ObserverEvent, { readonly type: 'tick' }>): ObserverStep {
  const clocks: Clocks = { atMs: event.atMs, uptimeMs: event.uptimeMs, wallMs: event.wallMs };
  const reArmsMs = state.reArmsMs.filter((ms) => event.atMs - ms < reArmWindowMs);
  const now: ObserverState = { ...state, last: clocks, reArmsMs };
  const doubt = state.last === null ? null : doubtOf(state.last, clocks, event.intervalMs);
  if (doubt === null) return calm(now);
  if (reArmsMs.length >= (doubt.awayMs > longAwayMs ? longReArmsAllowed : reArmsAllowed)) return { state: now, effects: [{ kind: 'judge' }] };
  return doubted({ ...now, reArmsMs: [...reArmsMs, event.atMs] }, doubt);
}

/** What was lost since the last tick, if anything. */
function doubtOf(last: Clocks, now: Clocks, intervalMs: Millis): Doubt | null {
  const passed = now.atMs - last.atMs;
  const late = passed - intervalMs;
  if (late > lateMs) return { reason: `this failover server stood still for ${seconds(late)}`, lostMs: late, awayMs: late };
  const suspended = now.uptimeMs - last.uptimeMs - passed;
  if (suspended > suspendMs) return { reason: `this failover server was suspended for ${seconds(suspended)}`, lostMs: 0, awayMs: suspended };
  const step = now.wallMs - last.wallMs - passed;
  if (Math.abs(step) > wallStepMs) return { reason: `the wall clock of this failover server was moved by ${seconds(step)}`, lostMs: 0, awayMs: 0 };
  return null;
}

function seconds(ms: Millis): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Nothing strange: judge. The alarm of too many re-arms goes when the window is empty enough again. */
function calm(now: ObserverState): ObserverStep {
  const judge: ObserverEffect = { kind: 'judge' };
  if (!isUnsure(now) || now.reArmsMs.length >= reArmsAllowed) return { state: now, effects: [judge] };
  const sure: ObserverState = now.kind === 'storm' ? { ...now, unsure: false } : { kind: 'sure', last: now.last, reArmsMs: now.reArmsMs, released: now.released };
  return {
    state: sure,
    effects: [
      judge,
      { kind: 'clear alarm', serverId: null, alarm: 'observer unsure' },
      { kind: 'audit', entry: { serverId: null, machine: 'observer', actor: { kind: 'rule', rule: 'V6' }, from: 'unsure', to: sure.kind, why: 'its clocks and ticks have been in order again' } },
    ],
  };
}

/** Re-arm instead of firing. The third time within the window it says so, and from then on it judges. */
function doubted(now: ObserverState, doubt: Doubt): ObserverStep {
  const reArm: ObserverEffect = { kind: 're-arm', lostMs: doubt.lostMs, reason: doubt.reason };
  const audit: ObserverEffect = { kind: 'audit', entry: { serverId: null, machine: 'observer', actor: { kind: 'rule', rule: 'V1' }, from: now.kind, to: now.kind, why: `${doubt.reason}; timers were re-armed` } };
  if (now.reArmsMs.length !== reArmsAllowed) return { state: now, effects: [reArm, audit] };
  const unsure: ObserverState = now.kind === 'storm' ? { ...now, unsure: true } : { kind: 'unsure', last: now.last, reArmsMs: now.reArmsMs, released: now.released };
  const text = 'This failover server stood still, was suspended or had its clock moved three times within 10 minutes. It goes on judging, but may judge wrongly. Check its load, its power settings and its time service.';
  return {
    state: unsure,
    effects: [
      reArm,
      audit,
      { kind: 'raise alarm', serverId: null, alarm: 'observer unsure', text },
      { kind: 'audit', entry: { serverId: null, machine: 'observer', actor: { kind: 'rule', rule: 'V5' }, from: now.kind, to: 'unsure', why: 'three re-arms within 10 minutes' } },
    ],
  };
}
