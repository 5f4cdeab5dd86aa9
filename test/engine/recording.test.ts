/** Simulated cameras recorded to disk; every frame counted by its stamp. */
import { expect, it } from 'vitest';
import { checkContinuity } from '../../sim/cameras/count.ts';
import { startCameras } from '../../sim/cameras/server.ts';
import { onTestFinished } from 'vitest';
import { decode, engineRig, pause } from './rig.ts';

async function cameras(options: Parameters<typeof startCameras>[0]) {
  const running = await startCameras(options);
  onTestFinished(() => running.close());
  return running;
}

it('records every frame of many cameras: codecs, audio, transports and log-ins mixed', async () => {
  const sim = await cameras({
    count: 8,
    each: {
      2: { codec: 'h265' },
      3: { audio: 'aac' },
      4: { auth: ['basic'] },
      5: { auth: ['digest'], transport: 'udp' },
      6: { auth: ['digest-sha256', 'digest'], qop: true, sdpParameterSets: false },
      7: { audio: 'pcmu', transport: 'udp', getParameter: false, timeoutS: 4 },
      8: { bitrate: 4_000_000, padding: 'slice', startAt: 'any' },
    },
  });
  const rig = await engineRig(2);
  const jobs = sim.urls.map((url, i) => rig.job(`c${i + 1}`, url, { source: { audio: true, username: 'user', password: 'password' } }));
  await rig.engine.apply(jobs);
  for (const { cameraId } of jobs) await rig.until(cameraId, (s) => s.recording !== null);
  await pause(6000);
  const statuses = rig.engine.statuses();
  await rig.stop();
  expect(statuses.map((s) => [s.cameraId, s.state, s.writeError])).toEqual(jobs.map((j) => [j.cameraId, 'streaming', null]));
  // Over one second, as they arrived: on a starved machine they come in bursts.
  for (const { stream } of statuses) expect(stream?.framesPerSecond).toBeGreaterThan(1);
  for (const { cameraId } of jobs) {
    const { found, missing, doubled, late } = checkContinuity(rig.stamps(cameraId));
    expect([cameraId, missing, doubled, late]).toEqual([cameraId, 0, [], []]);
    expect(found).toBeGreaterThan(140);
    rig.segments(cameraId).forEach(decode);
  }
  expect(rig.logs.join('\n')).not.toContain('password');
});

it('writes from the oldest key frame in memory when standby becomes recording, without a new connection', async () => {
  const sim = await cameras({ count: 2 });
  const rig = await engineRig();
  const jobs = (mode: 'standby' | 'record') => sim.urls.map((url, i) => rig.job(`c${i + 1}`, url, { mode, prerollMs: 4000, ringBytes: 8 << 20 }));
  await rig.engine.apply(jobs('standby'));
  await pause(7000);
  const before = await rig.until('c1', (s) => s.preroll !== null);
  expect(rig.segments('c1')).toEqual([]);
  const span = before.preroll?.span ?? { fromUs: 0, toUs: 0 };
  expect((span.toUs - span.fromUs) / 1e6).toBeGreaterThanOrEqual(3.9);
  expect((span.toUs - span.fromUs) / 1e6).toBeLessThan(5.2);

  const orderedAt = Date.now();
  await rig.engine.apply(jobs('record'));
  await rig.until('c1', (s) => s.recording !== null);
  await pause(1500);
  await rig.engine.apply(jobs('standby'));
  const after = await rig.until('c1', (s) => s.recording === null);
  expect(after.counters.connects).toBe(1);
  const stamps = rig.stamps('c1');
  expect(checkContinuity(stamps)).toMatchObject({ missing: 0, doubled: [] });
  expect(orderedAt - (stamps[0]?.frame ?? 0) * 40).toBeGreaterThan(3800);

  // Once more: from the key frame before the place where it stopped, so nothing is missing in between.
  await rig.engine.apply(jobs('record'));
  await pause(2000);
  await rig.stop();
  expect(checkContinuity(rig.stamps('c1')).missing).toBe(0);
});

it('starts and ends cameras without touching the others', async () => {
  const sim = await cameras({ count: 3 });
  const rig = await engineRig();
  const jobs = sim.urls.map((url, i) => rig.job(`c${i + 1}`, url));
  await rig.engine.apply(jobs.slice(0, 2));
  await rig.until('c1', (s) => s.recording !== null);
  await rig.engine.apply([...jobs.slice(0, 1), ...jobs.slice(2)]);
  await rig.until('c3', (s) => s.recording !== null);
  expect(rig.engine.statuses().map((s) => s.cameraId)).toEqual(['c1', 'c3']);
  await rig.stop();
  expect(checkContinuity(rig.stamps('c1')).missing).toBe(0);
  rig.segments('c2').forEach(decode);
});
