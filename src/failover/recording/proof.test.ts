import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Span } from '../../core/units.ts';
import { coversAll, provenDouble, recorderWritesAgain, shifted } from './proof.ts';

const s = 1_000_000;
const run: Span = { fromUs: 100 * s, toUs: 200 * s };

test('the recorder writes again only after a whole group of pictures without a break', () => {
  const report = (sinceUs: number | null, newestUs: number | null) => ({ id: 'a', sinceUs, newestUs });
  expect(recorderWritesAgain(report(null, 10 * s), 2000)).toBe(false);
  expect(recorderWritesAgain(report(10 * s, 11 * s), 2000)).toBe(false);
  expect(recorderWritesAgain(report(10 * s, 12 * s), 2000)).toBe(true);
  expect(recorderWritesAgain(report(10 * s, 10.5 * s), 100)).toBe(false);
});

test('only durable footage is proven, on our clock, shorter by the margin at its seams', () => {
  expect(provenDouble(run, [{ fromUs: 0, toUs: 300 * s }], 0, null, s)).toEqual([]);
  expect(provenDouble(run, [{ fromUs: 0, toUs: 300 * s }], 0, 300 * s, s)).toEqual([run]);
  expect(provenDouble(run, [{ fromUs: 0, toUs: 300 * s }], 0, 150 * s, s)).toEqual([{ fromUs: 100 * s, toUs: 149 * s }]);
  // Their clock runs 5 s ahead.
  expect(provenDouble(run, [{ fromUs: 0, toUs: 155 * s }], 5000, 999 * s, s)).toEqual([{ fromUs: 100 * s, toUs: 149 * s }]);
  expect(provenDouble(run, [{ fromUs: 120 * s, toUs: 121 * s }], 0, 999 * s, s)).toEqual([]);
});

test('a gap of the recorder is never proven double', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 199 }), fc.integer({ min: 0, max: 20 }), fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 0, max: 3 }), (at, long, offsetMs, margin) => {
      const gap = { fromUs: at * s, toUs: Math.min(200, at + long) * s };
      const theirs = [{ fromUs: 0, toUs: gap.fromUs }, { fromUs: gap.toUs, toUs: 400 * s }].map((span) => shifted(span, offsetMs));
      const proven = provenDouble(run, theirs, offsetMs, 1e12, margin * s);
      for (const span of proven) expect(span.toUs <= gap.fromUs || span.fromUs >= gap.toUs).toBe(true);
      expect(coversAll(run, proven)).toBe(gap.toUs <= gap.fromUs && margin === 0);
    }),
  );
});
