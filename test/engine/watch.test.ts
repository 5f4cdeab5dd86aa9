/** Watching a camera that is only kept hot: from memory, while nothing is written. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkContinuity, stampsOfMp4 } from '../../sim/cameras/count.ts';
import { startCameras } from '../../sim/cameras/server.ts';
import { muxParts } from '../../src/video/playback/mux.ts';
import { decode, engineRig } from './rig.ts';

it('shows every frame from the newest key frame on, to several people, and ends when they leave', async () => {
  const sim = await startCameras({ count: 2 });
  onTestFinished(() => sim.close());
  const rig = await engineRig();
  await rig.engine.apply(sim.urls.map((url, i) => rig.job(`c${i + 1}`, url, { mode: 'standby', prerollMs: 3000, ringBytes: 8 << 20 })));
  await rig.until('c1', (s) => s.preroll !== null);
  const look = async (frames: number): Promise<Buffer> => {
    const gone = new AbortController();
    const parts: Uint8Array[] = [];
    const batches = rig.engine.watch?.({ serverId: 's', cameraId: 'c1' }, gone.signal);
    if (batches === undefined) throw new Error('This engine shows nothing.');
    let seen = 0;
    async function* counted(): AsyncGenerator<import('../../src/video/contract.ts').FootageBatch> {
      for await (const batch of batches ?? []) {
        seen += batch.units.length;
        yield batch;
        if (seen >= frames) gone.abort();
      }
    }
    for await (const part of muxParts(counted())) parts.push(part.bytes);
    expect(gone.signal.aborted).toBe(true);
    return Buffer.concat(parts);
  };
  const seen = await Promise.all([look(60), look(100)]);
  for (const [i, bytes] of seen.entries()) {
    const path = join(rig.folder, `seen-${i}.mp4`);
    writeFileSync(path, bytes);
    decode(path);
    const stamps = stampsOfMp4(bytes);
    expect(stamps.length).toBeGreaterThanOrEqual(60);
    expect(new Set(stamps.map((stamp) => stamp.camera))).toEqual(new Set([1]));
    expect(checkContinuity(stamps)).toMatchObject({ missing: 0, doubled: [], late: [] });
  }
  expect(rig.segments('c1')).toEqual([]);
  for await (const batch of rig.engine.watch?.({ serverId: 's', cameraId: 'nobody' }, new AbortController().signal) ?? []) expect(batch).toBeUndefined();
});
