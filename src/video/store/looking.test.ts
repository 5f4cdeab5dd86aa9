import { expect, test } from 'vitest';
import { keepLooking } from './looking.ts';

test('the disk is looked at while deleting hangs, one look and one deleting at a time; the end waits for both', async () => {
  const world = { nowMs: 0, looks: 0, tidies: 0, failures: 0, due: null as (() => void) | null, free: (): void => undefined };
  const stop = keepLooking({
    timers: {
      after: (_, run) => {
        world.due = run;
        return () => (world.due = null);
      },
      every: () => () => undefined,
    },
    nowMs: () => world.nowMs,
    look: () => Promise.resolve(void (world.looks += 1)),
    tidy: () => {
      world.tidies += 1;
      return new Promise((_, reject) => (world.free = () => reject(new Error('it was the disk'))));
    },
    failed: () => (world.failures += 1),
  });
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second += 1) {
      world.nowMs += 1000;
      world.due?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await seconds(30);
  expect(world).toMatchObject({ looks: 30, tidies: 1, failures: 0 });
  world.free();
  await seconds(2);
  expect(world).toMatchObject({ looks: 32, tidies: 2, failures: 1 });
  let stopped = false;
  const stopping = stop().then(() => (stopped = true));
  await seconds(2);
  expect([stopped, world.looks]).toEqual([false, 32]);
  world.free();
  await stopping;
});
