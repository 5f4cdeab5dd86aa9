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

it('tells timestamps that count milliseconds as what was announced, before the fourth part of a second is over', () => {
  const { clock, host, time } = world();
  const told = Array.from({ length: 200 }, (_, i) => {
    clock.monotonic += 40;
    return { ...time.video(5000 + i * 40, host.monotonicUs(), i % 25 === 0), due: (WALL_MS + clock.monotonic) * 1000 };
  });
  for (const [i, { rtpTime, timeUs, epoch, due }] of told.entries()) {
    expect([epoch, rtpTime - (told[i - 1]?.rtpTime ?? 0) > 0, timeUs > (told[i - 1]?.timeUs ?? 0)]).toEqual([1, true, true]);
    if (i > 8) expect([rtpTime - (told[i - 1]?.rtpTime ?? 0), timeUs - due]).toEqual([3600, 0]);
    else expect(Math.abs(timeUs - due)).toBeLessThan(280_000);
  }
});

it('knows milliseconds at once when the sender begins anew', () => {
  const { clock, host, time } = world();
  const frame = (rtp: number, key: boolean): number => {
    clock.monotonic += 40;
    return time.video(rtp, host.monotonicUs(), key).timeUs - (WALL_MS + clock.monotonic) * 1000;
  };
  for (let i = 0; i < 50; i += 1) frame(i * 40, i === 0);
  time.newEpoch();
  expect(Array.from({ length: 50 }, (_, i) => frame(7_000_000 + i * 40, i === 0))).toEqual(Array.from({ length: 50 }, () => 0));
});

it('believes the announced rate again where it turns out true', () => {
  const { clock, host, time } = world();
  let rtp = 0;
  const frame = (ticks: number): { rtpTime: number; lateUs: number } => {
    clock.monotonic += 40;
    const { rtpTime, timeUs } = time.video((rtp += ticks), host.monotonicUs(), rtp === ticks);
    return { rtpTime, lateUs: timeUs - (WALL_MS + clock.monotonic) * 1000 };
  };
  for (let i = 0; i < 50; i += 1) frame(40);
  const after = Array.from({ length: 150 }, () => frame(3600));
  const steps = after.map(({ rtpTime }, i) => rtpTime - (after[i - 1]?.rtpTime ?? 0)).slice(80);
  expect(new Set(steps)).toEqual(new Set([3600]));
  expect(after.at(-1)?.lateUs).toBe(0);
});

it('begins a new epoch with a key frame that is to be shown before pictures that came before it', () => {
  const { clock, host, time } = world();
  // Decoding order I P B B P B B …, and from the second group on the clock runs 0.9 s behind.
  const order = [0, ...Array.from({ length: 8 }, (_, g) => [3 * g + 3, 3 * g + 1, 3 * g + 2]).flat()];
  const told = [0, 1].flatMap((group) => order.map((frame) => {
    clock.monotonic += 40;
    return time.video((frame + 25 * group) * 3600 - group * 81_000, host.monotonicUs(), frame === 0, true);
  }));
  expect(told.map(({ epoch }) => epoch)).toEqual([...order.map(() => 1), ...order.map(() => 2)]);
  const [first, second] = [told.slice(0, 25), told.slice(25)].map((group) => group.map(({ timeUs }) => timeUs));
  expect(Math.min(...(second ?? []))).toBeGreaterThan(Math.max(...(first ?? [])));
});

it('begins no epoch with each group of pictures where key frames are always told too early', () => {
  const { clock, host, time } = world();
  const told = Array.from({ length: 2000 }, (_, i) => {
    clock.monotonic += 40;
    return { ...time.video(90_000 + i * 3600 - (i % 25 === 0 ? 13_500 : 0), host.monotonicUs(), i % 25 === 0, false), due: (WALL_MS + clock.monotonic) * 1000 };
  });
  // Each is a file of its own: one in a minute is enough.
  expect(told.at(-1)?.epoch).toBeLessThan(4);
  for (const [i, { rtpTime, timeUs, due }] of told.entries()) {
    expect([rtpTime > (told[i - 1]?.rtpTime ?? 0), timeUs > (told[i - 1]?.timeUs ?? 0)]).toEqual([true, true]);
    expect(Math.abs(timeUs - due)).toBeLessThan(100_000);
  }
});
