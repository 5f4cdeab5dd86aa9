import { expect, test } from 'vitest';
import { Daily } from './daily.ts';

const hour = 3_600_000;

function daily() {
  const world = { nowMs: 10 * hour, lastRunMs: 9 * hour as number | null, full: false, look: (): void => undefined, runs: [] as string[], putOff: 0 };
  const keeper = new Daily({
    timers: {
      after: () => () => undefined,
      every: (_, look) => {
        world.look = look;
        return () => undefined;
      },
    },
    nowMs: () => world.nowMs,
    versions: {
      lastRunMs: () => world.lastRunMs,
      setLastRun: (atMs) => {
        if (world.full) throw new Error('database or disk is full');
        world.lastRunMs = atMs;
      },
    },
    settings: () => ({ dailyBackup: true, utcTime: '11:00' }),
    run: (trigger) => void world.runs.push(trigger),
    putOff: () => void (world.putOff += 1),
  });
  return { world, keeper };
}

test('on a full disk the daily run is put off, said once, and made up for as soon as it can be noted', () => {
  const { world } = daily();
  world.nowMs = 11 * hour;
  world.full = true;
  world.look();
  world.look();
  expect(world).toMatchObject({ runs: [], putOff: 1 });
  world.full = false;
  world.nowMs += 60_000;
  world.look();
  expect(world.runs).toHaveLength(1);
  world.look();
  expect(world.runs).toHaveLength(1);
});
