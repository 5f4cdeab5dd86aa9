import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToldRate } from './told-rate.ts';

/** After how many pictures timestamps of `rate` are taken for milliseconds; null: never. */
function found(rate: number, arrivalsMs: readonly number[], madeMs: (i: number) => number, announced = 90_000): number | null {
  const told = new ToldRate(announced);
  const at = arrivalsMs.findIndex((ms, i) => told.picture(Math.round((madeMs(i) * rate) / 1000), ms * 1000) !== null);
  expect(told.factor).toBe(at < 0 ? 1 : 90);
  return at < 0 ? null : at + 1;
}

const every = (ms: number) => (i: number): number => i * ms;
const even = (count: number, ms: number): number[] => Array.from({ length: count }, (_, i) => i * ms);

describe('ToldRate', () => {
  it.each([[25, 40, 8], [50, 20, 14], [5, 200, 8], [1, 1000, 8]])('finds milliseconds at %d pictures a second', (_fps, ms, pictures) => {
    expect(found(1000, even(100, ms), every(ms))).toBe(pictures);
  });

  it('finds them behind a burst of seconds at the beginning, and with jitter', () => {
    expect(found(1000, Array.from({ length: 200 }, (_, i) => Math.max(1000, i * 40)), every(40))).toBeLessThan(75);
    expect(found(1000, Array.from({ length: 200 }, (_, i) => i * 40 + ((i * 7919) % 60)), every(40))).toBeLessThan(32);
  });

  it('finds them where pictures are shown in another order', () => {
    const order = Array.from({ length: 30 }, (_, g) => [3 * g + 3, 3 * g + 1, 3 * g + 2]).flat();
    expect(found(1000, even(90, 40), (i) => (order[i] ?? 0) * 40)).toBeLessThan(32);
  });

  it('leaves announced clocks alone, whatever the delays: bursts, stalls, slow pictures', () => {
    const delays = fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(9000) }), { minLength: 5, maxLength: 200 });
    fc.assert(
      fc.property(delays, fc.constantFrom(10, 20, 40, 100, 1000), fc.nat(5000), (late, ms, burstMs) => {
        let last = 0;
        const arrivals = late.map((delay, i) => (last = Math.max(last, burstMs, i * ms + delay)));
        expect(found(90_000, arrivals, every(ms))).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves other announcements, timestamps that stand still and network a tenth as fast as the stream alone', () => {
    expect(found(1000, even(100, 40), every(40), 1000)).toBeNull();
    expect(found(90_000, even(100, 40), () => 0)).toBeNull();
    expect(found(90_000, even(100, 400), every(40))).toBeNull();
  });
});
