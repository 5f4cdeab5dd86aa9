import { describe, expect, test } from 'vitest';
import { suspensionOf } from './suspension.ts';

function machine() {
  const now = { monotonic: 5000, wall: 1_000_000, uptime: 5000, reads: 0 };
  const clock = { monotonicMs: () => now.monotonic, wallMs: () => now.wall, uptimeMs: () => (now.reads++, now.uptime) };
  const pass = (ms: number): void => void ((now.monotonic += ms), (now.wall += ms), (now.uptime += ms));
  return { now, pass, suspended: suspensionOf(clock) };
}

describe('how long the machine was suspended', () => {
  test('the kernel is asked once a second, however many servers want to know', () => {
    const { now, pass, suspended } = machine();
    for (let at = 0; at < 10_000; at++) {
      expect(suspended()).toBe(0);
      pass(1);
    }
    expect(now.reads).toBe(10);
  });

  test('a suspend shows at the first question after it, although the monotonic clock did not move', () => {
    const { now, suspended } = machine();
    expect(suspended()).toBe(0);
    now.wall += 600;
    now.uptime += 600;
    expect(suspended()).toBe(600);
    now.wall += 3_600_000;
    now.uptime += 3_600_000;
    expect(suspended()).toBe(3_600_600);
  });

  test('a step of the wall clock is none', () => {
    const { now, suspended } = machine();
    expect(suspended()).toBe(0);
    now.wall -= 3_600_000;
    expect(suspended()).toBe(0);
  });

  test('where the wall clock stood still too, it shows after a second', () => {
    const { now, pass, suspended } = machine();
    expect(suspended()).toBe(0);
    now.uptime += 60_000;
    pass(1000);
    expect(suspended()).toBe(60_000);
  });
});
