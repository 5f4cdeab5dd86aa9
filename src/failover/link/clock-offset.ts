import type { ClockOffset } from './contract.ts';

/** One question and answer: our monotonic clock before and after, the remote wall clock in between. */
export interface Sample {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly remoteWallMs: number;
  /** How long this machine has been suspended since it booted (uptime − monotonic); its monotonic clock stood still. */
  readonly suspendedMs: number;
}

/** `remoteWall − ourMonotonic`, so that a step of our own wall clock changes nothing stored here. */
interface Measure {
  readonly atMs: number;
  readonly differenceMs: number;
  readonly roundTripMs: number;
  readonly suspendedMs: number;
}

export interface OffsetState {
  readonly measures: readonly Measure[];
}

export const noOffset: OffsetState = { measures: [] };

const keep = 16;
/** Two clocks of PCs drift apart by up to about 100 ppm. */
const driftPerMs = 1e-4;
/** Less is the error of reading two clocks one after the other. */
export const leastSuspendMs = 500;
/** `/proc/uptime` tells hundredths of a second. */
const uptimeErrorMs = 20;

/**
 * Takes a sample in. The one with the shortest round trip is the best (it bounds its own error by
 * half of it); one that contradicts the best beyond both errors means that the remote clock was set,
 * and everything older is forgotten.
 */
export function addSample(state: OffsetState, sample: Sample): OffsetState {
  const roundTripMs = Math.max(0, sample.receivedMs - sample.sentMs);
  const measure: Measure = {
    atMs: sample.receivedMs,
    roundTripMs,
    suspendedMs: sample.suspendedMs,
    differenceMs: sample.remoteWallMs - (sample.sentMs + roundTripMs / 2),
  };
  const top = best(awake(state, sample.suspendedMs), measure.atMs);
  const contradicts = top !== null && Math.abs(top.differenceMs - measure.differenceMs) > errorOf(top, measure.atMs) + errorOf(measure, measure.atMs);
  return { measures: [...(contradicts ? [] : awake(state, sample.suspendedMs).measures), measure].slice(-keep) };
}

/** What was measured before we were suspended, as it is now: the remote clock went on, our monotonic one did not. */
function awake(state: OffsetState, suspendedMs: number): OffsetState {
  if (state.measures.every((measure) => Math.abs(suspendedMs - measure.suspendedMs) < leastSuspendMs)) return state;
  const now = (measure: Measure): Measure => {
    const sleptMs = suspendedMs - measure.suspendedMs;
    return Math.abs(sleptMs) < leastSuspendMs ? measure : { ...measure, suspendedMs, differenceMs: measure.differenceMs + sleptMs, roundTripMs: measure.roundTripMs + 2 * uptimeErrorMs };
  };
  return { measures: state.measures.map(now) };
}

/** Remote wall clock minus our wall clock now; null before the first sample. */
export function offsetNow(state: OffsetState, nowMs: number, ourWallMs: number, suspendedMs: number): ClockOffset | null {
  const top = best(awake(state, suspendedMs), nowMs);
  return top === null ? null : { offsetMs: top.differenceMs - (ourWallMs - nowMs), plusMinusMs: errorOf(top, nowMs) };
}

export function roundTripOf(state: OffsetState): number | null {
  return state.measures.at(-1)?.roundTripMs ?? null;
}

function best(state: OffsetState, nowMs: number): Measure | null {
  let top: Measure | null = null;
  for (const measure of state.measures) if (top === null || errorOf(measure, nowMs) <= errorOf(top, nowMs)) top = measure;
  return top;
}

// 1 ms for wall clocks that are read in whole milliseconds.
const errorOf = (measure: Measure, nowMs: number): number => 1 + measure.roundTripMs / 2 + Math.max(0, nowMs - measure.atMs) * driftPerMs;
