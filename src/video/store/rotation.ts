/** When a new segment begins. Pure. */
import type { RingUnit, StreamConfig } from '../contract.ts';

export const SEGMENT_US = 60_000_000;

interface OpenSegment {
  readonly startUs: number;
  readonly epoch: number;
  readonly config: StreamConfig;
}

/** `first`: the first unit of what is to be written next. */
export function needsNewSegment(open: OpenSegment, config: StreamConfig, first: RingUnit): boolean {
  if (config.version !== open.config.version) return true;
  if (first.track !== 'video' || !first.key) return false;
  return first.epoch !== open.epoch || first.timeUs - open.startUs >= SEGMENT_US;
}

/** A fragment never runs over a gap: media time between two fragments may jump, within one it may not. */
export function splitAtGaps(units: readonly RingUnit[]): readonly (readonly RingUnit[])[] {
  const cuts = units.flatMap((unit, at) => (at > 0 && unit.gapBefore && unit.track === 'video' ? [at] : []));
  if (cuts.length === 0) return [units];
  return [0, ...cuts].map((from, index) => units.slice(from, cuts[index]));
}
