import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

const RATE = 90_000;
/** Places pictures `[frame of 40 ms by RTP, time in ms]`; answers milliseconds. */
const place = (pace: Pace, pictures: readonly (readonly [number, number])[], rtpBase = 1000): number[] =>
  pictures.map(([frame, ms]) => Math.round(pace.time(rtpBase + frame * 3600, ms * 1000) / 1000));

it('keeps the pace of the camera while a burst at the beginning squeezes the times', () => {
  expect(place(new Pace(RATE), [[0, 0], [1, 20], [2, 40], [3, 60], [4, 100], [5, 140]])).toEqual([0, 40, 80, 120, 160, 200]);
});

it('shows B-frames where they belong', () => {
  expect(place(new Pace(RATE), [[0, 0], [3, 120], [1, 40], [2, 80], [6, 240], [4, 160]])).toEqual([0, 120, 40, 80, 240, 160]);
});

it('goes on where timestamps step back while time does not', () => {
  expect(place(new Pace(RATE), [[0, 0], [1, 40], [2, 80], [0.5, 120], [4, 160]])).toEqual([0, 40, 80, 120, 160]);
});

it('goes on behind a first picture that is sent a second time when somebody plays', () => {
  const times: (readonly [number, number])[] = [[0, 0], [0, 185], ...Array.from({ length: 30 }, (_, i) => [i + 1, Math.max(205 + i * 20, 40 + i * 40)] as const)];
  const placed = place(new Pace(RATE), times);
  expect(placed.slice(0, 4)).toEqual([0, 185, 205, 225]);
  expect(placed.filter((ms, i) => i > 0 && ms <= (placed[i - 1] ?? 0))).toEqual([]);
  expect(placed.at(-1)).toBe(1200);
});

it('follows a pause, and never goes back at a new session whose clock is a little behind', () => {
  const pace = new Pace(RATE);
  expect(place(pace, [[0, 0], [1, 40], [2, 5000], [3, 5040]])).toEqual([0, 40, 5000, 5040]);
  expect(place(pace, [[0, 5070], [1, 5110]], 4e9)).toEqual([5080, 5120]);
});

it('believes times alone once the RTP clock runs at a rate of its own', () => {
  const pace = new Pace(RATE);
  // Timestamps of 25 pictures a second, 50 come.
  const placed = place(pace, Array.from({ length: 1000 }, (_, i) => [i, i * 20] as const));
  expect(placed.filter((ms, i) => i > 0 && ms <= (placed[i - 1] ?? 0))).toEqual([]);
  expect(placed.at(-1)).toBe(999 * 20);
  pace.restart();
  expect(place(pace, [[1000, 20_000], [1001, 20_020], [1002, 20_040]])).toEqual([20_000, 20_020, 20_040]);
});

it('notices a rate that is a little off when it has run for a while', () => {
  // Timestamps run 5 % fast.
  const placed = place(new Pace(RATE), Array.from({ length: 3000 }, (_, i) => [i, i * 38] as const));
  expect(placed.filter((ms, i) => i > 0 && ms <= (placed[i - 1] ?? 0))).toEqual([]);
  expect(placed.at(-1)).toBe(2999 * 38);
});

it.each([1, 3, 5])('keeps the pace of the camera through a burst of %d s at the beginning, and after it', (seconds) => {
  const frames = seconds * 25;
  // Half the pace until the times are true again, as the media clock lays them.
  const times = Array.from({ length: 1000 }, (_, i) => [i, Math.max(i * 20, (i - frames) * 40)] as const);
  for (const lean of [0, 0.001]) {
    const placed = place(new Pace(RATE, lean), times);
    const steps = placed.slice(1).map((ms, i) => ms - (placed[i] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(lean === 0 ? 40 : 39);
    if (seconds === 1) expect(placed.at(-1)).toBeGreaterThanOrEqual(999 * 40 - 500);
  }
});

it('leans towards the time in streams of hours', () => {
  const lean = place(new Pace(RATE, 0.001), Array.from({ length: 1000 }, (_, i) => [i, i * 40 + (i > 0 ? -520 : 0)] as const));
  expect(lean.at(-1)).toBe(999 * 40 - 20);
  expect(Math.min(...lean.slice(1).map((ms, i) => ms - (lean[i] ?? 0)))).toBeGreaterThanOrEqual(39);
  const behind = place(new Pace(RATE, 0.001), Array.from({ length: 1000 }, (_, i) => [i, i * 40 + (i > 0 ? 20 : 0)] as const));
  expect(behind.at(-1)).toBe(999 * 40 + 20);
});

it('does not put pictures closer together for a little', () => {
  const placed = place(new Pace(RATE, 0.001), Array.from({ length: 1000 }, (_, i) => [i, i * 40 + (i > 0 ? -400 : 0)] as const));
  expect(placed).toEqual(placed.map((_, i) => i * 40));
});
