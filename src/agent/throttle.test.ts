import { expect, test } from 'vitest';
import { makeThrottle } from './throttle.ts';

test('each wrong secret doubles the wait of that host alone, up to a minute; a right one ends it', () => {
  const throttle = makeThrottle();
  const waits: number[] = [];
  for (let nowMs = 0, count = 0; count < 9; count++) {
    throttle.wrong('10.0.0.1', nowMs);
    waits.push(throttle.blockedMs('10.0.0.1', nowMs));
    nowMs += waits.at(-1) ?? 0;
    expect(throttle.blockedMs('10.0.0.1', nowMs)).toBe(0);
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(throttle.blockedMs('10.0.0.2', 0)).toBe(0);
  throttle.right('10.0.0.1');
  throttle.wrong('10.0.0.1', 0);
  expect(throttle.blockedMs('10.0.0.1', 0)).toBe(1000);
});

test('a crowd of strangers cannot fill the memory', () => {
  const throttle = makeThrottle();
  for (let index = 0; index < 5000; index++) throttle.wrong(`host-${index}`, 0);
  expect(throttle.blockedMs('host-0', 0)).toBe(0); // forgotten
  expect(throttle.blockedMs('host-4999', 0)).toBe(1000);
});
