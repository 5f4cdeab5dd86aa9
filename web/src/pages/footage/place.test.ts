import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedFor, moved, pixelOfUs, ticks, usOfPixel, zoomed } from './place.ts';

const view = fc.tuple(fc.integer({ min: 1.6e15, max: 1.9e15 }), fc.integer({ min: 2e6, max: 2e12 })).map(([fromUs, length]) => ({ fromUs, toUs: fromUs + length }));

test('zooming keeps the time under the pointer where it is', () => {
  fc.assert(
    fc.property(view, fc.double({ min: 0.3, max: 3, noNaN: true }), fc.double({ min: 0, max: 1000, noNaN: true }), (before, factor, x) => {
      const aroundUs = usOfPixel(before, x, 1000);
      expect(pixelOfUs(zoomed(before, factor, aroundUs), aroundUs, 1000)).toBeCloseTo(x, 1);
    }),
  );
});

test('what is asked for holds the view, and stays the same while panning a little', () => {
  fc.assert(
    fc.property(view, (before) => {
      const asked = askedFor(before);
      expect(asked.fromUs).toBeLessThanOrEqual(before.fromUs);
      expect(asked.toUs).toBeGreaterThanOrEqual(before.toUs);
    }),
  );
  const start = { fromUs: 2 ** 50 + 1e6, toUs: 2 ** 50 + 11e6 };
  expect(askedFor(moved(start, 1000))).toEqual(askedFor(start));
});

test('ticks lie within the view and not too close together', () => {
  fc.assert(
    fc.property(view, (shown) => {
      const places = ticks(shown, 1000);
      expect(places.length).toBeLessThanOrEqual(11);
      for (const us of places) expect(us >= shown.fromUs && us <= shown.toUs).toBe(true);
    }),
  );
});
