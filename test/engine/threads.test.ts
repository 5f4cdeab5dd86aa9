/** Recording threads and their stores: what comes late or dies. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { startCameras } from '../../sim/cameras/server.ts';
import { startThread } from '../../src/platform/threads.ts';
import { ShardThread } from '../../src/video/engine/shard-thread.ts';
import { startEngine } from '../../src/video/engine.ts';
import { openStore } from '../../src/video/store/store.ts';
import { engineRig } from './rig.ts';

it('records from the moment its store opens, though that was wanted earlier', async () => {
  const sim = await startCameras({ count: 1 });
  onTestFinished(() => sim.close());
  const rig = await engineRig();
  const late = { open: false };
  const engine = startEngine({ shards: 1, stores: () => (late.open ? rig.store : undefined), log: (entry) => rig.logs.push(entry.text) });
  onTestFinished(() => engine.close());
  await engine.apply([rig.job('late', sim.urls[0] ?? '')]);
  const status = () => engine.statuses()[0];
  await expect.poll(() => status()?.writeError?.code, { timeout: 5000 }).toBe('store.missing');
  late.open = true;
  await expect.poll(() => status()?.recording ?? null, { timeout: 10_000 }).not.toBeNull();
  expect(status()?.writeError).toBeNull();
  expect(rig.logs.filter((text) => text.startsWith('No store is open'))).toHaveLength(1);
});

it('is started anew with its cameras, and says so', async () => {
  const sim = await startCameras({ count: 2 });
  const folder = mkdtempSync(join(tmpdir(), 'threads-'));
  const store = await openStore({ storePath: folder, create: true, processName: 'test' });
  const logs: string[] = [];
  const workers: Worker[] = [];
  const thread = new ShardThread({
    index: 0,
    storeAt: () => store,
    log: (entry) => logs.push(entry.text),
    news: () => undefined,
    userAgent: 'Understudy test',
    start: (name, data) => {
      const worker = startThread(new URL('../../src/video/engine/shard-thread.ts', import.meta.url).href, './shard-worker', { name, data });
      workers.push(worker);
      return worker;
    },
  });
  onTestFinished(async () => {
    await thread.close();
    await store.close();
    await sim.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await thread.apply(
    sim.urls.map((url, i) => ({
      serverId: 's', cameraId: `c${i}`, mode: 'record' as const, prerollMs: 0, ringBytes: 2 << 20, storePath: folder, priority: 1,
      source: { url, transport: 'auto' as const, audio: false },
    })),
  );
  const recording = () => thread.statuses().filter((s) => s.recording !== null && Date.now() * 1000 - s.recording.newestWrittenUs < 1e6).length;
  await expect.poll(recording, { timeout: 10_000 }).toBe(2);
  await workers[0]?.terminate();
  const killedAt = Date.now() * 1000;
  await expect.poll(() => thread.statuses().filter((s) => (s.recording?.firstFrameUs ?? 0) > killedAt).length, { timeout: 10_000 }).toBe(2);
  expect(logs.join('\n')).toContain('started anew with its 2 cameras');
  expect(workers).toHaveLength(2);
});
