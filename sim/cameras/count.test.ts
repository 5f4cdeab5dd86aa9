import { expect, test } from 'vitest';
import { checkContinuity, stampsOfAnnexB, stampsOfLengthPrefixed } from './count.ts';
import { stampNal, type Stamp } from './stamp.ts';

const stamp = (frame: number): Stamp => ({ camera: 7, frame, timeUs: frame * 40_000 });
const annexB = (...nals: readonly Uint8Array[]): Buffer => Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal]));

test.each(['h264', 'h265'] as const)('a %s stamp is read back from an Annex B stream', (kind) => {
  const written = { camera: 200, frame: 44_753_025_000, timeUs: 1_790_121_000_000_040 };
  const other = kind === 'h264' ? Buffer.from([0x41, 1, 2, 3]) : Buffer.from([2, 1, 2, 3]);
  expect(stampsOfAnnexB(annexB(stampNal(kind, written), other), kind)).toEqual([written]);
});

test('a stamp is found behind another SEI message of the same NAL unit', () => {
  const own = stampNal('h264', stamp(3));
  const both = Buffer.concat([Buffer.from([6, 1, 2, 0xaa, 0xbb]), own.subarray(1)]);
  expect(stampsOfAnnexB(annexB(both), 'h264')).toEqual([stamp(3)]);
});

test('stamps never need emulation prevention, so that every reader sees the same bytes', () => {
  for (const frame of [0, 1, 2 ** 32, 10 ** 13]) {
    const nal = stampNal('h264', { camera: 0, frame, timeUs: 0 });
    expect(nal.indexOf(Buffer.from([0, 0]))).toBe(-1);
  }
});

test('a length-prefixed sample with a NAL unit that does not fit is an error, not a missing frame', () => {
  const nal = stampNal('h265', stamp(1));
  const good = Buffer.concat([Buffer.from([0, 0, 0, nal.length]), nal]);
  expect(stampsOfLengthPrefixed(good, 'h265')).toEqual([stamp(1)]);
  expect(() => stampsOfLengthPrefixed(good.subarray(0, -1), 'h265')).toThrow(/does not fit/);
});

test('missing, doubled and late frames are told apart', () => {
  const result = checkContinuity([1, 2, 5, 4, 4, 9].map(stamp), { from: 0, to: 11 });
  expect(result).toEqual({
    from: 0, to: 11, found: 5, missing: 7,
    missingRanges: [[0, 0], [3, 3], [6, 8], [10, 11]],
    doubled: [4],
    late: [4, 4],
  });
});

test('an unbroken run has nothing to report', () => {
  expect(checkContinuity([4, 5, 6].map(stamp))).toEqual({ from: 4, to: 6, found: 3, missing: 0, missingRanges: [], doubled: [], late: [] });
});

test('nothing found between given bounds is everything missing', () => {
  expect(checkContinuity([], { from: 10, to: 19 }).missing).toBe(10);
});

test('frames of two cameras are refused', () => {
  expect(() => checkContinuity([stamp(1), { ...stamp(2), camera: 8 }])).toThrow(/mixed/);
});
