import { expect, test } from 'vitest';
import { FRAME_MS } from '../../sim/cameras/options.ts';
import { gapOfFailure, isReachable } from './judge.ts';

const at = (ms: number): number => Math.ceil(ms / FRAME_MS);
const missing = (fromMs?: number, toMs?: number) => ({
  from: 0, to: at(60_000), found: 1, missing: 0, doubled: [], late: [],
  missingRanges: fromMs === undefined || toMs === undefined ? [] : [[at(fromMs), at(toMs)] as const],
});
/** Taken over after 10 s, for `ms`. */
const story = (ms: number, hot = true) => ({ fromMs: 0, toMs: 10_000 + ms + 4_000, told: { failedMs: 10_000, decidedMs: 10_000, detectedAfterMs: 0 }, hot });

test('footage of before, during and after is asked for; a stretch shorter than a frame is none', () => {
  expect(isReachable(missing(), story(5_000))).toBe(true);
  expect(isReachable(missing(), story(3_020, false)), '20 ms of it cold').toBe(true);
  expect(isReachable(missing(1_000, 9_600), story(5_000)), 'nothing of before').toBe(false);
  expect(isReachable(missing(10_000, 15_100), story(5_000)), 'nothing of during').toBe(false);
  expect(isReachable(missing(16_000, 18_100), story(5_000)), 'nothing of after').toBe(false);
});

test('the gap of the failure is told from a longer one of the restore', () => {
  const lost = [at(9_800), at(10_600)] as const;
  const handedOver = [at(22_000), at(23_200)] as const;
  expect(gapOfFailure([lost, handedOver], 12_500)).toEqual(lost);
  expect(gapOfFailure([handedOver], 12_500)).toBeNull();
  expect(gapOfFailure([lost], null)).toBeNull();
});
