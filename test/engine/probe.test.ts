/** What `camera test` shows. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startCameras } from '../../sim/cameras/server.ts';
import { probeCamera } from '../../src/video/probe/probe.ts';
import { decode, engineRig } from './rig.ts';

const source = (url: string) => ({ url, transport: 'auto' as const, audio: false, username: 'user', password: 'password' });

it('shows codec, size, rates, clock, still and whether a second session is allowed', async () => {
  const sim = await startCameras({ count: 2, auth: ['digest'], audio: 'aac', bitrate: 2_000_000, padding: 'slice' });
  onTestFinished(() => sim.close());
  await sim.set('all', { rtcp: { clock: 'offset', ms: 4000 } });
  await sim.set(2, { sessions: { limit: 1 } });
  const [open, single] = await Promise.all(sim.urls.map((url) => probeCamera(source(url))));
  expect(open).toMatchObject({ reason: null, transport: 'tcp', codec: 'h264', width: 1280, height: 720, gopMs: 1000, audio: 'aac', secondSession: 'allowed' });
  expect(open?.framesPerSecond).toBeCloseTo(25, -0.5);
  expect(open?.peakBitsPerSecond).toBeGreaterThan(1_500_000);
  expect(Math.abs((open?.clockOffsetMs ?? 0) - 4000)).toBeLessThan(200);
  expect(single).toMatchObject({ reason: null, secondSession: 'refused' });

  const { folder } = await engineRig();
  const path = join(folder, 'still.mp4');
  writeFileSync(path, open?.still ?? new Uint8Array());
  decode(path);
  expect(execFileSync('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', 'stream=width,nb_read_frames', '-of', 'csv=p=0', path], { encoding: 'utf8' }).trim()).toBe('1280,1');
  await expect.poll(() => sim.state().map((camera) => camera.sessions.length)).toEqual([0, 0]);
});

it('tells why there is nothing to see', async () => {
  const sim = await startCameras({ count: 1, auth: ['digest'] });
  onTestFinished(() => sim.close());
  expect(await probeCamera({ ...source(sim.urls[0] ?? ''), password: 'wrong' })).toMatchObject({ reason: { code: 'camera.unauthorized' }, codec: null, still: null, secondSession: 'not tried' });
  expect(await probeCamera(source('rtsp://127.0.0.1:9/'))).toMatchObject({ reason: { code: 'camera.unreachable' } });
});
