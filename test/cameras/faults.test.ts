import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { openControl } from '../../sim/cameras/control.ts';
import { checkContinuity } from '../../sim/cameras/count.ts';
import { nalType } from '../../sim/cameras/nal.ts';
import { startCameras, type Cameras, type ServerOptions } from '../../sim/cameras/server.ts';
import { TestClient } from './client.ts';

const running: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
});

async function start(options: ServerOptions = {}): Promise<Cameras> {
  // Beginning anywhere saves each test the wait for a key frame.
  const cameras = await startCameras({ startAt: 'any', ...options });
  running.push(cameras);
  return cameras;
}

function client(cameras: Cameras, number = 1, options: ConstructorParameters<typeof TestClient>[1] = {}): TestClient {
  const made = new TestClient(cameras.urls[number - 1]!, options);
  running.push(made);
  return made;
}

async function playing(cameras: Cameras, number = 1): Promise<TestClient> {
  const made = client(cameras, number);
  await made.play();
  await vi.waitFor(() => expect(made.units().length).toBeGreaterThan(2), 3000);
  return made;
}

test('two sessions get the same pictures under random sequence numbers, timestamps and SSRC', async () => {
  const cameras = await start();
  const [one, two] = [await playing(cameras), await playing(cameras)];
  await sleep(500);
  const slices = new Map(one.units().map((unit) => [unit.stamp!.frame, unit.slices]));
  const shared = two.units().filter((unit) => slices.has(unit.stamp!.frame));
  expect(shared.length).toBeGreaterThan(10);
  for (const unit of shared) expect(slices.get(unit.stamp!.frame)).toBe(unit.slices);
  expect(one.packets[0]!.ssrc).not.toBe(two.packets[0]!.ssrc);
  expect(checkContinuity(two.units().map((unit) => unit.stamp!))).toMatchObject({ missing: 0, doubled: [], late: [] });
});

test('the frame number is that of UTC, and all cameras show the same one', async () => {
  const cameras = await start({ count: 2 });
  const [one, two] = [await playing(cameras, 1), await playing(cameras, 2)];
  for (const viewer of [one, two]) {
    const { frame, timeUs, camera } = viewer.units().at(-1)!.stamp!;
    expect(timeUs).toBe(frame * 40_000);
    expect(Math.abs(timeUs / 1000 - Date.now())).toBeLessThan(500);
    expect(camera).toBe(viewer === one ? 1 : 2);
  }
});

test('stall: no packets, but the session answers; afterwards the frames of the meantime are missing', async () => {
  const cameras = await start();
  const viewer = await playing(cameras);
  await cameras.set(1, { stall: true });
  await sleep(50);
  const before = viewer.packets.length;
  await sleep(400);
  expect(viewer.packets.length).toBe(before);
  expect((await viewer.request('GET_PARAMETER')).status).toBe(200);
  await cameras.set(1, { stall: false });
  await vi.waitFor(() => expect(viewer.packets.length).toBeGreaterThan(before + 4));
  expect(checkContinuity(viewer.units().map((unit) => unit.stamp!)).missing).toBeGreaterThan(8);
});

test('mute: nothing is answered, nothing is sent', async () => {
  const cameras = await start({ count: 2 });
  await cameras.set(1, { mute: true });
  await expect(client(cameras).request('OPTIONS', {}, '', 400)).rejects.toThrow('no reply');
  expect((await client(cameras, 2).request('OPTIONS')).status).toBe(200);
});

test('refuse: 503 to new sessions, while running ones go on', async () => {
  const cameras = await start();
  const viewer = await playing(cameras);
  await cameras.set('all', { refuse: '503' });
  await expect(client(cameras).play()).rejects.toThrow('DESCRIBE 503');
  const before = viewer.packets.length;
  await vi.waitFor(() => expect(viewer.packets.length).toBeGreaterThan(before));
  expect((await viewer.request('GET_PARAMETER')).status).toBe(200);
});

test('refuse tcp: the port of this camera alone is closed, and open again after it', async () => {
  const cameras = await start({ count: 2, portPerCamera: true });
  const before = await playing(cameras, 1);
  await cameras.set(1, { refuse: 'tcp' });
  expect(await client(cameras, 1).ended).toBe('ECONNREFUSED');
  await playing(cameras, 2);
  const { length } = before.packets;
  await vi.waitFor(() => expect(before.packets.length).toBeGreaterThan(length));
  await Promise.all([cameras.act(1, 'heal'), cameras.set('all', { stall: false })]);
  await playing(cameras, 1);
});

test('refuse tcp on a shared port: the connection is reset as soon as it asks for this camera', async () => {
  const cameras = await start({ count: 2 });
  await cameras.set(1, { refuse: 'tcp' });
  await expect(client(cameras, 1).request('OPTIONS')).rejects.toThrow('ECONNRESET');
  await playing(cameras, 2);
});

test('drop: every tenth packet is missing and its sequence number too', async () => {
  const cameras = await start({ bitrate: 4_000_000 });
  const viewer = await playing(cameras);
  await cameras.set(1, { drop: { every: 10 } });
  const from = viewer.packets.length;
  await vi.waitFor(() => expect(viewer.packets.length).toBeGreaterThan(from + 200), 3000);
  const numbers = viewer.packets.slice(from).map((packet) => packet.sequence);
  const sent = ((numbers.at(-1)! - numbers[0]! + 65_536) % 65_536) + 1;
  expect((sent - numbers.length) / sent).toBeCloseTo(0.1, 1);
  expect(cameras.state()[0]!.counters.packetsDropped).toBeGreaterThan(15);
});

test('reorder: packets change places, none is lost', async () => {
  const cameras = await start({ bitrate: 4_000_000 });
  await cameras.set(1, { reorderEvery: 5 });
  const viewer = await playing(cameras);
  await vi.waitFor(() => expect(viewer.packets.length).toBeGreaterThan(100), 3000);
  const first = viewer.packets[0]!.sequence;
  const numbers = viewer.packets.map((packet) => (packet.sequence - first + 65_536 + 10) % 65_536);
  const sorted = [...numbers].sort((a, b) => a - b);
  expect(numbers).not.toEqual(sorted);
  // A held packet may still be on its way.
  const holes = sorted.filter((number, index) => index > 0 && number !== sorted[index - 1]! + 1);
  expect(holes.length).toBeLessThan(2);
});

test('cut: sessions are reset, and a new one is welcome', async () => {
  const cameras = await start();
  const viewer = await playing(cameras);
  await cameras.act(1, 'cut');
  expect(await viewer.ended).toBe('ECONNRESET');
  await playing(cameras);
});

test('password: the old one is refused from now on, the new one let in', async () => {
  const cameras = await start({ auth: ['basic'], user: 'u', password: 'old' });
  const as = (password: string): TestClient =>
    client(cameras, 1, { headers: { Authorization: `Basic ${Buffer.from(`u:${password}`).toString('base64')}` } });
  await as('old').play();
  await cameras.set(1, { password: 'new' });
  await expect(as('old').play()).rejects.toThrow('DESCRIBE 401');
  await as('new').play();
  expect(cameras.state()[0]!.counters.refusedLogins).toBe(1);
  expect(JSON.stringify(cameras.state())).not.toContain('new');
});

test('sessions: one too many gets 453, a broken one keeps its place for a while, a torn down one does not', async () => {
  const cameras = await start();
  await cameras.set(1, { sessions: { limit: 1, ghostMs: 600 } });
  const first = await playing(cameras);
  await expect(client(cameras).play()).rejects.toThrow('SETUP 453');
  expect((await first.request('TEARDOWN')).status).toBe(200);
  const second = await playing(cameras);
  second.close();
  await sleep(100);
  await expect(client(cameras).play()).rejects.toThrow('SETUP 453');
  await sleep(600);
  await playing(cameras);
});

test('parameter sets change in band, at a key frame', async () => {
  const cameras = await start({ startAt: 'key' });
  const viewer = await playing(cameras);
  await cameras.set(1, { parameterSets: 'second' });
  const sps = (): string[] => viewer.units().flatMap((unit) => unit.nals.filter((nal) => nalType('h264', nal) === 7).map((nal) => nal.toString('hex')));
  await vi.waitFor(() => expect(new Set(sps()).size).toBe(2), 3000);
  expect(checkContinuity(viewer.units().map((unit) => unit.stamp!)).missing).toBe(0);
});

test('redirect: 302 with the other URL', async () => {
  const cameras = await start();
  await cameras.set(1, { redirect: 'rtsp://elsewhere.example/cam/1' });
  const { status, headers } = await client(cameras).request('DESCRIBE');
  expect([status, headers.get('location')]).toEqual([302, 'rtsp://elsewhere.example/cam/1']);
});

test('clients: who is denied is cut off and does not come back; others are untouched', async () => {
  const cameras = await start({ host: '0.0.0.0' }).then((made) => ({ ...made, urls: made.urls.map((url) => url.replace('0.0.0.0', '127.0.0.1')) }));
  const near = await playing(cameras);
  const far = client(cameras, 1, { localAddress: '127.0.0.2' });
  await far.play();
  await cameras.set(1, { clients: { deny: ['127.0.0.2'] } });
  expect(await far.ended).toBe('ECONNRESET');
  await expect(client(cameras, 1, { localAddress: '127.0.0.2' }).request('OPTIONS')).rejects.toThrow('ECONNRESET');
  const before = near.packets.length;
  await vi.waitFor(() => expect(near.packets.length).toBeGreaterThan(before));
  await cameras.set(1, { clients: { allow: ['agent:Recorder'] } });
  await expect(client(cameras, 1, { headers: { 'User-Agent': 'Failover/1' } }).request('OPTIONS')).rejects.toThrow('ECONNRESET');
  expect((await client(cameras, 1, { headers: { 'User-Agent': 'Recorder/1' } }).request('OPTIONS')).status).toBe(200);
});

test('rtcp: the first report comes at once, with the clock that was ordered, or not at all', async () => {
  const cameras = await start({ count: 2 });
  await cameras.set(1, { rtcp: { clock: '1970' } });
  await cameras.set(2, { rtcp: { clock: 'absent' } });
  const [at1970, silent] = [await playing(cameras, 1), await playing(cameras, 2)];
  expect(at1970.reports[0]!.readUInt32BE(8) - 2_208_988_800).toBeLessThan(60);
  expect(silent.reports).toEqual([]);
});

test('rtp-jump: timestamps start anew somewhere else', async () => {
  const cameras = await start();
  const viewer = await playing(cameras);
  await cameras.act(1, 'rtp-jump');
  await sleep(200);
  const steps = viewer.packets.slice(1).map((packet, index) => (packet.time - viewer.packets[index]!.time + 2 ** 32) % 2 ** 32);
  expect(steps.filter((step) => step !== 0 && step !== 3600)).toHaveLength(1);
});

test('a session without a sign of life ends, one with keep-alives goes on', async () => {
  const cameras = await start({ timeoutS: 1 });
  const kept = await playing(cameras);
  const timer = setInterval(() => void kept.request('GET_PARAMETER').catch(() => undefined), 300);
  const idle = await playing(cameras);
  expect(await idle.ended).toBe('ECONNRESET');
  const before = kept.packets.length;
  await sleep(1500);
  clearInterval(timer);
  expect(kept.packets.length).toBeGreaterThan(before + 30);
});

test('a client that does not read loses whole frames, counted, and others nothing', async () => {
  const cameras = await start({ bitrate: 80_000_000 });
  const viewer = await playing(cameras);
  const slow = client(cameras);
  await slow.play();
  slow.socket.pause();
  await vi.waitFor(() => expect(cameras.state()[0]!.counters.framesDropped).toBeGreaterThan(5), 10_000);
  expect(checkContinuity(viewer.units().map((unit) => unit.stamp!)).missing).toBe(0);
});

test('HTTP control: changes, actions, and what does not fit', async () => {
  const cameras = await start({ count: 2, password: 'hidden' });
  const control = await openControl(cameras, 0);
  running.push(control);
  const call = async (path: string, body?: string): Promise<{ status: number; json: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${control.port}${path}`, { method: body === undefined ? 'GET' : 'POST', body });
    return { status: response.status, json: await response.json() };
  };
  expect(await call('/2', '{"stall":true,"rtcp":{"clock":"offset","ms":2000}}')).toEqual({ status: 200, json: { ok: true } });
  expect(cameras.state().map((camera) => camera.faults.stall)).toEqual([false, true]);
  expect((await call('/all/heal', '')).status).toBe(200);
  expect(cameras.state()[1]!.faults).toMatchObject({ stall: false, rtcp: { clock: 'right' } });
  for (const [path, body] of [['/1', '{"stal":true}'], ['/1', '{'], ['/9', '{}'], ['/1', '{"drop":{"share":2}}']] as const)
    expect(await call(path, body)).toMatchObject({ status: 400, json: { ok: false } });
  expect((await call('/1/explode', '')).status).toBe(404);
  expect(JSON.stringify(await call('/'))).not.toContain('hidden');
});
