import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchTrusting, type PlainInit } from '../../src/platform/https-fetch.ts';
import { run, start, until } from '../recorder/rig.ts';

/** Two failover servers as processes: one for everybody, one for its own machine alone. */
let folder: string;
const [open, own] = ['open', 'own'];
const running: ChildProcess[] = [];
let url: string;
let ownUrl: string;
let certificate: string;

async function failover(name: string, ...more: readonly string[]): Promise<string> {
  const child = start(['failover', '--folder', join(folder, name), '--http-port', '0', '--port', '0', '--json', ...more]);
  running.push(child);
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const line = await until(`${name} to be ready`, () => out.split('\n').find((each) => each.startsWith('{')), 60_000);
  return (JSON.parse(line) as { url: string }).url;
}

const token = async (name: string): Promise<string> => (await readFile(join(folder, name, 'token'), 'utf8')).trim();
async function ask(address: string, init: PlainInit = {}): Promise<{ readonly status: number; readonly code: unknown }> {
  const answer = await fetchTrusting(address.startsWith('https:') ? certificate : null, address, init);
  return { status: answer.status, code: ((await answer.json()) as { code?: unknown }).code };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-https-'));
  [url, ownUrl] = await Promise.all([failover(open, '--listen', '0.0.0.0'), failover(own)]);
  certificate = await readFile(join(folder, open, 'https-cert.pem'), 'utf8');
}, 120_000);

afterAll(async () => {
  for (const child of running) {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('for its own machine it speaks plain HTTP on loopback; for others HTTPS with a certificate of its own', async () => {
  expect(ownUrl).toMatch(/^http:\/\/127\.0\.0\.1:/);
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
  expect((await stat(join(folder, open, 'https.pem'))).mode & 0o777).toBe(0o600);
  await expect(fetch(`${url}/api/failover`)).rejects.toThrow(); // nobody vouches for it
  await expect(fetch(`${url.replace('https:', 'http:')}/api/failover`)).rejects.toThrow();
  expect(await ask(`${url}/api/failover`)).toMatchObject({ status: 200 });
});

test('reads from beyond this machine and every change need a token', async () => {
  const authorization = `Bearer ${await token(open)}`;
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of addresses) {
    expect(await ask(`${url.replace('127.0.0.1', address)}/api/failover`)).toEqual({ status: 401, code: 'auth.missing' });
    expect(await ask(`${url.replace('127.0.0.1', address)}/api/failover`, { headers: { authorization } })).toMatchObject({ status: 200 });
    await expect(fetch(`${ownUrl.replace('127.0.0.1', address)}/api/failover`)).rejects.toThrow(); // does not listen there
  }
  expect(await ask(`${url}/api/failover`, { headers: { 'x-forwarded-for': '192.0.2.7' } })).toEqual({ status: 401, code: 'auth.missing' });
  expect(await ask(`${url}/api/backups`, { method: 'POST' })).toEqual({ status: 401, code: 'auth.missing' });
  expect(await ask(`${ownUrl}/api/backups`, { method: 'POST' })).toEqual({ status: 401, code: 'auth.missing' });
  expect(await ask(`${ownUrl}/api/backups`, { method: 'POST', headers: { authorization: `Bearer ${await token(own)}` } })).toMatchObject({ status: 202 });
});

test('commands find address, token and certificate in the data folder, or are told', async () => {
  expect(await run(['status', '--folder', join(folder, open)])).toMatchObject({ code: 0 });
  expect(await run(['status', '--folder', join(folder, own)])).toMatchObject({ code: 0 });
  const stranger = await run(['status', '--url', url]);
  expect(stranger).toMatchObject({ code: 6 });
  expect(stranger.err).toContain('--ca');
  expect(await run(['status', '--url', url, '--ca', join(folder, open, 'https-cert.pem')])).toMatchObject({ code: 0 });
}, 60_000);

test('another failover server is reached by HTTPS where it speaks that, and trusted by the certificate it showed first', async () => {
  const headers = { authorization: `Bearer ${await token(own)}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ address: new URL(url).host, token: await token(open) });
  const answer = await fetch(`${ownUrl}/api/failovers`, { method: 'POST', headers, body });
  const { id, state } = (await answer.json()) as { id: string; state: string };
  expect([answer.status, state]).toEqual([201, 'running']);
  expect(await ask(`${ownUrl}/api/at/${id}/failover`)).toMatchObject({ status: 200 });
});

test('a certificate without its key, or with another one, is refused before anything is opened', async () => {
  const cert = join(folder, open, 'https-cert.pem');
  for (const [args, words] of [
    [['--tls-cert', cert], 'go together'],
    [['--tls-cert', cert, '--tls-key', join(folder, own, 'link-identity.pem')], 'does not belong'],
    [['--tls-cert', join(folder, open, 'token'), '--tls-key', join(folder, own, 'link-identity.pem')], 'does not hold a certificate'],
  ] as const) {
    const ran = await run(['failover', '--folder', join(folder, 'third'), '--http-port', '0', '--port', '0', ...args]);
    expect([ran.code, ran.err], words).toEqual([3, expect.stringContaining(words)]);
  }
}, 60_000);

test('the demo says at once that its port is taken, and starts nothing', async () => {
  const taken = ['demo', '--port', new URL(ownUrl).port, '--http-port', '0'];
  const ran = await run(taken);
  expect([ran.code, ran.out]).toEqual([3, '']);
  expect(ran.err).toContain('is used by another program');
  const asJson = await run([...taken, '--json']);
  expect([asJson.code, asJson.err]).toEqual([3, '']);
  expect(JSON.parse(asJson.out)).toMatchObject({ error: { code: 'input.invalid', field: '--port' } });
}, 30_000);
