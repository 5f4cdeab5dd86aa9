import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RetryClass } from '../rtsp/failure.ts';
import { freshRetry, planRetry, type RetryState } from './retry.ts';
import { spread } from './spread.ts';
import { StreamMeter } from './meter.ts';

/** Waits of one failure after the other, of the given class. */
function waits(retry: RetryClass, count: number, unit = 0.5): number[] {
  let state: RetryState = freshRetry;
  let now = 0;
  return Array.from({ length: count }, () => {
    const plan = planRetry(state, retry, now, unit);
    state = plan.state;
    now += plan.waitMs;
    return plan.waitMs;
  });
}

describe('planRetry', () => {
  it('tries a busy camera each second for 90 s, then with back-off up to 60 s', () => {
    const all = waits('busy', 110);
    expect(all.slice(0, 90).every((ms) => ms === 1000)).toBe(true);
    expect(all.slice(90, 93)).toEqual([250, 1000, 2000]);
    expect(all.at(-1)).toBe(60_000);
  });

  it('tries anything else at once, then with back-off', () => {
    expect(waits('other', 9)).toEqual([250, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('pauses for half an hour after refused credentials', () => {
    expect(planRetry(freshRetry, 'unauthorized', 0, 0.5)).toMatchObject({ paused: true, waitMs: 1_800_000 });
  });

  it('never waits longer than a minute otherwise, and never hammers', () => {
    const classes = fc.constantFrom<RetryClass>('busy', 'other');
    fc.assert(
      fc.property(fc.array(fc.tuple(classes, fc.double({ min: 0, max: 0.999, noNaN: true })), { minLength: 2 }), (failures) => {
        let state: RetryState = freshRetry;
        let now = 0;
        failures.forEach(([retry, unit], i) => {
          const plan = planRetry(state, retry, now, unit);
          state = plan.state;
          now += plan.waitMs;
          expect(plan.waitMs).toBeLessThanOrEqual(60_000);
          expect(plan.waitMs).toBeGreaterThanOrEqual(i === 0 ? 180 : 180);
        });
      }),
    );
  });
});

describe('spread', () => {
  it('fills evenly and leaves running cameras where they are', () => {
    const keys = Array.from({ length: 10 }, (_, i) => `c${i}`);
    const first = spread(keys, new Map(), 3);
    expect([...first.values()].toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 1, 1, 1, 2, 2, 2]);
    const second = spread([...keys.slice(2), 'new'], first, 4);
    for (const key of keys.slice(2)) expect(second.get(key)).toBe(first.get(key));
    expect(second.get('new')).toBe(3);
    expect([...second.keys()]).toEqual([...keys.slice(2), 'new']);
  });
});

it('measures rates over whole seconds, the peak, and the longest group of pictures', () => {
  const meter = new StreamMeter();
  meter.tick(1000);
  for (let i = 0; i < 50; i += 1) {
    meter.frame(i % 20 === 0, i * 40_000, i < 25 ? 5000 : 1000);
    meter.tick(1000 + (i + 1) * 40);
  }
  expect(meter).toMatchObject({ framesPerSecond: 25, bitsPerSecond: 200_000, peakBitsPerSecond: 1_000_000, gopMs: 800, frames: 50 });
});
