import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Rig, until } from '../link/rig.ts';
import { standby, type Standby } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

interface Posted {
  readonly body: string;
  readonly signature: string | undefined;
}

async function webhook(): Promise<{ readonly url: string; readonly posted: Posted[] }> {
  const posted: Posted[] = [];
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      posted.push({ body, signature: request.headers['x-understudy-signature'] as string | undefined });
      response.end('ok');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  rig.onEnd(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, posted };
}

async function syslog(): Promise<{ readonly port: number; readonly lines: string[] }> {
  const lines: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message) => lines.push(message.toString()));
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  rig.onEnd(() => void socket.close());
  return { port: socket.address().port, lines };
}

/** As much SMTP (RFC 5321) as a client needs to hand over a letter. */
async function mailServer(): Promise<{ readonly port: number; readonly letters: string[] }> {
  const letters: string[] = [];
  const server = createServer((socket) => {
    let data: string | null = null;
    let rest = '';
    socket.on('error', () => undefined);
    socket.write('220 test ESMTP\r\n');
    socket.on('data', (part) => {
      rest += part.toString();
      for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
        const line = rest.slice(0, at);
        rest = rest.slice(at + 2);
        if (data !== null) {
          if (line === '.') {
            letters.push(data);
            data = null;
            socket.write('250 taken\r\n');
          } else data += `${line}\n`;
        } else if (line.startsWith('DATA')) {
          data = '';
          socket.write('354 go on\r\n');
        } else if (line.startsWith('QUIT')) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  rig.onEnd(() => void server.close());
  return { port: (server.address() as AddressInfo).port, letters };
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function all(one: Standby) {
  const [hook, log, mail] = [await webhook(), await syslog(), await mailServer()];
  const { version, kinds } = await one.call('notifications.get');
  const body = {
    version,
    kinds,
    smtp: { enabled: true, host: '127.0.0.1', port: mail.port, secure: false, user: '', from: 'standby@site.example', to: ['ada@site.example'], password: null },
    webhook: { enabled: true, url: hook.url, secret: 'shared-secret' },
    syslog: { enabled: true, host: '127.0.0.1', port: log.port },
  };
  return { hook, log, mail, body, saved: await one.call('notifications.put', { body }) };
}

test('a test message arrives on each channel; the webhook is signed; secrets are never read back', async () => {
  const one = await standby(rig);
  const { hook, log, mail, saved, body } = await all(one);
  expect(saved).toMatchObject({ version: 1, webhook: { secretSet: true }, smtp: { passwordSet: false } });
  for (const channel of ['smtp', 'webhook', 'syslog'] as const) expect(await one.call('notifications.test', { params: { channel } }), channel).toMatchObject({ ok: true });
  await until('all of them', () => hook.posted.length === 1 && log.lines.length === 1 && mail.letters.length === 1);
  const [posted] = hook.posted;
  expect(posted?.signature).toBe(`sha256=${createHmac('sha256', 'shared-secret').update(posted?.body ?? '').digest('hex')}`);
  expect(JSON.parse(posted?.body ?? '')).toMatchObject({ kind: 'test', failover: 'Failover standby' });
  expect(log.lines[0]).toMatch(/^<134>1 \d{4}-\d\d-\d\dT[\d:.]+Z Failover-standby understudy - test \[understudy@32473 kind="test"\] This is a test message\.$/);
  expect(mail.letters[0]).toContain('Subject: [Failover standby] This is a test message.');
  expect(JSON.stringify([await one.call('notifications.get'), await one.call('events.list')])).not.toContain('shared-secret');
  await expect(one.call('notifications.put', { body })).rejects.toMatchObject({ code: 'input.conflict' });
  // Left out, a secret stays; null removes it.
  const { secret: _, ...kept } = body.webhook;
  const same = await one.call('notifications.put', { body: { ...body, version: 1, webhook: kept } });
  expect(same, 'a save that changes nothing is none').toMatchObject({ version: 1, webhook: { secretSet: true } });
  expect((await one.call('notifications.put', { body: { ...body, version: same.version, webhook: { ...kept, secret: null } } })).webhook.secretSet).toBe(false);
});

test('an alarm is told once, by name; a channel that does not answer says why', async () => {
  const one = await standby(rig);
  const { hook, body } = await all(one);
  const agent = await rig.agent('rec-1');
  await one.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: (await agent.pairingSecret()) ?? '', name: 'North' } });
  // Its settings have no camera: held.
  await until('the alarm', () => hook.posted.some((each) => each.body.includes('backup.suspicious')));
  expect(JSON.parse(hook.posted.find((each) => each.body.includes('backup.suspicious'))?.body ?? '')).toMatchObject({ kind: 'backup failed', server: 'North', severity: 'alarm' });
  const nowhere = { ...body, version: 1, webhook: { enabled: true, url: `http://127.0.0.1:${await closedPort()}/` } };
  await one.call('notifications.put', { body: nowhere });
  expect(await one.call('notifications.test', { params: { channel: 'webhook' } })).toMatchObject({ ok: false, text: expect.stringContaining('ECONNREFUSED') });
  await expect(one.call('notifications.put', { body: { ...nowhere, version: 2, smtp: { ...body.smtp, host: '' } } })).rejects.toMatchObject({ field: 'smtp.host' });
});
