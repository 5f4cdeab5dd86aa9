import { describe, expect, it } from 'vitest';
import type { UnitRow } from '../../core/units.ts';
import { coverOf, joinCovers, packCover, unpackCover } from './runs.ts';

const row = (timeMs: number, more: Partial<UnitRow> = {}): UnitRow => ({
  track: 'video', rtpTime: 0, timeUs: timeMs * 1000, key: false, vclBytes: 1, vclCrc: 1, gapBefore: false, ...more,
});
const frames = (fromMs: number, count: number, stepMs = 40) => Array.from({ length: count }, (_, at) => row(fromMs + at * stepMs));
const spansMs = (rows: readonly UnitRow[]) => coverOf(rows)?.runs.map(({ fromUs, toUs }) => [fromUs / 1000, toUs / 1000]);

describe('what a segment covers', () => {
  it('runs from the first picture to the end of the last', () => {
    expect(spansMs(frames(0, 50))).toEqual([[0, 2000]]);
  });

  it('breaks where pictures were lost, to the millisecond', () => {
    expect(spansMs([...frames(0, 10), row(480, { gapBefore: true }), ...frames(520, 5)])).toEqual([[0, 400], [480, 720]]);
  });

  it('does not break where a new epoch begins without a missing picture', () => {
    expect(spansMs([...frames(0, 10), row(400, { gapBefore: true }), ...frames(440, 5)])).toEqual([[0, 640]]);
  });

  it('breaks at a silence of more than two seconds, not at a slow frame rate', () => {
    expect(spansMs([...frames(0, 10), ...frames(3000, 10)])).toEqual([[0, 400], [3000, 3400]]);
    expect(spansMs(frames(0, 5, 3000))).toEqual([[0, 15_000]]);
  });

  it('takes pictures in the order of showing', () => {
    expect(spansMs([0, 120, 40, 80, 240, 160, 200].map((at) => row(at)))).toEqual([[0, 280]]);
  });

  it('ignores audio and is null without video', () => {
    expect(coverOf([row(0, { track: 'audio' })])).toBeNull();
  });
});

describe('segments in a row', () => {
  it('join when nothing is missing between them', () => {
    const covers = [coverOf(frames(0, 25)), coverOf(frames(1000, 25)), coverOf([row(2400, { gapBefore: true }), ...frames(2440, 5)])];
    const joined = joinCovers(covers.flatMap((cover) => (cover === null ? [] : [unpackCover(packCover(cover))])));
    expect(joined.map(({ fromUs, toUs }) => [fromUs / 1000, toUs / 1000])).toEqual([[0, 2000], [2400, 2640]]);
  });
});
