import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { Tokens } from '../../src/failover/api/tokens.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openSql } from '../../src/platform/sqlite.ts';
import { firstToken } from '../../src/failover/api/first-token.ts';
import { Rig, until } from '../link/rig.ts';
import { standby, type Standby } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());
const refused = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'nothing was refused', (error: unknown) => error);
const json = { 'content-type': 'application/json' };
/** As from another machine, to the eyes of the server. */
const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
const post = (one: Standby, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  one.raw(path, { method: 'POST', headers: { ...json, authorization: `Bearer ${one.token}`, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('tokens', () => {
  test('one that was removed no longer hears what happens, also on a connection that was open', async () => {
    const one = await standby(rig);
    const made = await one.call('tokens.create', { body: { name: 'screen' } });
    const socket = new WebSocket(`${one.url.replace('http', 'ws')}/api/live`, { headers: { ...elsewhere, authorization: `Bearer ${made.token}` } });
    let closed: number | null = null;
    let messages = 0;
    socket.on('message', () => messages++).on('close', (code) => (closed = code));
    await until('a message', () => messages > 0);
    await one.call('tokens.remove', { params: { token: made.id } });
    await until('the end', () => closed !== null, 3000);
    expect(closed).toBe(4401);
  });

  test('the installation’s own, once removed, does not come back with the next start', async () => {
    const one = await standby(rig);
    const other = await one.call('tokens.create', { body: { name: 'other' } });
    await one.call('tokens.remove', { params: { token: 'first' }, token: other.token });
    expect(await refused(one.call('tokens.list'))).toMatchObject({ code: 'auth.wrong' });
    const sql = openSql({ path: join(dirname(one.api.tokenPath), 'failover.db') });
    const tokens = new Tokens(sql, systemClock, systemRandom);
    await firstToken(tokens, one.api.tokenPath);
    expect(tokens.byToken(one.token)).toBeNull();
    expect(tokens.byToken((await readFile(one.api.tokenPath, 'utf8')).trim())).toMatchObject({ tokenId: 'first' });
    sql.close();
  });

  test('whoever asks in another name cannot write lines of his own into the audit trail', async () => {
    const one = await standby(rig);
    await one.raw('/api/tokens', { method: 'POST', headers: { ...json, authorization: `Bearer ${one.token}`, 'x-understudy-who': encodeURIComponent('Ada\r\n2026-01-01 alarm: \u001b[2J') }, body: '{"name":"x"}' });
    const [event] = await one.call('events.list', { query: { kind: 'access' } });
    expect(event?.actor).toMatch(/^Ada/);
    expect(event?.actor).not.toMatch(/\p{Cc}/u);
  });

  test('guessing at log-ins fills neither the audit trail nor the disk', async () => {
    const one = await standby(rig);
    for (let at = 0; at < 60; at++) await post(one, '/api/session', { token: `guess-${at}` }, { authorization: '', 'x-forwarded-for': '203.0.113.9' });
    const events = await one.call('events.list', { query: { kind: 'access', limit: 1000 } });
    expect(events.length).toBeLessThan(12);
  });
});

describe('requests that are made to hurt', () => {
  test.each([
    ['nested a hundred thousand deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nested objects', `${'{"a":'.repeat(80_000)}1${'}'.repeat(80_000)}`],
    ['a prototype', '{"__proto__":{"admin":true}}'],
    ['a constructor', '{"constructor":{"prototype":{"admin":true}}}'],
    ['a huge number', '{"token":1e400}'],
  ])('a body with %s is the caller’s fault, not ours', async (_, body) => {
    const one = await standby(rig);
    const login = await post(one, '/api/session', body, { authorization: '' });
    expect(login.status).toBe(400);
    const out = await one.raw('/api/session', { method: 'DELETE', headers: json, body });
    expect(out.status).toBe(400);
    expect(await post(one, '/api/backups', body).then(({ status }) => status)).toBe(400);
    expect(({} as { readonly admin?: boolean }).admin).toBeUndefined();
  });

  test.each(['/%zz', '/api/servers/%zz', '/api/servers/..%2f..%2fetc', '/api/servers/a%00b', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2f..%2fpackage.json', '//etc/passwd', `/api/servers/${'a'.repeat(5000)}`, '/api/at/x/%2e%2e/settings', '/api/events?limit=1e9', '/api/footage/a/b/play?fromUs=1e30&toUs=1e31', '/api/footage/a/b/clip?fromUs=-9007199254740991&toUs=-9007199254740000'])(
    'the path %s is refused and tells nothing',
    async (path) => {
      const one = await standby(rig);
      const { status, text } = await bare(one.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
      expect(text).not.toMatch(/root:|node_modules|at .*\.ts|\/tmp\//);
    },
  );

  test.each(['GET / HTTP/9.9\r\n\r\n', 'GET\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`, 'GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'])('garbage ends that connection alone: %#', async (text) => {
    const one = await standby(rig);
    await bare(one.url, text);
    expect((await one.raw('/api/health')).status).toBe(200);
  });

  test('what is no request is answered in the form of every error', async () => {
    const one = await standby(rig);
    const told = async (text: string): Promise<unknown> => {
      const answer = await bare(one.url, text);
      return [answer.status, (JSON.parse(answer.text.split('\r\n\r\n')[1] ?? '') as { readonly code: string }).code];
    };
    expect(await told('FOO /api/servers HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')).toEqual([400, 'input.invalid']);
    expect(await told(`GET /api/servers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${'x'.repeat(20_000)}\r\n\r\n`)).toEqual([431, 'input.too-large']);
  });

  test('connections of one machine are limited, so that files and cameras can still be opened', async () => {
    const one = await standby(rig);
    const { port } = new URL(one.url);
    const sockets: Socket[] = [];
    let [connected, ended] = [0, 0];
    // A few at a time: the queue of the kernel is shorter.
    for (let at = 0; at < 12; at++) {
      for (let count = 0; count < 100; count++) sockets.push(connect(Number(port), '127.0.0.1', () => connected++).on('error', () => undefined).on('close', () => ended++).resume());
      await until('these to be there', () => connected + ended >= sockets.length, 20_000);
    }
    await until('that some were refused', () => ended > 100, 20_000);
    for (const socket of sockets) socket.destroy();
    await until('all gone', () => ended === sockets.length);
    expect((await one.raw('/api/health')).status).toBe(200);
  });
});

describe('what leaves this machine', () => {
  test('an address with a password in it is refused for a webhook', async () => {
    const one = await standby(rig);
    const { version, kinds, smtp, syslog } = await one.call('notifications.get');
    const { passwordSet: _, ...mail } = smtp;
    const wrong = one.call('notifications.put', { body: { version, kinds, smtp: mail, syslog, webhook: { enabled: true, url: 'http://user:hunter2@127.0.0.1:1/x' } } });
    expect(await refused(wrong)).toMatchObject({ code: 'input.invalid', field: 'webhook.url' });
  });
});

describe('a webhook', () => {
  test('whose path is its secret shows it to nobody without a log-in, and a form that was read so changes nothing', async () => {
    const one = await standby(rig);
    const put = async (url: string): Promise<string> => {
      const { version, kinds, smtp, syslog } = await one.call('notifications.get');
      const { passwordSet: _, ...mail } = smtp;
      return (await one.call('notifications.put', { body: { version, kinds, smtp: mail, syslog, webhook: { enabled: true, url } } })).webhook.url;
    };
    await put('https://hooks.example/services/T0/B0/s3cr3t?key=x');
    const shown = await one.call('notifications.get', { token: null });
    expect(shown.webhook.url).toBe('https://hooks.example/…');
    expect(await put(shown.webhook.url)).toBe('https://hooks.example/services/T0/B0/s3cr3t?key=x');
    expect(await put('https://other.example/')).toBe('https://other.example/');
    expect((await one.call('notifications.get', { token: null })).webhook.url).toBe('https://other.example/');
  });
});

describe('another failover server in the hands of somebody else', () => {
  /** Answers the question who it is as it should, everything else with `answer`. */
  async function other(answer: { readonly type: string; readonly body: string | (() => AsyncIterable<Uint8Array>) }): Promise<{ readonly one: Standby; readonly id: string }> {
    const one = await standby(rig);
    let added = false;
    const server = createServer((request, response) => {
      const who = request.url === '/api/session' && !(added && typeof answer.body !== 'string');
      response.writeHead(200, { 'content-type': who ? 'application/json' : answer.type });
      if (who) return void response.end(JSON.stringify({ loggedIn: true, name: 'x', loopback: false, expiresMs: null, version: '1', failoverName: 'Other' }));
      if (typeof answer.body === 'string') return void response.end(answer.body);
      void (async () => {
        for await (const part of (answer.body as () => AsyncIterable<Uint8Array>)()) if (response.destroyed || !response.write(part)) await new Promise((done) => setTimeout(done, 1));
      })();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    rig.onEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    const { id } = await one.call('failovers.add', { body: { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'their-token' } });
    added = true;
    return { one, id };
  }

  test('gets no script into our page', async () => {
    for (const type of ['text/html', 'text/javascript', 'application/javascript', 'image/svg+xml']) {
      const { one, id } = await other({ type, body: '<script>alert(1)</script>' });
      const response = await one.raw(`/api/at/${id}/outages/x/page`);
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('script-src');
      if (type !== 'text/html') expect(response.headers.get('content-type')).toBe('application/octet-stream');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('that answers without end costs no memory, and is shown as one that does not answer', async () => {
    let sent = 0;
    const { one, id } = await other({
      type: 'application/json',
      async *body() {
        for (const part = new Uint8Array(1_000_000).fill(0x20); ; sent += part.length) yield await Promise.resolve(part);
      },
    });
    await expect.poll(async () => (await one.call('failovers.list')).find((row) => row.id === id)?.state, { timeout: 15_000 }).toBe('unreachable');
    expect(sent).toBeLessThan(100_000_000);
  });
});

/** One request as bytes; what came back until the end. */
function bare(url: string, text: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text, 'latin1'));
    const done = (): void => resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0), text: answer });
    socket.on('data', (bytes) => (answer += bytes.toString('latin1'))).on('error', done).on('close', done);
    setTimeout(() => socket.destroy(), 1500);
  });
}
