import { afterEach, describe, expect, test } from 'vitest';
import { linkVersion } from '../../src/contract/link.ts';
import type { Connection } from '../../src/platform/transport.ts';
import { Rig, until } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

const who = { server: 'rec-1', instance: 'i', agentBoot: 'a', boot: 'b' };
const progress = { cameras: [{ id: 'c1', newestUs: 1, sinceUs: 0, durableUs: null, state: 'streaming' }], bytesWritten: 1, disk: { state: 'ok', freeBytes: 1, text: '' }, settingsDigest: 'd' };
const keepAlive = { type: 'keep-alive', ...who, seq: 1, wallMs: 1, phase: 'running', progress };
const beat = { type: 'beat', base: 1, seq: 2, wallMs: 1, newestUs: [1], durableUs: [0], bytesWritten: 1, freeBytes: 1 };

/** What an agent may send wrongly, message type by message type, and the field that the refusal names. */
const fromAgent: readonly (readonly [what: string, messages: readonly unknown[], names: string])[] = [
  ['no JSON', ['{'], 'not JSON'],
  ['an unknown type', [{ type: 'surprise' }], 'surprise'],
  ['no type', [[1, 2]], 'no message of type'],
  ['a startup without boot', [{ ...who, type: 'startup', seq: 1, wallMs: 1, boot: undefined }], 'startup.boot'],
  ['a keep-alive with text for a time', [{ ...keepAlive, progress: { ...progress, cameras: [{ ...progress.cameras[0], newestUs: 'now' }] } }], 'keep-alive.progress.cameras.0.newestUs'],
  ['a keep-alive with a negative count', [{ ...keepAlive, progress: { ...progress, bytesWritten: -1 } }], 'keep-alive.progress.bytesWritten'],
  ['a beat before any keep-alive', [beat], 'beat.base'],
  ['a beat for more cameras', [keepAlive, { ...beat, newestUs: [1, 2] }], 'beat.newestUs'],
  ['a beat with text for a time', [keepAlive, { ...beat, durableUs: ['x'] }], 'beat.durableUs'],
  ['a normal shutdown without reason', [{ ...who, type: 'normal shutdown', seq: 1, wallMs: 1 }], 'normal shutdown.reason'],
  ['an abnormal shutdown with half a code', [{ ...who, type: 'abnormal shutdown', seq: 1, wallMs: 1, code: 0.5, signal: null, restartInMs: null }], 'abnormal shutdown.code'],
  ['an agent exit without its word', [{ ...who, type: 'agent exit', seq: 1, wallMs: 1 }], 'agent exit.recorderGoesOn'],
  ['a pong without time', [{ type: 'pong', id: 1 }], 'pong.wallMs'],
  ['a pong that no clock shows', [{ type: 'pong', id: 1, wallMs: 1e300 }], 'pong.wallMs'],
  ['a response without ok', [{ type: 'response', id: 1 }], 'response'],
  ['an end without length', [{ type: 'end', id: 1 }], 'end.bytes'],
  ['bytes', [new Uint8Array([1, 2, 3])], 'Bytes'],
];

/** An agent that welcomes everybody and then says what the test wants. */
async function strangeAgent(name: string): Promise<{ readonly port: number; readonly pin: string; say(messages: readonly unknown[]): void; readonly open: Connection[] }> {
  const transport = await rig.transport(name);
  const open: Connection[] = [];
  const listening = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.onMessage((data) => {
      if (typeof data !== 'string' || !data.includes('"hello"')) return;
      connection.send(JSON.stringify({ type: 'welcome', version: linkVersion, ...who, server: name, phase: 'running', name, make: 'm', makeVersion: '1', wallMs: 1, seq: 0 }));
      open.push(connection);
    });
    connection.onClose(() => undefined);
  });
  rig.onEnd(async () => await listening.close());
  return {
    port: listening.port, pin: transport.fingerprint, open,
    say(messages) {
      for (const message of messages)
        if (message instanceof Uint8Array) void open.at(-1)?.sendBytes(message);
        else open.at(-1)?.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
  };
}

describe('what does not fit the link', () => {
  test('from an agent: refused with the field named, that connection alone is dropped and dialled again', async () => {
    const [bad, good] = [await strangeAgent('rec-1'), await strangeAgent('rec-2')];
    const { links, events } = await rig.links();
    for (const [serverId, agent] of [['rec-1', bad], ['rec-2', good]] as const)
      links.set({ serverId, host: '127.0.0.1', port: agent.port, pin: agent.pin, instance: null });
    await until('both connections', () => bad.open.length === 1 && good.open.length === 1);
    for (const [what, messages, names] of fromAgent) {
      const before = bad.open.length;
      const seen = events.length;
      bad.say(messages);
      await until(`a new connection after ${what}`, () => bad.open.length > before, 20_000);
      const trouble = events.slice(seen).find((event) => event.type === 'trouble');
      expect(trouble, what).toMatchObject({ serverId: 'rec-1', code: 'link.protocol', text: expect.stringContaining(names) as string });
    }
    // The other one was never touched: its connection still carries life signs.
    good.say([{ ...keepAlive, server: 'rec-2', seq: 5 }]);
    await until('the keep-alive of the other', () => events.some((event) => event.type === 'life sign' && event.serverId === 'rec-2'));
    expect(events.some((event) => event.type === 'disconnected' && event.serverId === 'rec-2')).toBe(false);
    expect(events.some((event) => event.type === 'life sign' && event.serverId === 'rec-1' && event.sign.seq > 1)).toBe(false);
  }, 60_000);

  test('from a failover server: the agent drops that connection alone, and the recorder goes on', async () => {
    const agent = await rig.agent();
    const { pin } = await rig.pair(agent);
    const { links, events } = await rig.links();
    links.set({ serverId: 'rec-1', host: '127.0.0.1', port: agent.port, pin, instance: null });
    await until('a keep-alive', () => events.some((event) => event.type === 'life sign'));
    for (const message of ['{', '[]', { type: 'ping' }, { type: 'request', id: 'x', method: 'settings.get' }, keepAlive, { type: 'end', id: 1 }, { type: 'hello' }]) {
      const { connection, received } = await asProtector(agent.port, pin, linkVersion);
      await until('its welcome', () => received.length > 0);
      connection.send(typeof message === 'string' ? message : JSON.stringify(message));
      await until(`the end after ${JSON.stringify(message)}`, () => received.at(-1) === 'closed');
    }
    const seen = events.filter((event) => event.type === 'life sign').length;
    await until('keep-alives on the good connection', () => events.filter((event) => event.type === 'life sign').length > seen + 2);
    expect(events.some((event) => event.type === 'disconnected')).toBe(false);
    expect(agent.recorder.calls).toEqual(['start']);
  }, 30_000);

  test('an older failover server gets whole keep-alives, a present one gets them in short', async () => {
    const agent = await rig.agent();
    const { pin } = await rig.pair(agent);
    const old = await asProtector(agent.port, pin, 1);
    await until('three of them', () => old.received.filter((text) => text.startsWith('{"type":"keep-alive"')).length >= 3);
    expect(old.received.some((text) => text.startsWith('{"type":"beat"'))).toBe(false);
    old.connection.close('done');
    await until('its end', () => old.received.at(-1) === 'closed');
    const now = await asProtector(agent.port, pin, linkVersion);
    await until('two beats', () => now.received.filter((text) => text.startsWith('{"type":"beat"')).length >= 2);
    expect(now.received.findIndex((text) => text.startsWith('{"type":"keep-alive"'))).toBe(1);
  }, 30_000);
});

/** A connection of the paired failover server that speaks this version; what comes in is kept as text. */
async function asProtector(port: number, pin: string, version: number): Promise<{ readonly connection: Connection; readonly received: string[] }> {
  const connection = await (await rig.transport('fo-1')).dial({ host: '127.0.0.1', port, pin, timeoutMs: 6000 });
  const received: string[] = [];
  connection.onMessage((data) => received.push(typeof data === 'string' ? data : 'bytes'));
  connection.onClose(() => received.push('closed'));
  connection.send(JSON.stringify({ type: 'hello', version, oldestVersion: 1, purpose: 'link', from: 'fo-1', name: 'Failover fo-1', keepAliveMs: 100, keepAliveTimeoutMs: 3000 }));
  return { connection, received };
}
