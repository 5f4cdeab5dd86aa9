import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contains, covers, subtract } from './spans.ts';

const span = fc.tuple(fc.nat(60), fc.nat(20)).map(([fromUs, length]) => ({ fromUs, toUs: fromUs + length }));
const spans = fc.array(span, { maxLength: 8 });
const points = Array.from({ length: 90 }, (_, at) => at);

it('subtracted spans hold exactly the right moments, in order', () => {
  fc.assert(
    fc.property(spans, spans, (a, b) => {
      const less = subtract(a, b);
      for (const at of points) expect(contains(less, at)).toBe(contains(a, at) && !contains(b, at));
      for (const [at, one] of less.entries()) {
        expect(one.toUs).toBeGreaterThan(one.fromUs);
        if (at > 0) expect(one.fromUs).toBeGreaterThanOrEqual(less[at - 1]?.toUs ?? 0);
      }
    }),
  );
});

it('covers agrees with moments', () => {
  fc.assert(
    fc.property(spans, span, (list, within) => {
      const all = points.filter((at) => contains([within], at)).every((at) => contains(list, at));
      if (within.toUs > within.fromUs) expect(covers(list, within)).toBe(all);
    }),
  );
});
