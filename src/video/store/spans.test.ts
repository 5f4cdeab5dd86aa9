import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clip, contains, covers, subtract, unite } from './spans.ts';

const span = fc.tuple(fc.nat(60), fc.nat(20)).map(([fromUs, length]) => ({ fromUs, toUs: fromUs + length }));
const spans = fc.array(span, { maxLength: 8 });
const points = Array.from({ length: 90 }, (_, at) => at);

it('united and subtracted spans hold exactly the right moments', () => {
  fc.assert(
    fc.property(spans, spans, (a, b) => {
      const united = unite([...a, ...b]);
      const less = subtract(a, b);
      for (const at of points) {
        expect(contains(united, at)).toBe(contains(a, at) || contains(b, at));
        expect(contains(less, at)).toBe(contains(a, at) && !contains(b, at));
      }
      for (const list of [united, less])
        list.forEach((one, at) => {
          expect(one.toUs).toBeGreaterThan(one.fromUs);
          if (at > 0) expect(one.fromUs).toBeGreaterThanOrEqual(list[at - 1]?.toUs ?? 0);
        });
    }),
  );
});

it('clip and covers agree with moments', () => {
  fc.assert(
    fc.property(spans, span, (list, within) => {
      const clipped = clip(list, within);
      for (const at of points) expect(contains(clipped, at)).toBe(contains(list, at) && contains([within], at));
      const all = points.filter((at) => contains([within], at)).every((at) => contains(list, at));
      if (within.toUs > within.fromUs) expect(covers(list, within)).toBe(all);
    }),
  );
});
