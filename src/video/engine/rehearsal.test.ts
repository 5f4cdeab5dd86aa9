import { expect, it } from 'vitest';
import type { StreamConfig } from '../contract.ts';
import { Rehearsal } from './rehearsal.ts';

const config: StreamConfig = { version: 1, video: { codec: 'h264', parameterSets: [Buffer.from([0x67, 66, 0, 30]), Buffer.from([0x68, 1])], width: 1, height: 1, clockRate: 90_000 } };

function stage() {
  let nowMs = 1000;
  const failures: unknown[] = [];
  // What syncs and reports wait for happens at their end at the latest.
  const rehearsal = new Rehearsal({ monotonicMs: () => nowMs, wallMs: () => 1e12 + nowMs, uptimeMs: () => nowMs }, { after: () => () => undefined, every: () => () => undefined });
  return {
    rehearsal,
    failures,
    /** A quarter of a second later; how many frames went the whole way by then. */
    tick: async (with_: StreamConfig | null): Promise<number> => {
      const before = rehearsal.frames;
      nowMs += 250;
      await rehearsal.tick(with_, (error) => failures.push(error));
      return rehearsal.frames - before;
    },
  };
}

it('goes the whole way from a ring to a file that is nowhere', async () => {
  const { rehearsal, failures, tick } = stage();
  await tick(config);
  await rehearsal.close();
  expect(failures).toEqual([]);
  expect(rehearsal.frames).toBe(200);
});

it('does nothing where no camera stands by, and comes seldom once it came often', async () => {
  const { rehearsal, failures, tick } = stage();
  expect(await tick(null)).toBe(0);
  let came = 0;
  for (let n = 0; n < 60; n += 1) if ((await tick(config)) > 0) came += 1;
  expect(came).toBe(30);
  let later = 0;
  for (let n = 0; n < 80; n += 1) if ((await tick(config)) > 0) later += 1;
  expect(later).toBe(2);
  await rehearsal.close();
  expect(failures).toEqual([]);
});

it('says once why it cannot reach its end, and leaves it at that', async () => {
  const { rehearsal, failures, tick } = stage();
  const unwritable: StreamConfig = { ...config, video: { ...config.video, parameterSets: [] } };
  for (let n = 0; n < 8; n += 1) expect(await tick(unwritable)).toBe(0);
  expect(failures).toHaveLength(1);
  await rehearsal.close();
});
