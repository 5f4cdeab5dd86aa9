import { expect, test } from 'vitest';
import { hasCaughtUp, isFarBehind, RunWatch } from './run-watch.ts';

const at = (id: string, sinceUs: number | null) => ({ id, newestUs: 9_000_000, sinceUs, durableUs: 9_000_000 });

test('a run that ended since the keep-alive before is told once, however short the break was', () => {
  const watch = new RunWatch();
  expect(watch.broken('alpha', [at('cam-1', 1_000_000), at('cam-2', 1_000_000), at('cam-3', null)])).toEqual([]);
  // The session of the first is gone; the second was back before anybody said so; the third is being opened.
  expect(watch.broken('alpha', [at('cam-1', null), at('cam-2', 8_000_000), at('cam-3', 8_000_000)])).toEqual(['cam-1', 'cam-2']);
  expect(watch.broken('alpha', [at('cam-1', 9_000_000), at('cam-2', 8_000_000), at('cam-3', 8_000_000)])).toEqual([]);
});

test('a camera that is new in the settings, or another server, has lost nothing', () => {
  const watch = new RunWatch();
  watch.broken('alpha', [at('cam-1', 1_000_000)]);
  expect(watch.broken('alpha', [at('cam-1', 1_000_000), at('cam-2', null)])).toEqual([]);
  expect(watch.broken('beta', [at('cam-1', 5_000_000)])).toEqual([]);
});

test('packets that never came are told once, in a run that goes on; it is whole again when none was lost for long enough', () => {
  const watch = new RunWatch();
  const lost = (newestUs: number, packetsLost: number) => ({ ...at('cam-1', 1_000_000), newestUs, packetsLost });
  expect(watch.broken('alpha', [lost(10_000_000, 4)])).toEqual([]);
  expect(watch.isWhole('alpha', lost(10_000_000, 4), 2000)).toBe(true);
  expect(watch.broken('alpha', [lost(11_000_000, 5)])).toEqual(['cam-1']);
  expect(watch.broken('alpha', [lost(12_000_000, 5)])).toEqual([]);
  expect(watch.isWhole('alpha', lost(12_000_000, 5), 2000)).toBe(false);
  expect(watch.isWhole('alpha', lost(13_000_000, 5), 2000)).toBe(true);
  // A new start counts from zero: nothing was lost by that.
  expect(watch.broken('alpha', [lost(14_000_000, 0)])).toEqual([]);
});

test('an agent of before, which tells nothing of packets, has lost none', () => {
  const watch = new RunWatch();
  watch.broken('alpha', [at('cam-1', 1_000_000)]);
  expect(watch.broken('alpha', [at('cam-1', 1_000_000)])).toEqual([]);
  expect(watch.isWhole('alpha', at('cam-1', 1_000_000), 2000)).toBe(true);
  // Updated meanwhile: what it lost before is not known to be new.
  expect(watch.broken('alpha', [{ ...at('cam-1', 1_000_000), packetsLost: 7 }])).toEqual([]);
});

test('what a power-off of the recorder would take must stay within the pre-roll', () => {
  const behind = (ms: number) => ({ id: 'cam-1', newestUs: 100_000_000, sinceUs: 50_000_000, durableUs: 100_000_000 - ms * 1000 });
  expect(isFarBehind(behind(1000))).toBe(false);
  expect(isFarBehind(behind(7000))).toBe(true);
  expect(hasCaughtUp(behind(7000))).toBe(false);
  expect(hasCaughtUp(behind(2000))).toBe(true);
});

test('a run that was just begun, or a make that tells nothing of its disk, is not behind', () => {
  expect(isFarBehind({ id: 'cam-1', newestUs: 100_000_000, sinceUs: 99_500_000, durableUs: 0 })).toBe(false);
  expect(isFarBehind({ id: 'cam-1', newestUs: 100_000_000, sinceUs: 50_000_000, durableUs: null })).toBe(false);
  expect(isFarBehind({ id: 'cam-1', newestUs: null, sinceUs: null, durableUs: null })).toBe(false);
});
