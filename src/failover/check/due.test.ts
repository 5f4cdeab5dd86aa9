import { expect, test } from 'vitest';
import { checkDue, nextCheckMs } from './due.ts';
import type { CheckResult } from './results.ts';

const now = 1_800_000_000_000;
const minute = 60_000;
const result = (ageMs: number, code: string | null = null): CheckResult => ({
  atMs: now - ageMs, backupVersion: 3, backupAtMs: null,
  cameras: [{ cameraId: 'a', name: 'A', address: '', ok: code === null, reason: code === null ? null : { code, text: '' }, codec: null, width: null, height: null, peakBitsPerSecond: null, rate: 'assumed', answeredAfterMs: null }],
});

test('a new server is checked as soon as it has a backup, and again when its settings changed', () => {
  expect(checkDue(null, null, now)).toBe(false);
  expect(checkDue(null, 3, now)).toBe(true);
  expect(checkDue(result(minute), 3, now)).toBe(false);
  expect(checkDue(result(minute), 4, now)).toBe(true);
});

test('what works is left in peace for a day; what failed is asked again after a quarter of an hour', () => {
  expect(checkDue(result(23 * 60 * minute), 3, now)).toBe(false);
  expect(checkDue(result(25 * 60 * minute), 3, now)).toBe(true);
  expect(checkDue(result(14 * minute, 'camera.unreachable'), 3, now)).toBe(false);
  expect(checkDue(result(16 * minute, 'camera.unreachable'), 3, now)).toBe(true);
  expect(checkDue(result(-minute), 3, now)).toBe(true);
});

test('the next check is told as it will come: by the last one, not by the time of the daily backup', () => {
  expect(nextCheckMs(null, null, now)).toBe(null);
  expect(nextCheckMs(null, 3, now)).toBe(now);
  expect(nextCheckMs(result(minute), 3, now)).toBe(now - minute + 24 * 60 * minute);
  expect(nextCheckMs(result(minute, 'camera.unreachable'), 3, now)).toBe(now + 14 * minute);
  expect(nextCheckMs(result(minute, 'camera.unauthorized'), 3, now)).toBe(now - minute + 24 * 60 * minute);
  expect(nextCheckMs(result(25 * 60 * minute), 3, now)).toBe(now);
});

test('a wrong password is tried once a day only: cameras lock accounts', () => {
  expect(checkDue(result(16 * minute, 'camera.unauthorized'), 3, now)).toBe(false);
  expect(checkDue(result(25 * 60 * minute, 'camera.unauthorized'), 3, now)).toBe(true);
});
