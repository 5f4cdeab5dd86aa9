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

/** Longest fragment, where a picture does not last longer by itself (DESIGN §8). */
const FRAGMENT_US = 250_000;

/**
 * A batch in fragments. None runs over a gap (media time between two fragments may jump, within one
 * it may not), nor over times so far apart that its packed rows could not tell them; a key frame begins
 * one, and none is longer than 250 ms, however much a batch catches up with.
 */
export function splitFragments(units: readonly RingUnit[], clockRate: number): readonly (readonly RingUnit[])[] {
  const parts: RingUnit[][] = [];
  let part: RingUnit[] | undefined;
  let video: RingUnit | null = null;
  let audio: RingUnit | null = null;
  let picture: RingUnit | null = null;
  for (const unit of units) {
    const first: RingUnit | undefined = (unit.track === 'video' ? video : audio) ?? part?.[0];
    if (part === undefined || first === undefined || (unit.track === 'video' && (unit.gapBefore || unit.key)) || !fitsChunk(first, unit) || isLong(part, picture, unit) || isLongByRtp(video, picture, unit, clockRate)) {
      parts.push((part = [unit]));
      video = audio = picture = null;
    } else part.push(unit);
    if (unit.track === 'video') {
      video ??= unit;
      picture = unit;
    } else audio ??= unit;
  }
  return parts;
}

/** Whether the fragment would be too long with `unit`, its own length taken from the picture before it. */
function isLong(part: readonly RingUnit[], picture: RingUnit | null, unit: RingUnit): boolean {
  const lasts = unit.track === 'video' && picture !== null ? Math.max(0, unit.timeUs - picture.timeUs) : 0;
  return unit.timeUs + lasts - (part[0]?.timeUs ?? 0) > FRAGMENT_US;
}

/** The same by the pace of the camera, which is the pace of the file (mp4/pace.ts). */
function isLongByRtp(first: RingUnit | null, before: RingUnit | null, unit: RingUnit, clockRate: number): boolean {
  if (unit.track === 'audio' || first === null || before === null) return false;
  const lasts = Math.max(0, unit.rtpTime - before.rtpTime);
  return ((unit.rtpTime + lasts - first.rtpTime) * 1e6) / clockRate > FRAGMENT_US;
}
