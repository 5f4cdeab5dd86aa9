/**
 * Per camera, when its newest frame last moved. In columns, not as one object per camera: of ten
 * thousand servers with 16 cameras each 160,000 of them would be made and thrown away every second.
 */
import type { Millis, TimeUs } from '../units.ts';

export interface Advances {
  readonly ids: readonly string[];
  /** As last told; of the same length and order as `ids`. */
  readonly newestUs: readonly (TimeUs | null)[];
  /** By our own monotonic clock: hosts' clocks may step or lie. */
  readonly advancedMs: readonly Millis[];
}

export const noAdvances: Advances = { ids: [], newestUs: [], advancedMs: [] };

/** When the newest frame of this camera last moved; null: nothing was ever told of it. */
export function advancedMsOf(advances: Advances, cameraId: string): Millis | null {
  return advances.advancedMs[advances.ids.indexOf(cameraId)] ?? null;
}

/** What is known after `newestUs` was told of the cameras `ids`. */
export function advance(before: Advances, ids: readonly string[], newestUs: Advances['newestUs'], atMs: Millis): Advances {
  const sameOrder = before.ids === ids;
  const advancedMs: Millis[] = [];
  for (let index = 0; index < ids.length; index++) {
    const at = sameOrder || before.ids[index] === ids[index] ? index : before.ids.indexOf(ids[index] as string);
    const stands = at >= 0 && before.newestUs[at] === newestUs[index];
    advancedMs.push(stands ? (before.advancedMs[at] as Millis) : atMs);
  }
  return { ids, newestUs, advancedMs };
}

/** The observer lost time: it counts for no camera. */
export function shift(advances: Advances, atMs: Millis, lostMs: Millis): Advances {
  return { ...advances, advancedMs: advances.advancedMs.map((ms) => Math.min(atMs, ms + lostMs)) };
}
