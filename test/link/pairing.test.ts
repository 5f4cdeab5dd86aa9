import { afterEach, describe, expect, test } from 'vitest';
import { formatSecret } from '../../src/platform/pairing-proof.ts';
import { Rig, until } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

const wrong = formatSecret(new Uint8Array(16).fill(1));

describe('pairing over real TLS', () => {
  test('with the secret that the agent shows, both sides pin; the link then works without it', async () => {
    const agent = await rig.agent();
    const secret = (await agent.pairingSecret()) ?? '';
    expect(agent.lines.join('\n')).toContain(secret);
    const { welcome, pin } = await rig.pair(agent, { secret: secret.toLowerCase().replaceAll('-', ' ') });
    expect(welcome).toMatchObject({ server: 'rec-1', instance: agent.instance, make: 'fake' });
    expect(agent.protector()).toEqual({ id: 'fo-1', name: 'Failover fo-1' });
    expect(await agent.pairingSecret()).toBe(null);

    const { links, events } = await rig.links();
    links.set({ serverId: 'rec-1', host: '127.0.0.1', port: agent.port, pin, instance: welcome.instance });
    await until('a life sign', () => events.some((event) => event.type === 'life sign'));
    expect(events.some((event) => event.type === 'trouble')).toBe(false);
  });

  test('a wrong secret is refused, counted and slowed down; the right one works after the wait', async () => {
    const agent = await rig.agent();
    await expect(rig.pair(agent, { secret: wrong })).rejects.toMatchObject({ code: 'auth.pairing-wrong', message: expect.stringContaining('wrong') as string });
    await expect(rig.pair(agent)).rejects.toMatchObject({ code: 'auth.pairing-wrong', message: expect.stringContaining('Try again in 1 s') as string });
    expect(agent.protector()).toBe(null);
    await new Promise((done) => setTimeout(done, 1050));
    await rig.pair(agent);
    expect(agent.protector()?.id).toBe('fo-1');
  });

  test('a used secret works once more only for the key that used it (its answer may have been lost)', async () => {
    const agent = await rig.agent();
    const secret = (await agent.pairingSecret()) ?? '';
    const first = await rig.pair(agent, { secret });
    expect((await rig.pair(agent, { secret })).pin).toBe(first.pin);
    await expect(rig.pair(agent, { secret, from: 'fo-2', move: true })).rejects.toMatchObject({ code: 'auth.pairing-wrong' });
    expect(agent.protector()?.id).toBe('fo-1');
  });

  test('another failover server is refused with the name of the protector, also with a good secret, until it says move', async () => {
    const agent = await rig.agent();
    const { pin } = await rig.pair(agent);
    const secret = await agent.newPairingSecret();
    await expect(rig.pair(agent, { secret, from: 'fo-2' })).rejects.toMatchObject({ code: 'link.other-protector', holder: 'Failover fo-1' });

    const old = await rig.links('fo-1');
    old.links.set({ serverId: 'rec-1', host: '127.0.0.1', port: agent.port, pin, instance: null });
    const stranger = await rig.links('fo-2');
    stranger.links.set({ serverId: 'rec-1', host: '127.0.0.1', port: agent.port, pin, instance: null });
    await until('the refusal', () => stranger.events.length > 0);
    expect(stranger.events[0]).toMatchObject({ type: 'trouble', code: 'link.other-protector', holder: 'Failover fo-1' });
    await until('a life sign', () => old.events.some((event) => event.type === 'life sign'));

    await rig.pair(agent, { secret, from: 'fo-2', move: true });
    expect(agent.protector()?.id).toBe('fo-2');
    await until('the old one to be told', () => old.events.some((event) => event.type === 'trouble' && event.code === 'link.other-protector' && event.holder === 'Failover fo-2'));
    await until('the new one to be linked', () => stranger.events.some((event) => event.type === 'life sign'));
  });

  test('the protector and an open secret outlive the agent', async () => {
    const agent = await rig.agent();
    await rig.pair(agent);
    const secret = await agent.newPairingSecret();
    await agent.stop({ reason: 'update', leaveRecorder: true });
    const again = await rig.agent();
    expect(again.instance).toBe(agent.instance);
    expect(again.agentBoot).not.toBe(agent.agentBoot);
    expect(again.protector()?.id).toBe('fo-1');
    expect(await again.pairingSecret()).toBe(secret);
  });

  test('the same failover server with another key is a pin mismatch, and so is another agent at the address', async () => {
    const agent = await rig.agent();
    const { pin } = await rig.pair(agent);
    const thief = await rig.agent('rec-2');
    const { links, events } = await rig.links('fo-1');
    links.set({ serverId: 'rec-1', host: '127.0.0.1', port: thief.port, pin, instance: null });
    await until('trouble', () => events.length > 0);
    expect(events[0]).toMatchObject({ type: 'trouble', code: 'auth.pin-mismatch' });
  });

  test('a stranger is not authorized, and a released server shows a new secret', async () => {
    const agent = await rig.agent();
    const { pin } = await rig.pair(agent);
    const { links, events } = await rig.links('fo-1');
    links.set({ serverId: 'rec-1', host: '127.0.0.1', port: agent.port, pin, instance: null });
    await until('the link', () => events.some((event) => event.type === 'connected'));
    await links.request('rec-1', 'protector.release', {});
    expect(agent.protector()).toBe(null);
    await until('not authorized', () => events.some((event) => event.type === 'trouble' && event.code === 'link.not-authorized'));
    expect(agent.lines.join('\n')).toContain((await agent.pairingSecret()) ?? 'no secret');
  });

  test('two pairings at once: one wins, the other is told who', async () => {
    const agent = await rig.agent();
    const outcomes = await Promise.allSettled([rig.pair(agent, { from: 'fo-1' }), rig.pair(agent, { from: 'fo-2' })]);
    expect(outcomes.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});
