import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { livePicturesHead, livePicturesPath } from '../../src/contract/api/footage.ts';
import { liveMessage, type LiveDelta, type LiveMessage, type LiveSnapshot } from '../../src/contract/api/live.ts';
import { Rig, until } from '../link/rig.ts';
import { giveSettings, settingsOf, standby } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

interface Watching {
  readonly messages: { readonly atMs: number; readonly message: LiveMessage }[];
  readonly closed: Promise<number>;
}

/** Every message must fit its schema. */
function watch(url: string, headers: Record<string, string> = {}): Watching {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
  rig.onEnd(() => socket.terminate());
  const messages: Watching['messages'] = [];
  socket.on('message', (data) => messages.push({ atMs: Date.now(), message: liveMessage.parse(JSON.parse((data as Buffer).toString())) }));
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve);
    socket.on('error', () => resolve(-1));
  });
  return { messages, closed };
}

const snapshotOf = (watching: Watching): LiveSnapshot => {
  const message = watching.messages[0]?.message;
  if (message?.type !== 'snapshot') throw new Error('no snapshot came first');
  return message;
};
const deltas = (watching: Watching): LiveDelta[] => watching.messages.map((one) => one.message).filter((message) => message.type === 'delta');

function rawStatus(url: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test('first a snapshot, then changes within a second, without a missing revision', async () => {
  const one = await standby(rig);
  const watching = watch(`${one.url}/api/live`);
  await until('the snapshot', () => watching.messages.length > 0);
  expect(watching.messages[0]?.message).toMatchObject({ type: 'snapshot', servers: [] });
  const agent = await rig.agent('rec-1');
  giveSettings(agent.recorder, settingsOf(4));
  await one.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: (await agent.pairingSecret()) ?? '', name: 'North' } });
  await until('the new server', () => deltas(watching).some((delta) => delta.servers?.some((server) => server.name === 'North')));
  const { version, settings } = await one.call('settings.get');
  const changedAtMs = Date.now();
  await one.call('settings.put', { body: { version, settings: { ...settings, name: 'Renamed' } } });
  const told = (): { readonly atMs: number } | undefined => watching.messages.find(({ message }) => message.type === 'delta' && message.failover?.name === 'Renamed');
  await until('the new name', () => told() !== undefined);
  expect((told()?.atMs ?? 0) - changedAtMs).toBeLessThan(5_000); // within a second on a machine with time; a page that asks by itself would be later than this
  await until('the event', () => deltas(watching).some((delta) => delta.events?.some((event) => event.text.includes('Renamed'))));
  const revisions = watching.messages.map(({ message }) => (message.type === 'bye' ? 0 : message.revision));
  expect(revisions).toEqual(revisions.map((_, at) => (revisions[0] ?? 0) + at));
  // Applied one after the other, the changes make the picture that a newcomer gets.
  const [first, ...rest] = watching.messages.map(({ message }) => message);
  const names = new Map((first as LiveSnapshot).servers.map((server) => [server.id, server.name]));
  for (const delta of rest as LiveDelta[]) for (const server of delta.servers ?? []) if (server.name !== undefined) names.set(server.id, server.name);
  const second = watch(`${one.url}/api/live`);
  await until('the second snapshot', () => second.messages.length > 0);
  expect(new Map(snapshotOf(second).servers.map((server) => [server.id, server.name]))).toEqual(names);
});

test('nothing changes, little is sent: a quiet server costs a beat every few seconds', async () => {
  const one = await standby(rig);
  const watching = watch(`${one.url}/api/live`);
  await until('the snapshot', () => watching.messages.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(watching.messages.length).toBeLessThanOrEqual(2);
});

test('a foreign page is refused, and so is a read from beyond loopback without a log-in', async () => {
  const one = await standby(rig);
  expect(await watch(`${one.url}/api/live`, { origin: 'http://evil.example' }).closed).toBe(4403);
  expect(await watch(`${one.url}/api/live`, { 'x-forwarded-for': '203.0.113.9' }).closed).toBe(4401);
});

test('another failover server is reached through this one: lists, settings, changes, live; its token stays here', async () => {
  const one = await standby(rig, 'one');
  const two = await standby(rig, 'two');
  const address = two.url.replace('http://', '');
  await expect(one.call('failovers.add', { body: { address, token: 'wrong' } })).rejects.toMatchObject({ code: 'auth.wrong' });
  await expect(one.call('failovers.add', { body: { address: '127.0.0.1:1', token: 'wrong' } })).rejects.toMatchObject({ code: 'link.unreachable' });
  const added = await one.call('failovers.add', { body: { address, token: two.token } });
  expect(await one.call('failovers.list')).toMatchObject([{ id: 'this', self: true }, { name: 'Failover two', address, state: 'running', self: false }]);
  const there = { failover: added.id };
  expect(await one.call('failover.state', there)).toMatchObject({ name: 'Failover two' });
  const { version, settings } = await one.call('settings.get', there);
  await one.call('settings.put', { ...there, body: { version, settings: { ...settings, utcTime: '03:15' } } });
  expect((await two.call('settings.get')).settings.utcTime).toBe('03:15');
  expect((await two.call('settings.get')).changedBy).toBe('administrator (through administrator)');
  await expect(one.call('settings.put', { ...there, body: { version, settings } })).rejects.toMatchObject({ status: 409, code: 'input.conflict' });
  await expect(one.call('settings.put', { ...there, token: null, body: { version, settings } })).rejects.toMatchObject({ code: 'auth.missing' });
  await expect(one.call('tokens.list', { ...there, token: null })).rejects.toMatchObject({ code: 'auth.missing' });
  expect(await one.call('servers.list', { ...there, token: null })).toEqual([]);
  // Sent as they are: a browser would resolve the dots by itself.
  for (const path of ['./tokens', '%2e/tokens', 'x/../tokens', 'x/%2e%2e/tokens', '/tokens', '../api/tokens', '%2Ftokens', '..%2Fapi%2Ftokens'])
    expect([path, await rawStatus(one.url, `/api/at/${added.id}/${path}`)], path).toEqual([path, 404]);
  const watching = watch(`${one.url}/api/at/${added.id}/live`);
  await until('its snapshot', () => watching.messages.length > 0);
  expect(snapshotOf(watching).failover.name).toBe('Failover two');
  expect(JSON.stringify([await one.call('failovers.list'), await one.call('events.list')])).not.toContain(two.token);
  await one.call('failovers.remove', { params: { failover: added.id } });
  await expect(one.call('failover.state', there)).rejects.toMatchObject({ status: 404 });
});

test('a live picture over a WebSocket: foreign pages are refused, a camera that is not open here is told in words', async () => {
  const one = await standby(rig);
  const agent = await rig.agent('rec-1');
  giveSettings(agent.recorder, settingsOf(1));
  const server = await one.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: (await agent.pairingSecret()) ?? '', name: 'North' } });
  const url = `${one.url.replace(/^http/, 'ws')}${livePicturesPath(server.id, 'cam-1')}`;
  const said = (headers: Record<string, string>): Promise<{ readonly texts: string[]; readonly code: number }> =>
    new Promise((resolve) => {
      const texts: string[] = [];
      const socket = new WebSocket(url, { headers });
      rig.onEnd(() => socket.terminate());
      socket.on('message', (data) => texts.push((data as Buffer).toString()));
      socket.on('close', (code) => resolve({ texts, code }));
    });
  expect((await said({ origin: 'http://evil.example' })).code).toBe(4403);
  const { texts, code } = await said({});
  expect(livePicturesHead.parse(JSON.parse(texts[0] ?? ''))).toMatchObject({ error: { code: 'camera.silent' } });
  expect(code).toBe(1011);
});
