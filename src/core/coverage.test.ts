import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip, hasEdge, layers, lengthOf, overlaps, uncovered, union } from './coverage.ts';

const span = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 60 })).map(([fromUs, length]) => ({ fromUs, toUs: fromUs + length }));
const within = { fromUs: 20, toUs: 180 };
const has = (spans: readonly { fromUs: number; toUs: number }[], at: number): boolean => spans.some(({ fromUs, toUs }) => at >= fromUs && at < toUs);

describe('coverage', () => {
  test('every moment is either covered or uncovered', () => {
    fc.assert(
      fc.property(fc.array(span), (spans) => {
        const holes = uncovered(spans, within);
        for (let at = within.fromUs; at < within.toUs; at++) expect(has(holes, at)).toBe(!has(spans, at));
        expect(lengthOf(holes) + lengthOf(union(clip(spans, within)))).toBe(within.toUs - within.fromUs);
      }),
    );
  });

  test('what overlaps, and whose edge is near, is found as by looking at each', () => {
    fc.assert(
      fc.property(fc.array(span), span, fc.integer({ min: 0, max: 260 }), fc.integer({ min: 0, max: 9 }), (spans, other, us, nearUs) => {
        const sorted = union(spans);
        expect(overlaps(sorted, other)).toBe(sorted.some(({ fromUs, toUs }) => fromUs < other.toUs && toUs > other.fromUs));
        for (const edge of ['fromUs', 'toUs'] as const) expect(hasEdge(sorted, edge, us, nearUs)).toBe(sorted.some((each) => Math.abs(each[edge] - us) <= nearUs));
      }),
    );
  });

  test('layers name exactly those who have a moment', () => {
    fc.assert(
      fc.property(fc.array(span), fc.array(span), (a, b) => {
        const found = layers({ a, b });
        for (let at = 0; at < 260; at++) {
          const names = found.filter((layer) => has([layer], at)).flatMap((layer) => layer.names);
          expect(names).toEqual([...(has(a, at) ? ['a'] : []), ...(has(b, at) ? ['b'] : [])]);
        }
      }),
    );
  });
});
