import { expect, it } from 'vitest';
import { ClockWatch, type ClockStep, type KnownOffset } from './clock-watch.ts';

const nothing = { sureFromMs: new Map<string, number>(), offsets: new Map<string, KnownOffset>(), moved: () => undefined, keepOffset: () => undefined };

const at = (uptimeMs: number, offsetMs: number | null, own = 1e12): { uptimeMs: number; wallMs: number; offsetMs: number | null } => ({ uptimeMs, wallMs: own + uptimeMs, offsetMs });

it('believes clocks that run evenly, and drift that is small', () => {
  const watch = new ClockWatch();
  expect(watch.look('a', at(0, null)).proves).toBe(false);
  expect(watch.look('a', at(1000, 300)).proves).toBe(true);
  expect(watch.look('a', at(60_000, 400)).proves).toBe(true);
  expect(watch.ownIsUnsure(at(0, 0))).toBe(false);
  expect(watch.ownIsUnsure(at(60_000, 0))).toBe(false);
});

it('does not believe a recorder whose clock was set, and for as long as it lives through the same hours again', () => {
  const watch = new ClockWatch();
  watch.look('a', at(0, 54_000));
  expect(watch.look('a', at(5000, 0)).proves).toBe(false);
  expect(watch.look('a', at(50_000, 0)).proves).toBe(false);
  expect(watch.look('a', at(59_000, 0)).proves).toBe(true);
});

it('a clock that is set forward doubts only what waits at that moment', () => {
  const watch = new ClockWatch();
  watch.look('a', at(0, -1e12));
  expect(watch.look('a', at(5000, 0)).proves).toBe(false);
  expect(watch.look('a', at(10_000, 0)).proves).toBe(true);
});

it('our own step is none of the recorder’s', () => {
  const watch = new ClockWatch();
  watch.ownIsUnsure(at(0, 0));
  watch.look('a', at(0, 100));
  const stepped = at(5000, 100 - 3_600_000, 1e12 + 3_600_000);
  expect(watch.ownIsUnsure(stepped)).toBe(true);
  expect(watch.look('a', stepped).proves).toBe(true);
  expect(watch.ownIsUnsure(at(10_000, 0, 1e12 + 3_600_000))).toBe(false);
  // Set back: for an hour every span of ours names two pieces of footage.
  expect(watch.ownIsUnsure(at(15_000, 0))).toBe(true);
  expect(watch.ownIsUnsure(at(3_600_000, 0))).toBe(true);
  expect(watch.ownIsUnsure(at(3_616_000, 0))).toBe(false);
});

it('footage that begins before a step is doubted also when it is told of late', () => {
  const watch = new ClockWatch();
  watch.ownIsUnsure(at(0, 0));
  watch.look('a', at(0, 0));
  expect(watch.isBehindSteps('a', 1e12)).toBe(true);
  watch.look('a', at(5000, 3_600_000)); // the recorder's clock was set
  expect(watch.isBehindSteps('a', 1e12 + 4999)).toBe(false);
  expect(watch.isBehindSteps('a', 1e12 + 5000)).toBe(true);
  watch.ownIsUnsure(at(10_000, 0, 1e12 + 60_000)); // ours was
  expect(watch.isBehindSteps('a', 1e12 + 69_999)).toBe(false);
  expect(watch.isBehindSteps('a', 1e12 + 70_000)).toBe(true);
});

it('footage of the time that a clock lives through twice is doubted for ever, not only while it does', () => {
  const watch = new ClockWatch();
  watch.look('a', at(0, 0));
  watch.look('a', at(5000, 250_000)); // set forward: what it writes now bears times of four minutes later
  watch.look('a', at(13_000, 0)); // and right again
  expect(watch.look('a', at(400_000, 0)).proves).toBe(true);
  expect(watch.isBehindSteps('a', 1e12 + 255_000)).toBe(false);
  expect(watch.isBehindSteps('a', 1e12 + 263_000)).toBe(true);
});

it('what was seen of clocks is known to the next life of the process', () => {
  const told = new Map<string, number>();
  const before = new ClockWatch({ ...nothing, moved: ({ serverId, sureFromMs, afterMs, movedMs }) => {
    told.set(serverId, sureFromMs);
    // The stepped clock itself: 1 s later by ours, 5 s ahead of it no more.
    expect([afterMs, movedMs]).toEqual([1e12 + 1000, -5000]);
  } });
  before.look('a', { uptimeMs: 0, wallMs: 1e12, offsetMs: 5000 });
  before.look('a', { uptimeMs: 1000, wallMs: 1e12 + 1000, offsetMs: 0 });
  const next = new ClockWatch({ ...nothing, sureFromMs: told });
  expect(next.isBehindSteps('a', 1e12 + 5999)).toBe(false);
  expect(next.isBehindSteps('a', 1e12 + 6000)).toBe(true);
  expect(next.isBehindSteps('b', 1e12)).toBe(true);
});

it('a clock that was set while nobody looked is noticed by the next life of the process', () => {
  const kept = new Map<string, KnownOffset>();
  const before = new ClockWatch({ ...nothing, keepOffset: (serverId, offset) => kept.set(serverId, offset) });
  before.look('a', at(0, 100));
  before.look('a', at(1000, 120));
  expect(kept.get('a'), 'not written again for a trifle').toEqual({ offsetMs: 100, atMs: 1e12 });
  const steps: ClockStep[] = [];
  const after = (offsetMs: number, hours: number) => {
    const watch = new ClockWatch({ ...nothing, offsets: kept, moved: (step) => steps.push(step) });
    return { watch, first: watch.look('a', { uptimeMs: 5, wallMs: 1e12 + hours * 3_600_000, offsetMs }) };
  };
  // Two hours of drift are none.
  expect(after(2600, 2).first.proves).toBe(true);
  expect(steps).toEqual([]);
  const back = after(-59_900, 2);
  expect(back.first.proves).toBe(false);
  expect(steps).toEqual([{ serverId: 'a', afterMs: 1e12 + 7_200_000 - 59_900, movedMs: -60_000, sureFromMs: 1e12 + 7_260_000, perhapsOurs: true }]);
  expect(back.watch.isBehindSteps('a', 1e12 + 7_259_000)).toBe(false);
});
