import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadIdentity, type TlsIdentity } from '../../src/platform/tls-identity.ts';
import type { ListenLimits } from '../../src/platform/transport-listen.ts';
import { tlsTransport } from '../../src/platform/transport-tls.ts';
import { type Connection, type Listening, maxMessageBytes } from '../../src/platform/transport.ts';

let folder: string;
let ours: TlsIdentity;
let theirs: TlsIdentity;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-transport-'));
  ours = await loadIdentity(join(folder, 'ours'));
  theirs = await loadIdentity(join(folder, 'theirs'));
});
afterAll(async () => await rm(folder, { recursive: true }));
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const listen = async (accept: (connection: Connection) => void, limits?: ListenLimits): Promise<Listening> => {
  const at = await tlsTransport(theirs, limits === undefined ? {} : { limits }).listen({ host: '127.0.0.1', port: 0 }, accept);
  open.push(at);
  return at;
};
const next = async (connection: Connection): Promise<string | Uint8Array> => await new Promise((done) => connection.onMessage(done));
const ended = async (connection: Connection): Promise<string> => await new Promise((done) => connection.onClose(done));

describe('identity', () => {
  test('is made once, readable by its owner only, and stays the same', async () => {
    const again = await loadIdentity(join(folder, 'ours'));
    expect(again).toEqual(ours);
    expect(ours.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(ours.fingerprint).not.toBe(theirs.fingerprint);
    expect((await stat(join(folder, 'ours', 'link-identity.pem'))).mode & 0o777).toBe(0o600);
  });

  test('two processes that start at once get one key', async () => {
    const both = await Promise.all([loadIdentity(join(folder, 'both')), loadIdentity(join(folder, 'both'))]);
    expect(both[0].fingerprint).toBe(both[1].fingerprint);
  });
});

describe('TLS transport', () => {
  test('carries text and bytes both ways, and each side knows the key of the other', async () => {
    const accepted: Connection[] = [];
    const at = await listen((connection) => {
      accepted.push(connection);
      connection.onMessage((data) => (typeof data === 'string' ? connection.send(`echo ${data}`) : void connection.sendBytes(data)));
    });
    const connection = await tlsTransport(ours).dial({ host: '127.0.0.1', port: at.port, pin: theirs.fingerprint, timeoutMs: 3000 });
    connection.send('grüße');
    expect(await next(connection)).toBe('echo grüße');
    await connection.sendBytes(new Uint8Array([1, 2, 3]));
    expect([...(await next(connection)) as Uint8Array]).toEqual([1, 2, 3]);
    expect(connection.peerFingerprint).toBe(theirs.fingerprint);
    expect(accepted[0]?.peerFingerprint).toBe(ours.fingerprint);
    const end = ended(accepted[0] as Connection);
    connection.close('done for today');
    expect(await end).toBe('done for today');
  });

  test('another key than the pinned one is refused before a message is sent', async () => {
    const at = await listen(() => expect.fail('a connection with a wrong pin was accepted'));
    await expect(tlsTransport(ours).dial({ host: '127.0.0.1', port: at.port, pin: ours.fingerprint, timeoutMs: 3000 })).rejects.toMatchObject({
      code: 'auth.pin-mismatch',
    });
  });

  test('a client without a certificate is not accepted', async () => {
    const at = await listen(() => expect.fail('accepted without a key'));
    const socket = connectTls({ host: '127.0.0.1', port: at.port, rejectUnauthorized: false });
    open.push({ close: () => socket.destroy() });
    await new Promise((done) => socket.once('secureConnect', done));
    socket.write('GET /link HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
    await new Promise<void>((done) => socket.once('error', () => done()).once('close', () => done()));
  });

  test('a silent host, a closed port and a host that hangs in the handshake end at the time-out', async () => {
    const transport = tlsTransport(ours);
    const mute = createServer(() => undefined);
    await new Promise<void>((done) => mute.listen(0, '127.0.0.1', done));
    open.push({ close: () => mute.close() });
    const port = (mute.address() as { port: number }).port;
    const started = performance.now();
    await expect(transport.dial({ host: '127.0.0.1', port, pin: null, timeoutMs: 300 })).rejects.toMatchObject({ code: 'link.unreachable' });
    await expect(transport.dial({ host: '127.0.0.1', port: 1, pin: null, timeoutMs: 5000 })).rejects.toMatchObject({ code: 'link.unreachable' });
    expect(performance.now() - started).toBeLessThan(4500); // neither waited for the longer of the two time-outs
  });

  test('closing waits for nobody who is still shaking hands', async () => {
    const at = await listen(() => expect.fail('nobody was let in'), { connections: 2, ofAddress: 2, handshakeMs: 60_000 });
    const socket = connectTcp(at.port, '127.0.0.1');
    open.push({ close: () => socket.destroy() });
    const cut = new Promise<void>((done) => socket.on('error', () => undefined).once('close', () => done()).resume());
    await new Promise<void>((done) => socket.once('connect', () => done()));
    await new Promise((done) => setTimeout(done, 50));
    await at.close();
    await cut;
  });

  test('one host cannot take all the room', async () => {
    const at = await listen(() => undefined, { connections: 100, ofAddress: 10, handshakeMs: 60_000 });
    let refused = 0;
    const from = (localAddress: string): Socket => {
      const socket = connectTcp({ port: at.port, host: '127.0.0.1', localAddress }).on('error', () => undefined).once('close', () => refused++).resume() as Socket;
      open.push({ close: () => socket.destroy() });
      return socket;
    };
    for (let count = 0; count < 30; count++) from('127.0.0.2');
    await expect.poll(() => refused).toBe(20);
    from('127.0.0.3');
    await new Promise((done) => setTimeout(done, 200));
    expect(refused).toBe(20);
  });

  test('a slow handshake is cut, and so is one connection too many', async () => {
    const at = await listen(() => undefined, { connections: 2, ofAddress: 2, handshakeMs: 3000 });
    const sockets: Socket[] = [];
    const cut = (): Promise<number> => {
      const started = performance.now();
      const socket = connectTcp(at.port, '127.0.0.1');
      sockets.push(socket);
      open.push({ close: () => socket.destroy() });
      return new Promise((done) => socket.on('error', () => undefined).once('close', () => done(performance.now() - started)).resume());
    };
    const first = cut();
    const second = cut();
    await new Promise((done) => setTimeout(done, 50));
    expect(await cut()).toBeLessThan(2500); // the third: at once
    expect(await first).toBeGreaterThan(2900);
    expect(await second).toBeLessThan(10_000);
  });

  test('a message longer than the limit ends the connection', async () => {
    let reason: Promise<string> | null = null;
    const at = await listen((connection) => {
      reason = ended(connection);
      connection.onMessage(() => expect.fail('delivered'));
    });
    const connection = await tlsTransport(ours).dial({ host: '127.0.0.1', port: at.port, pin: null, timeoutMs: 3000 });
    connection.onMessage(() => undefined);
    const end = ended(connection);
    connection.send('x'.repeat(maxMessageBytes + 1));
    await end;
    expect(await (reason as Promise<string> | null)).toContain('Max payload');
  });

  test('back pressure: a paused reader stops the writer, and nothing is lost', async () => {
    let accept = (_connection: Connection): void => undefined;
    const accepted = new Promise<Connection>((done) => (accept = done));
    const at = await listen((connection) => accept(connection));
    const connection = await tlsTransport(ours).dial({ host: '127.0.0.1', port: at.port, pin: null, timeoutMs: 3000 });
    const reader = await accepted;
    let got = 0;
    let settled = 0;
    const chunk = 256 * 1024;
    const send = async (): Promise<void> => {
      for (let index = 0; index < 100; index++) {
        await connection.sendBytes(new Uint8Array(chunk).fill(index));
        settled++;
      }
    };
    const sending = send();
    await new Promise((done) => setTimeout(done, 300));
    expect(settled).toBeLessThan(80); // 25 MB do not fit into any socket buffer
    expect(connection.waiting()).toBeLessThan(2 * 1024 * 1024);
    await new Promise<void>((done) => {
      reader.onMessage((data) => {
        expect((data as Uint8Array)[0]).toBe(Math.floor(got / chunk));
        got += data.length;
        if (got === 100 * chunk) done();
      });
    });
    await sending;
  });
});

describe('addresses (N17)', () => {
  const dialWith = async (answers: readonly (readonly string[] | Error)[], port: number): Promise<string[]> => {
    let call = 0;
    const transport = tlsTransport(ours, {
      lookup: async () => {
        const answer = answers[call++] ?? new Error('no more answers');
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    const peers: string[] = [];
    for (const _ of answers) {
      const connection = await transport.dial({ host: 'recorder.test', port, pin: theirs.fingerprint, timeoutMs: 4000 });
      peers.push(connection.peer);
      connection.close('test over');
    }
    return peers;
  };

  test('the last good address is used when DNS fails, and when it answers an address where nobody is', async () => {
    const at = await listen(() => undefined);
    const good = `127.0.0.1:${at.port}`;
    expect(await dialWith([['127.0.0.1'], new Error('SERVFAIL'), ['127.0.0.77']], at.port)).toEqual([good, good, good]);
  });

  test('a name with several addresses connects to the one that answers', async () => {
    const at = await listen(() => undefined);
    expect(await dialWith([['127.0.0.99', '127.0.0.1']], at.port)).toEqual([`127.0.0.1:${at.port}`]);
  });

  test('a DNS that hangs does not hang the dial', async () => {
    const at = await listen(() => undefined);
    const never = new Promise<readonly string[]>(() => undefined);
    const transport = tlsTransport(ours, { lookup: async () => await never, memory: { load: () => ({ 'recorder.test': '127.0.0.1' }), save: () => undefined } });
    const connection = await transport.dial({ host: 'recorder.test', port: at.port, pin: theirs.fingerprint, timeoutMs: 2000 });
    connection.close('test over');
  });
});
