import { expect, it } from 'vitest';
import type { Clock } from '../../platform/clock.ts';
import { HostClock } from './host-clock.ts';
import { StreamTime } from './stream-time.ts';

const WALL_MS = 1_700_000_000_000;

function world(): { clock: { monotonic: number; step: number }; host: HostClock; time: StreamTime; frame: (key: boolean, rtp?: number) => { timeUs: number; epoch: number; rtpTime: number } } {
  const clock = { monotonic: 1000, step: 0 };
  const port: Clock = { monotonicMs: () => clock.monotonic, wallMs: () => WALL_MS + clock.monotonic + clock.step, uptimeMs: () => clock.monotonic };
  const host = new HostClock(port);
  const time = new StreamTime(host);
  time.session(90_000, null);
  let rtp = 0;
  return {
    clock, host, time,
    frame(key, jump = 0) {
      clock.monotonic += 40;
      rtp += 3600 + jump;
      host.check();
      return time.video(rtp, host.monotonicUs(), key);
    },
  };
}

it('lies on the wall clock', () => {
  const { frame } = world();
  expect(frame(true)).toMatchObject({ timeUs: (WALL_MS + 1040) * 1000, epoch: 1 });
});

it('begins a new epoch with the first key frame after a step of the wall clock, and goes on evenly before it', () => {
  const { frame, clock } = world();
  const before = [frame(true), frame(false)];
  clock.step = -3_600_000;
  const between = frame(false);
  const after = frame(true);
  expect(between.timeUs - (before[1]?.timeUs ?? 0)).toBe(40_000);
  expect([between.epoch, after.epoch]).toEqual([1, 2]);
  expect(after.timeUs - between.timeUs).toBe(40_000 - 3_600_000_000);
});

it('follows a slew without a new epoch', () => {
  const { frame, clock } = world();
  const first = frame(true);
  clock.step = -100;
  let before = first;
  for (let i = 0; i < 60; i += 1) {
    const next = frame(true);
    expect(next.timeUs).toBeGreaterThan(before.timeUs);
    expect(next.epoch).toBe(1);
    before = next;
  }
  expect(before.timeUs - first.timeUs).toBe(60 * 40_000 - 100_000);
});

it('bridges a jump of the RTP clock up to the next key frame', () => {
  const { frame } = world();
  const a = frame(true);
  const b = frame(false, 90_000 * 3600);
  const c = frame(true);
  expect(b.rtpTime - a.rtpTime).toBe(3600);
  expect([b.epoch, c.epoch]).toEqual([1, 2]);
  expect(b.timeUs - a.timeUs).toBe(40_000);
});

it('begins a new epoch with a new session', () => {
  const { frame, time } = world();
  frame(true);
  time.session(90_000, null);
  expect(frame(true).epoch).toBe(2);
});
