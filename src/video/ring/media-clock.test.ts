import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaClock } from './media-clock.ts';

const FRAME_US = 40_000;
const FRAME_TICKS = 3600;
const START_US = 5_000_000;

/** Times given to frames 0…, whose arrivals are `delay(i)` late. */
function run(count: number, delay: (i: number) => number, drift = 1): number[] {
  const clock = new MediaClock(90_000);
  let last = 0;
  return Array.from({ length: count }, (_, i) => {
    last = Math.max(last, START_US + i * FRAME_US * drift + delay(i));
    return clock.time(i * FRAME_TICKS, last);
  });
}

const steps = (times: readonly number[]): number[] => times.slice(1).map((t, i) => t - (times[i] as number));

describe('MediaClock', () => {
  it('rises with every frame, whatever the delays', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000_000 }), { minLength: 2, maxLength: 200 }), (delays) => {
        for (const step of steps(run(delays.length, (i) => delays[i] as number))) expect(step).toBeGreaterThan(0);
      }),
    );
  });

  it('gives a burst behind a stall the times at which its frames were made', () => {
    // Frames 100 to 149 come all at once, two seconds late.
    const times = run(300, (i) => (i >= 100 && i < 150 ? (150 - i) * FRAME_US : 1000 * (i % 5)));
    for (const step of steps(times.slice(50))) expect(Math.abs(step - FRAME_US)).toBeLessThan(200);
  });

  it('goes by arrival where timestamps stand still', () => {
    const clock = new MediaClock(90_000);
    const times = Array.from({ length: 200 }, (_, i) => clock.time(4711, START_US + i * FRAME_US));
    for (const step of steps(times)) expect(step).toBe(FRAME_US);
  });

  it('spreads a burst at the beginning, and is true again soon', () => {
    // The last second came at once.
    const times = run(200, (i) => (i < 25 ? (25 - i) * FRAME_US : 0));
    for (const step of steps(times)) expect(step).toBeGreaterThanOrEqual(FRAME_US / 2 - 1);
    expect(times[100]).toBe(START_US + 100 * FRAME_US);
  });

  it('takes out jitter', () => {
    const times = run(500, (i) => (i * 7919) % 15_000);
    for (const step of steps(times.slice(100))) expect(Math.abs(step - FRAME_US)).toBeLessThan(1000);
  });

  it('follows a camera clock that drifts by 200 ppm, within a few frames over an hour', () => {
    for (const drift of [1.0002, 0.9998]) {
      const count = 90_000;
      const times = run(count, (i) => (i * 7919) % 10_000, drift);
      const real = START_US + (count - 1) * FRAME_US * drift;
      expect(Math.abs((times.at(-1) as number) - real)).toBeLessThan(50_000);
    }
  });

  it('believes arrival again when the camera paused its clock', () => {
    const times = run(2000, (i) => (i < 500 ? 0 : 4_000_000));
    expect(Math.abs((times.at(-1) as number) - (START_US + 1999 * FRAME_US + 4_000_000))).toBeLessThan(10_000);
  });

  it('gives B-frames the times at which they are shown', () => {
    const clock = new MediaClock(90_000);
    // Decoding order I P B B P B B …
    const order = Array.from({ length: 60 }, (_, g) => [3 * g + 3, 3 * g + 1, 3 * g + 2]).flat();
    const times = new Map([0, ...order].map((frame, i) => [frame, clock.time(frame * FRAME_TICKS, START_US + i * FRAME_US)]));
    const shown = Array.from(times.keys()).toSorted((a, b) => a - b).map((frame) => times.get(frame) as number);
    for (const step of steps(shown)) expect(step).toBeGreaterThan(0);
    for (const step of steps(shown.slice(20))) expect(Math.abs(step - FRAME_US)).toBeLessThan(1000);
  });

  it('tells a jump of the RTP clock from a stall', () => {
    const clock = new MediaClock(90_000);
    clock.time(0, START_US);
    expect(clock.jumped(FRAME_TICKS, START_US + 60_000_000)).toBe(false);
    expect(clock.jumped(90_000 * 60, START_US + FRAME_US)).toBe(true);
    expect(clock.jumped(-90_000 * 60, START_US + FRAME_US)).toBe(true);
  });
});
