/** A recording thread that dies takes only its own cameras along, and they come back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { startCameras } from '../../sim/cameras/server.ts';
import { startThread } from '../../src/platform/threads.ts';
import { ShardThread } from '../../src/video/engine/shard-thread.ts';
import { openStore } from '../../src/video/store/store.ts';

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
    start: (name) => {
      const worker = startThread(new URL('../../src/video/engine/shard-thread.ts', import.meta.url).href, './shard-worker', { name });
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
