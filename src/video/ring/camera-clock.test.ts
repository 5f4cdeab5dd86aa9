import { expect, it } from 'vitest';
import { CameraClock } from './camera-clock.ts';

/** Offsets in milliseconds, one report every 5 s; answers where an epoch began. */
const reports = (clock: CameraClock, offsets: readonly number[], steps: (at: number) => number = () => 0): number[] =>
  offsets.flatMap((offset, at) => (clock.report(offset, at * 5000, steps(at)) ? [at] : []));

it('knows nothing without reports', () => {
  expect(new CameraClock()).toMatchObject({ trust: 'untold', offsetMs: null });
});

it('believes a clock within 5 s of ours, and follows its drift without an epoch', () => {
  const clock = new CameraClock();
  expect(reports(clock, [100, 400, 800, 1200, 1900, 2500, 3300, 4200, 4900])).toEqual([]);
  expect(clock).toMatchObject({ trust: 'believed', offsetMs: 4900, jumps: 0 });
  expect(clock.astray).toBe(true);
  expect(reports(clock, [5300])).toEqual([]);
  expect(clock.trust).toBe('ignored');
});

it('ignores a clock that was never set', () => {
  const clock = new CameraClock();
  expect(reports(clock, [-1.7e12, -1.7e12 + 5, -1.7e12 + 9000])).toEqual([]);
  expect(clock).toMatchObject({ trust: 'ignored', jumps: 1 });
});

it('begins an epoch at a jump into, within and out of belief', () => {
  expect(reports(new CameraClock(), [-1.7e12, -1.7e12, 20])).toEqual([2]);
  expect(reports(new CameraClock(), [0, 0, 2000])).toEqual([2]);
  expect(reports(new CameraClock(), [0, 0, 3_600_000])).toEqual([2]);
});

it('does not begin epochs for ever with a clock that jumps all the time', () => {
  const clock = new CameraClock();
  expect(reports(clock, [-4000, -2500, -1000, 500, 2000, 3500, 5000])).toEqual([1, 3, 5]);
  expect(clock.jumps).toBe(6);
  // To and fro: back is told by the report after next only.
  expect(reports(new CameraClock(), [0, 3000, 0, 3000, 0, 3000, 0])).toEqual([1]);
});

it('does not blame the clock for reports that a stall held back', () => {
  const clock = new CameraClock();
  for (const [offset, at] of [[0, 0], [0, 5000], [-9000, 19_000], [-4000, 19_001], [0, 20_000], [0, 25_000]] as const) expect(clock.report(offset, at, 0)).toBe(false);
  expect(clock).toMatchObject({ trust: 'believed', offsetMs: 0, jumps: 0, astray: false });
  // Set back for good.
  expect(reports(clock, [-3000, -3000])).toEqual([1]);
  expect(clock).toMatchObject({ offsetMs: -3000, jumps: 1, astray: true });
});

it('does not blame the camera for a step of our own clock', () => {
  const clock = new CameraClock();
  expect(reports(clock, [0, 0, -3_600_000, -3_600_000], (at) => (at >= 2 ? 1 : 0))).toEqual([]);
  expect(clock).toMatchObject({ trust: 'ignored', jumps: 0 });
});
