/** Cameras that misbehave: each says so, the others are untouched, nothing is silently glued. */
import { expect, it, onTestFinished } from 'vitest';
import { checkContinuity } from '../../sim/cameras/count.ts';
import { startCameras } from '../../sim/cameras/server.ts';
import { decode, engineRig, pause } from './rig.ts';

async function cameras(options: Parameters<typeof startCameras>[0]) {
  const running = await startCameras(options);
  onTestFinished(() => running.close());
  return running;
}

it('pauses a camera that refuses the password, until its settings change', async () => {
  const sim = await cameras({ count: 2, auth: ['digest'] });
  const rig = await engineRig();
  const job = (i: number, password: string) => rig.job(`c${i}`, sim.urls[i - 1] ?? '', { source: { username: 'user', password } });
  await rig.engine.apply([job(1, 'password'), job(2, 'wrong')]);
  const paused = await rig.until('c2', (s) => s.state === 'paused');
  expect(paused.reason).toMatchObject({ code: 'camera.unauthorized' });
  await rig.until('c1', (s) => s.recording !== null);
  await pause(2000);
  expect((await rig.until('c2', () => true)).counters.connects).toBe(1);
  await rig.engine.apply([job(1, 'password'), job(2, 'password')]);
  const good = await rig.until('c2', (s) => s.recording !== null);
  expect(good.reason).toBeNull();
  expect((await rig.until('c1', () => true)).counters.connects).toBe(1);
  expect(JSON.stringify([rig.logs, rig.engine.statuses()])).not.toMatch(/wrong|password"/);
});

it('retries each second while a dead session holds the only slot', async () => {
  const sim = await cameras({ count: 1 });
  await sim.set(1, { sessions: { limit: 1, ghostMs: 4000 } });
  const first = await engineRig();
  await first.engine.apply([first.job('c1', sim.urls[0] ?? '')]);
  await first.until('c1', (s) => s.recording !== null);
  await sim.act(1, 'cut');
  await first.until('c1', (s) => s.state === 'retrying' && s.reason?.code === 'camera.refused');
  const back = await first.until('c1', (s) => s.state === 'streaming', 10);
  expect(back.counters.connects).toBeLessThanOrEqual(9);
  await pause(1500);
  await first.stop();
  first.segments('c1').forEach(decode);
});

it('says stalled, dials anew, and goes on', async () => {
  const sim = await cameras({ count: 2 });
  const rig = await engineRig();
  await rig.engine.apply(sim.urls.map((url, i) => rig.job(`c${i + 1}`, url)));
  await rig.until('c1', (s) => s.recording !== null);
  await sim.set(1, { stall: true });
  const stalled = await rig.until('c1', (s) => s.state === 'stalled', 10);
  expect(stalled.reason).toMatchObject({ code: 'camera.silent' });
  expect((await rig.until('c2', () => true)).state).toBe('streaming');
  await expect.poll(() => rig.logs.join('\n'), { timeout: 10_000 }).toMatch(/no frame comes\. The camera is dialled anew/);
  await sim.set(1, { stall: false });
  await rig.until('c1', (s) => s.state === 'streaming', 10);
  await pause(1500);
  await rig.stop();
  expect(checkContinuity(rig.stamps('c2')).missing).toBe(0);
  rig.segments('c1').forEach(decode);
});

it('begins a new segment when the parameter sets change, and loses no frame', async () => {
  const sim = await cameras({ count: 1 });
  const rig = await engineRig();
  await rig.engine.apply([rig.job('c1', sim.urls[0] ?? '')]);
  await rig.until('c1', (s) => s.recording !== null);
  await pause(1500);
  const before = await rig.until('c1', (s) => s.stream !== null);
  await sim.set(1, { parameterSets: 'second' });
  const after = await rig.until('c1', (s) => s.stream !== null && s.stream.width !== before.stream?.width);
  expect(after.counters.connects).toBe(1);
  await pause(1500);
  await rig.stop();
  expect(rig.segments('c1')).toHaveLength(2);
  rig.segments('c1').forEach(decode);
  expect(checkContinuity(rig.stamps('c1'))).toMatchObject({ missing: 0, doubled: [] });
});

it('survives a jump of the media clock without losing a frame', async () => {
  const sim = await cameras({ count: 1 });
  const rig = await engineRig();
  await rig.engine.apply([rig.job('c1', sim.urls[0] ?? '')]);
  await rig.until('c1', (s) => s.recording !== null);
  await sim.act(1, 'rtp-jump');
  await pause(3000);
  await rig.stop();
  rig.segments('c1').forEach(decode);
  expect(checkContinuity(rig.stamps('c1'))).toMatchObject({ missing: 0, doubled: [] });
});

it('counts packets lost and swapped over UDP, drops what is damaged and marks the gap', async () => {
  const sim = await cameras({ count: 1, transport: 'udp', bitrate: 2_000_000, padding: 'slice' });
  await sim.set(1, { drop: { every: 150 }, reorderEvery: 40 });
  const rig = await engineRig();
  await rig.engine.apply([rig.job('c1', sim.urls[0] ?? '')]);
  await rig.until('c1', (s) => s.recording !== null);
  await pause(6000);
  const status = await rig.until('c1', (s) => s.recording !== null);
  await rig.stop();
  expect(status.counters.packetsLost).toBeGreaterThan(3);
  expect(status.counters.packetsReordered).toBeGreaterThan(10);
  const continuity = checkContinuity(rig.stamps('c1'));
  expect(continuity.missing).toBeGreaterThan(0);
  expect(continuity.missing).toBeLessThanOrEqual(2 * status.counters.packetsLost + 2);
  expect([continuity.doubled, continuity.late]).toEqual([[], []]);
});

it('says what is wrong with addresses that lead nowhere, and tries on', async () => {
  const sim = await cameras({ count: 1 });
  const rig = await engineRig();
  const base = new URL((sim.urls[0] ?? '').replace('rtsp:', 'http:'));
  await rig.engine.apply([
    rig.job('path', `rtsp://${base.host}/nothing/here`),
    rig.job('port', 'rtsp://127.0.0.1:9/x'),
    rig.job('scheme', 'http://127.0.0.1/x'),
    rig.job('good', sim.urls[0] ?? ''),
  ]);
  await rig.until('good', (s) => s.recording !== null);
  const codes = await Promise.all(['path', 'port', 'scheme'].map((id) => rig.until(id, (s) => s.reason !== null)));
  expect(codes.map((s) => s.reason?.code)).toEqual(['camera.not-found', 'camera.unreachable', 'camera.not-found']);
  expect(codes.every((s) => s.state === 'retrying' || s.state === 'connecting')).toBe(true);
});

it('never carries credentials to another host', async () => {
  const trap = await cameras({ count: 1, auth: ['basic'] });
  const sim = await cameras({ count: 1, auth: ['digest'] });
  await sim.set(1, { redirect: (trap.urls[0] ?? '').replace('127.0.0.1', 'localhost') });
  const rig = await engineRig();
  await rig.engine.apply([rig.job('c1', sim.urls[0] ?? '', { source: { username: 'user', password: 'password' } })]);
  const status = await rig.until('c1', (s) => s.state === 'paused');
  expect(status.reason).toMatchObject({ code: 'camera.unauthorized', text: expect.stringContaining('none are ever sent to another host') });
});
