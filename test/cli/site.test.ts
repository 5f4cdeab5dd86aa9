import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startSite } from '../../src/cli/site/site.ts';

const folder = await mkdtemp(join(tmpdir(), 'understudy-site-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Processes whose parent is this one. */
async function children(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // One that ends meanwhile is none of them.
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (status.includes(`PPid:\t${process.pid}\n`) && !status.includes('State:\tZ')) found.push(pid);
  }
  return found;
}

it('a site that does not come up leaves no process behind', { timeout: 60_000 }, async () => {
  const before = await children();
  const started: number[] = [];
  const failing = startSite({
    folder, recorders: 2, camerasPerRecorder: 1,
    storeOf: async (recorder, at) => {
      started.push((await children()).length);
      if (recorder === 1) throw new Error('no disk for this one');
      return join(at, 'footage');
    },
  });
  await expect(failing).rejects.toThrow('no disk for this one');
  // Cameras and failover server, then the first agent, too.
  expect(started.map((count) => count - before.length)).toEqual([2, 3]);
  expect(await children()).toEqual(before);
});
