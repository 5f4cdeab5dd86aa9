/** When a new segment begins. Pure. */
import type { RingUnit, StreamConfig } from '../contract.ts';
import { nalUnits } from '../mp4/nal-units.ts';
import { fitsChunk } from '../mp4/unit-rows.ts';
import { nalRules } from '../rtsp/nal-types.ts';

const SEGMENT_US = 60_000_000;
/**
 * So long a clean beginning is waited for: pictures behind an open group, or a refresh bit by bit, refer to
 * what lies in the segment before, and a player that opens theirs alone lacks them.
 */
const LONGEST_SEGMENT_US = 2 * SEGMENT_US;

interface OpenSegment {
  readonly startUs: number;
  readonly epoch: number;
  readonly config: StreamConfig;
}

/** `first`: the first unit of what is to be written next; it lies in `memory`. */
export function needsNewSegment(open: OpenSegment, config: StreamConfig, first: RingUnit, memory: Uint8Array): boolean {
  if (config.version !== open.config.version) return true;
  if (first.track !== 'video' || !first.key) return false;
  const ageUs = first.timeUs - open.startUs;
  return first.epoch !== open.epoch || ageUs >= LONGEST_SEGMENT_US || (ageUs >= SEGMENT_US && isClean(config, first, memory));
}

function isClean({ video }: StreamConfig, { start, length }: RingUnit, memory: Uint8Array): boolean {
  const rules = nalRules[video.codec];
  for (const nal of nalUnits(memory.subarray(start, start + length))) {
    const type = rules.type(nal[0] ?? 0);
    if (rules.isVcl(type)) return rules.isClean(type);
  }
  return false;
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
