import { afterEach, describe, expect, test } from 'vitest';
import { type HostileAgent, hostileAgent, idleProgress } from '../link/hostile-agent.ts';
import { Rig, until } from '../link/rig.ts';
import { settingsOf, type Standby, standby } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function hostile(lies: HostileAgent['lies'] = {}): Promise<{ readonly agent: HostileAgent; readonly site: Standby }> {
  const agent = await hostileAgent(rig);
  agent.lies = lies;
  const site = await standby(rig);
  await site.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: agent.secret, name: 'Hostile' } });
  await until('its link', () => agent.open.length > 0);
  return { agent, site };
}

describe('a monitored server in the hands of somebody else', () => {
  test('that changes its state as fast as it can fills neither the disk nor the time of the others', async () => {
    const { agent, site } = await hostile();
    const honest = await rig.agent('honest');
    await site.call('servers.add', { body: { address: `127.0.0.1:${honest.port}`, pairingSecret: (await honest.pairingSecret()) ?? '', name: 'Honest' } });
    await until('the honest one', () => site.server.server('honest').detector.state === 'alive');
    const untilMs = performance.now() + 4000;
    // It comes and goes: each time that it is cut off, until it beats again.
    const alarms = new Map<string, string>();
    for (let seq = 1; performance.now() < untilMs; await pause(2)) {
      for (let at = 0; at < 20; at++) {
        agent.say({ type: 'startup', seq: seq++ });
        agent.say({ type: 'keep-alive', phase: 'running', progress: idleProgress, seq: seq++ });
        agent.say({ type: 'normal shutdown', reason: 'again', seq: seq++ });
      }
      for (const { code, serverId, text } of site.server.alarms()) if (serverId === 'hostile') alarms.set(code, text);
      // It is cut off now and then, and dialled again.
      while ((agent.open.at(-1)?.waiting() ?? 0) > 100_000) await pause(5);
    }
    const written = site.server.audit({ server: 'hostile', limit: 100_000 }).length;
    // Each message that is let through is one or two events: 5,000 keep-alives’ worth at once, then 10 a second.
    expect(written).toBeLessThan(2500);
    expect(alarms.get('link.protocol')).toContain('more than any agent');
    expect(site.server.audit({ server: 'honest', limit: 100 }).filter(({ text }) => text.includes('suspect'))).toEqual([]);
    expect(site.server.server('honest').detector.state).toBe('alive');
  });

  test('that never ends its answer does not keep us from ending', async () => {
    const { agent, site } = await hostile({ 'settings.get': () => ({ result: { digest: 'd', document: { schema: 2 }, files: [{ path: 'a', bytes: 1000, sha256: '0'.repeat(64) }] }, body: drops() }) });
    await until('that it was asked', () => agent.asked.includes('settings.get'));
    await pause(500);
    const startedMs = performance.now();
    await site.server.stop();
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test('that has no name gets one: an empty confirmation must confirm nothing', async () => {
    const agent = await hostileAgent(rig, 'nameless', '');
    const site = await standby(rig);
    expect(await site.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: agent.secret } })).toMatchObject({ id: 'nameless', name: 'nameless' });
  });

  test('that says what no recorder can mean is shown as it is, and every answer of ours still fits its schema', async () => {
    const { agent, site } = await hostile({ 'settings.get': () => ({ result: { digest: 'd', document: settingsOf(3), files: [] }, body: none() }) });
    await until('its cameras', () => site.server.server('hostile').cameras.length === 3);
    const safe = Number.MAX_SAFE_INTEGER;
    const numbers = [0, 1, -1, safe, -safe, 1e15, 1_700_000_000_000_000];
    const rates = [0, Number.MIN_VALUE, 1e308, 4e6];
    const texts = ['', '\u0000\r\n\u001b[2J', '<script>alert(1)</script>', '=cmd|x!A0', '\u202e', '__proto__', '"},{"'];
    let seq = 1;
    let draw = 12_345;
    const one = <T,>(of: readonly T[]): T => of[(draw = (draw * 1_103_515_245 + 12_345) % 2_147_483_648) % of.length] as T;
    const camera = (id: string) => ({
      id, newestUs: one([...numbers, null]), sinceUs: one([...numbers, null]), durableUs: one([...numbers, null]), state: one(texts).slice(0, 40), reason: one(texts), code: one(texts).slice(0, 60),
      gopMs: one(rates), bitsPerSecond: one(rates), peakBitsPerSecond: one(rates),
    });
    const ids = ['cam-0', 'cam-0', 'cam-1', '__proto__', 'constructor', '../../etc', 'x'.repeat(100)];
    const keepAlive = () => ({
      type: 'keep-alive', seq: seq++, wallMs: one([...numbers, ...rates]), phase: one(['starting', 'running', 'running', 'stopped normally', 'unknown']), ...one([{}, { progressAgeMs: one(rates) }]),
      progress: { cameras: ids.filter(() => one([true, false])).map(camera), bytesWritten: one(rates), disk: { state: one(['ok', 'full', 'missing', 'read-only', 'unknown']), freeBytes: one(rates), text: one(texts) }, settingsDigest: one(['d', ...texts]) },
    });
    const others = [
      () => ({ type: 'startup', seq: seq++, wallMs: one(numbers), boot: one(['b', 'c', '__proto__']) }),
      () => ({ type: 'normal shutdown', seq: seq++, reason: one(texts) }),
      () => ({ type: 'abnormal shutdown', seq: seq++, code: one([...numbers, null]), signal: one(['SIGKILL', '', null]), restartInMs: one([...rates, null]) }),
      () => ({ type: 'agent exit', seq: seq++, recorderGoesOn: one([true, false]) }),
    ];
    // Rates are learnt from the first one, and once a minute.
    agent.say({ type: 'startup', seq: seq++ });
    const boast = { newestUs: 1, sinceUs: 1, durableUs: 1, state: 'streaming', gopMs: 1e308, bitsPerSecond: 1e308, peakBitsPerSecond: 1e308 };
    agent.say({ type: 'keep-alive', seq: seq++, phase: 'running', progress: { ...idleProgress, cameras: ['cam-0', 'cam-1', 'cam-2'].map((id) => ({ id, ...boast })) } });
    await until('that it is alive', () => site.server.server('hostile').detector.state === 'alive');
    const { version } = await site.call('servers.get', { params: { server: 'hostile' } });
    await site.call('servers.change', { params: { server: 'hostile' }, body: { version, standby: { mode: 'hot', cameras: {} } } });
    for (let round = 0; round < 20; round++) {
      for (let at = 0; at < 6; at++) agent.say(one([keepAlive, keepAlive, one(others)])());
      await pause(20);
      for (const name of ['servers.list', 'failover.state', 'attention.list', 'outages.list', 'footage.cameras', 'check.get', 'events.csv', 'metrics'] as const) await site.call(name);
      await site.call('servers.get', { params: { server: 'hostile' } });
      await site.call('standby.calculate', { params: { server: 'hostile' }, body: {} });
    }
    expect(site.server.server('hostile').name).toBe('Hostile');
  });

  test('that lies about its footage harms nobody’s view but that of its own cameras', async () => {
    const safe = Number.MAX_SAFE_INTEGER;
    const nowUs = Date.now() * 1000;
    const lies = {
      backwards: [{ fromUs: nowUs, toUs: nowUs - 1_000_000 }],
      endless: [{ fromUs: -safe, toUs: safe }],
      splinters: Array.from({ length: 50_000 }, (_, at) => ({ fromUs: nowUs - 600_000_000 + at * 10_000, toUs: nowUs - 600_000_000 + at * 10_000 + 1 })),
      overlapping: Array.from({ length: 5000 }, (_, at) => ({ fromUs: nowUs - 600_000_000 + at, toUs: nowUs })),
    };
    let spans: readonly object[] = [];
    const lock = (at: number) => ({ id: `lock-${at}`, serverId: 'hostile', cameraId: 'cam-0', fromUs: -safe, toUs: safe, reason: '', lockedBy: '', lockedAtUs: safe });
    const { agent, site } = await hostile({
      'settings.get': () => ({ result: { digest: 'd', document: settingsOf(3), files: [] }, body: none() }),
      'footage.coverage': () => ({ result: { spans, exactness: 'exact', durableUntilUs: safe } }),
      'footage.locks': () => ({ result: { locks: Array.from({ length: 500 }, (_, at) => ({ ...lock(at), serverId: at % 2 === 0 ? 'hostile' : 'honest' })) } }),
      'footage.rows': () => ({ result: {}, body: garbage() }),
      'footage.read': () => ({ result: {}, body: garbage() }),
    });
    await until('its cameras', () => site.server.server('hostile').cameras.length === 3);
    agent.say({ type: 'startup', seq: 1 });
    agent.say({ type: 'keep-alive', seq: 2, phase: 'running', progress: idleProgress });
    await until('that it is alive', () => site.server.server('hostile').detector.state === 'alive');
    agent.say({ type: 'normal shutdown', seq: 3, reason: 'x' });
    await until('an outage', () => site.server.outages().length === 1);
    agent.say({ type: 'startup', seq: 4 });
    agent.say({ type: 'keep-alive', seq: 5, phase: 'running', progress: idleProgress });
    for (const lie of Object.values(lies)) {
      spans = lie;
      const startedMs = performance.now();
      await site.call('footage.timeline', { params: { server: 'hostile' }, query: { fromUs: nowUs - 600_000_000, toUs: nowUs } });
      for (const { id } of await site.call('outages.list')) {
        const report = await site.call('outages.get', { params: { outage: id } });
        expect(Math.max(...report.perCamera.map(({ gaps }) => gaps.length))).toBeLessThanOrEqual(500);
        await site.call('outages.page', { params: { outage: id } });
      }
      expect(performance.now() - startedMs).toBeLessThan(10_000);
      await site.call('failover.state');
    }
    // Refused in words, and the process goes on.
    for (const name of ['footage.play', 'footage.clip'] as const) {
      const span = { fromUs: nowUs - 600_000_000, toUs: nowUs };
      await expect(site.call(name, { params: { server: 'hostile', camera: 'cam-0' }, query: span })).rejects.toMatchObject({ code: 'link.protocol' });
    }
    await site.call('locks.create', { body: { serverId: 'hostile', cameraId: 'cam-0', fromUs: nowUs - 1_000_000, toUs: nowUs, reason: 'to be seen' } });
    const locks = await site.call('locks.list', { query: {} });
    expect(new Set(locks.map(({ serverId }) => serverId))).toEqual(new Set(['hostile']));
  });
});

async function* drops(): AsyncIterable<Uint8Array> {
  for (;;) {
    yield new Uint8Array(1);
    await pause(100);
  }
}

async function* none(): AsyncIterable<Uint8Array> {
  // No files.
}

async function* garbage(): AsyncIterable<Uint8Array> {
  yield new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
}
