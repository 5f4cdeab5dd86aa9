/** When a new segment begins. Pure. */
import type { RingUnit, StreamConfig } from '../contract.ts';
import { fitsChunk } from '../mp4/unit-rows.ts';

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

/**
 * A fragment never runs over a gap (media time between two fragments may jump, within one it may
 * not), nor over times so far apart that its packed rows could not tell them.
 */
export function splitAtGaps(units: readonly RingUnit[]): readonly (readonly RingUnit[])[] {
  const parts: RingUnit[][] = [];
  let video: RingUnit | null = null;
  let audio: RingUnit | null = null;
  for (const unit of units) {
    const first = (unit.track === 'video' ? video : audio) ?? parts.at(-1)?.[0];
    const part = parts.at(-1);
    if (part === undefined || first === undefined || (unit.gapBefore && unit.track === 'video') || !fitsChunk(first, unit)) {
      parts.push([unit]);
      video = audio = null;
    } else part.push(unit);
    if (unit.track === 'video') video ??= unit;
    else audio ??= unit;
  }
  return parts;
}
