import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip, layers, lengthOf, uncovered, union } from './coverage.ts';

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
