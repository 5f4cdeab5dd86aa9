import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStorePath } from '../../src/cli/failover/data-folder.ts';
import { failpointOf } from '../../src/cli/failover/failpoints.ts';
import { openLate } from '../../src/cli/failover/late-store.ts';
import type { Timers } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-late-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Timers that the test fires by hand. */
function handTimers(): { readonly timers: Timers; readonly waiting: (() => void)[] } {
  const waiting: (() => void)[] = [];
  const after: Timers['after'] = (_, run) => {
    waiting.push(run);
    return () => void waiting.splice(waiting.indexOf(run), 1);
  };
  return { waiting, timers: { after, every: after } };
}

test('a used store path without its disk is not written to, said, and taken up when it is there', async () => {
  const path = join(folder, 'footage');
  const open = () => openStorePath(folder, path, 0);
  const first = await open();
  await first.close();
  await rename(path, `${path}-elsewhere`);
  await mkdir(path); // the empty mount point

  const { timers, waiting } = handTimers();
  const late = await openLate(open, { timers, log: silentLog });
  expect(late.opened()).toBeUndefined();
  expect(late.health()).toMatchObject({ state: 'missing', freeBytes: 0 });
  expect(await late.cameras()).toEqual([]);
  await expect(late.drop({ serverId: 'a', cameraId: 'b' }, { fromUs: 0, toUs: 1 })).rejects.toMatchObject({ code: 'store.missing' });
  await late.setRetention([{ serverId: 'a', cameraId: 'b', maxAgeMs: 1000, maxBytes: null, priority: 1 }]);

  await rm(path, { recursive: true });
  await rename(`${path}-elsewhere`, path);
  waiting.shift()?.();
  await expect.poll(() => late.opened(), { timeout: 10_000 }).toBeDefined();
  expect(late.health().state).toBe('ok');
  await late.close();
});

test('a store that another process holds is no reason to wait', async () => {
  const path = join(folder, 'footage');
  const held = await openStorePath(folder, path, 0);
  const { timers } = handTimers();
  await expect(openLate(() => openStorePath(folder, path, 0), { timers, log: silentLog })).rejects.toMatchObject({ code: 'store.in-use' });
  await held.close();
});

test('no variable makes a production process die at a failpoint', () => {
  failpointOf(false, 'standby to held: persisted')('standby to held: persisted');
  failpointOf(true, undefined)('standby to held: persisted');
  failpointOf(true, 'another step')('standby to held: persisted');
});
