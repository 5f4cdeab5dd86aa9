import { afterEach, describe, expect, test } from 'vitest';
import { type HostileAgent, hostileAgent, idleProgress } from '../link/hostile-agent.ts';
import { Rig, until } from '../link/rig.ts';
import { type Standby, standby } from './rig.ts';

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
    for (let seq = 1; performance.now() < untilMs; await pause(2)) {
      for (let at = 0; at < 20; at++) {
        agent.say({ type: 'startup', seq: seq++ });
        agent.say({ type: 'keep-alive', phase: 'running', progress: idleProgress, seq: seq++ });
        agent.say({ type: 'normal shutdown', reason: 'again', seq: seq++ });
      }
      // It is cut off now and then, and dialled again.
      while ((agent.open.at(-1)?.waiting() ?? 0) > 100_000) await pause(5);
    }
    const written = site.server.audit({ server: 'hostile', limit: 100_000 }).length;
    // Each message that is let through is one or two events: 5,000 keep-alives’ worth at once, then 10 a second.
    expect(written).toBeLessThan(2500);
    expect(site.server.alarms().find(({ serverId }) => serverId === 'hostile')).toMatchObject({ code: 'link.protocol', text: expect.stringContaining('more than any agent') as string });
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
});

async function* drops(): AsyncIterable<Uint8Array> {
  for (;;) {
    yield new Uint8Array(1);
    await pause(100);
  }
}
