import { expect, test } from 'vitest';
import type { StoredRow } from '../mp4/unit-rows.ts';
import { WrittenTwice } from './written-twice.ts';

const row = (frame: number): StoredRow => ({
  track: 'video', rtpTime: frame * 3600, timeUs: 1_700_000_000_000_000 + frame * 40_000, key: frame % 10 === 0, vclBytes: 100, vclCrc: frame, gapBefore: false, fileOffset: frame * 100, length: 100,
});
const frames = (rows: readonly StoredRow[]): number[] => rows.map(({ vclCrc }) => vclCrc);

test('what the segment before has too is given once', () => {
  const twice = new WrittenTwice();
  expect(frames(twice.without([0, 1, 2, 3].map(row)))).toEqual([0, 1, 2, 3]);
  expect(frames(twice.without([0, 1, 2, 3, 4, 5].map(row)))).toEqual([4, 5]);
});

test('also of an open group, whose first pictures are shown before its key frame', () => {
  const twice = new WrittenTwice();
  twice.without([0, 3, 1, 2, 10, 8, 9, 13, 11, 12].map(row));
  expect(frames(twice.without([10, 8, 9, 13, 11, 12, 16, 14, 15].map(row)))).toEqual([16, 14, 15]);
});
