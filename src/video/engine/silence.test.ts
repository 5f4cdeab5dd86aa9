import { describe, expect, it } from 'vitest';
import { FramePace } from './silence.ts';

const usual = { stalledMs: 5000, silentMs: 10_000, noPictureMs: 60_000 };

/** Pictures at these times, in one session. */
function paced(...times: readonly number[]): FramePace {
  const pace = new FramePace();
  pace.session();
  for (const time of times) pace.frame(time * 1000);
  return pace;
}
const every = (seconds: number, count: number): number[] => Array.from({ length: count }, (_, i) => i * seconds);

describe('a camera', () => {
  it('of usual pace is noticed as ever, sender reports or not', () => {
    for (const seconds of [0.02, 0.04, 0.2, 1, 4]) for (const report of [null, 1000]) expect(paced(...every(seconds, 10)).limits(report)).toEqual(usual);
  });

  it('of usual pace that paused for once is not borne any longer', () => {
    expect(paced(...every(0.04, 10), 9).limits(null)).toEqual(usual);
    expect(paced(0, 60, ...every(0.04, 10).map((time) => 61 + time)).limits(null)).toEqual(usual);
  });

  it('that sends a picture now and then may take two and a half times as long', () => {
    expect(paced(...every(12, 2)).limits(null)).toEqual({ stalledMs: 15_000, silentMs: 30_000, noPictureMs: 60_000 });
    expect(paced(...every(60, 5)).limits(null)).toEqual({ stalledMs: 75_000, silentMs: 150_000, noPictureMs: 150_000 });
    expect(paced(...every(3600, 3)).limits(null).silentMs).toBe(600_000);
  });

  it('that said goodbye is dialled anew soon, but for one that is slow, or whose pace is not known', () => {
    expect(paced(...every(0.04, 10)).limits(null, true)).toEqual({ stalledMs: 1000, silentMs: 2000, noPictureMs: 60_000 });
    expect(paced(...every(12, 3)).limits(null, true).silentMs).toBe(30_000);
    expect(paced(0).limits(null, true)).toEqual(usual);
  });

  it('keeps its pace over sessions, and the time between them is none', () => {
    const pace = paced(...every(0.04, 10));
    pace.session();
    pace.frame(90_000_000);
    expect(pace.limits(null)).toEqual(usual);
  });
});

it('a camera that was set to another pace is known anew after two sessions with one picture each', () => {
  const pace = paced(...every(0.04, 10));
  const limits: number[] = [];
  for (let i = 0; i < 4; i++) {
    pace.session();
    pace.frame(i * 100_000);
    limits.push(pace.limits(null).silentMs / 1000);
    pace.gaveUp();
  }
  expect(limits).toEqual([10, 10, 40, 80]);
});

describe('a camera of unknown pace', () => {
  it('is dialled anew as ever, but for one that still sends its reports', () => {
    expect(new FramePace().limits(null)).toEqual(usual);
    expect(new FramePace().limits(20_000)).toEqual(usual);
    expect(new FramePace().limits(3000)).toEqual({ stalledMs: 5000, silentMs: 60_000, noPictureMs: 60_000 });
  });

  it('is given more time with each session that gave one picture, until two came', () => {
    const pace = new FramePace();
    const limits: number[] = [];
    for (let i = 0; i < 5; i++) {
      pace.session();
      pace.frame(i * 100_000);
      limits.push(pace.limits(null).silentMs / 1000);
      pace.gaveUp();
    }
    expect(limits).toEqual([10, 20, 40, 80, 160]);
    pace.session();
    for (const time of every(0.04, 3)) pace.frame(time * 1000);
    expect(pace.limits(null)).toEqual(usual);
  });

  it('that gives nothing at all is not given more time', () => {
    const pace = new FramePace();
    for (let i = 0; i < 5; i++) {
      pace.session();
      pace.gaveUp();
    }
    expect(pace.limits(null)).toEqual(usual);
  });
});
