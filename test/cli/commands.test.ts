import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCameras, type Cameras } from '../../sim/cameras/server.ts';
import type { CheckReport } from '../../src/contract/api/check.ts';
import type { Job } from '../../src/contract/api/jobs.ts';
import type { MonitoredServer, ServerDetail } from '../../src/contract/api/servers.ts';
import { openSql } from '../../src/platform/sqlite.ts';
import { run, start, until, type Ran } from '../recorder/rig.ts';

/** Real processes: cameras, a recorder with its agent, a failover server; everything is done by command. */
const password = 'p4ss-of-camera';
let folder: string;
let cameras: Cameras;
const running: ChildProcess[] = [];
let url: string;
let agentPort: number;
let secret: string;

async function ready<T>(child: ChildProcess): Promise<T> {
  running.push(child);
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const line = await until('a process to be ready', () => out.split('\n').find((each) => each.startsWith('{')), 60_000);
  return JSON.parse(line) as T;
}

const cli = (...args: readonly string[]): Promise<Ran> => run([...args, '--url', url, '--token-file', join(folder, 'failover', 'token')]);
async function json<T>(...args: readonly string[]): Promise<T> {
  const ran = await cli(...args, '--json');
  if (ran.out === '') throw new Error(ran.err);
  return JSON.parse(ran.out) as T;
}
const north = (): Promise<MonitoredServer> => json<MonitoredServer>('servers', 'show', 'North');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-cli-'));
  cameras = await startCameras({ count: 2, auth: ['digest'], user: 'viewer', password });
  for (const address of cameras.urls) {
    const camera = new URL(address);
    camera.username = 'viewer';
    camera.password = password;
    expect(await run(['camera', 'add', '--folder', join(folder, 'recorder'), '--url', camera.href])).toMatchObject({ code: 0 });
  }
  const agent = await ready<{ port: number; pairingSecret: string }>(start(['agent', '--folder', join(folder, 'recorder'), '--host', '127.0.0.1', '--port', '0', '--json']));
  [agentPort, secret] = [agent.port, agent.pairingSecret];
  ({ url } = await ready<{ url: string }>(start(['failover', '--folder', join(folder, 'failover'), '--http-port', '0', '--port', '0', '--json'])));
}, 180_000);

afterAll(async () => {
  for (const child of running.toReversed()) {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  await cameras.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a server is added with its pairing secret, backed up, checked, and protected', async () => {
  await writeFile(join(folder, 'secret'), `${secret}\n`);
  expect(await cli('servers', 'add', `127.0.0.1:${agentPort}`, '--secret-file', join(folder, 'secret'), '--name', 'North')).toMatchObject({ code: 0 });
  await until('the first backup and life', async () => {
    const server = await north();
    return server.state === 'alive' && server.backup.lastGood !== null;
  }, 60_000);
  expect(await json<Job>('backup', 'all')).toMatchObject({ ok: true, items: [{ name: 'North', state: 'done', text: '2 cameras' }] });
  const check = await cli('check', '--json');
  const report = JSON.parse(check.out) as CheckReport;
  expect(report.servers[0]?.cameras.map((camera) => [camera.ok, camera.codec, camera.width])).toEqual([[true, 'h264', 1280], [true, 'h264', 1280]]);
  expect([check.code, report.servers[0]?.protected]).toEqual([0, true]);
  const status = await cli('status');
  expect(status).toMatchObject({ code: 0 });
  expect(status.out).toMatch(/North\s+alive/);
});

test('check says which camera is not reached and ends with 1', async () => {
  await cameras.set(2, { refuse: 'tcp' });
  const check = await cli('check', 'North');
  expect(check.code).toBe(1);
  expect(check.out).toContain('North: not protected, because');
  await cameras.set(2, { refuse: 'no' });
  expect((await cli('check', 'North')).code).toBe(0);
});

test('the test of a second session says which camera may be hot; the recorder’s own session is unharmed', async () => {
  await cameras.set(2, { sessions: { limit: 1, ghostMs: 0 } });
  const sessions = cameras.state().map((camera) => camera.sessions.map(({ id }) => id));
  const job = await json<Job>('servers', 'test-standby', 'North', '--seconds', '6');
  expect(job.items.map((item) => item.state)).toEqual(['done', 'failed']);
  expect(job.items[0]?.text).toContain('went on without a loss');
  expect(cameras.state().map((camera) => camera.sessions.map(({ id }) => id))).toEqual(sessions);
  await cameras.set(2, { sessions: { limit: 0, ghostMs: 0 } });
}, 120_000);

test('a single camera is set hot and goes back to what its server has', async () => {
  const first = async () => (await json<ServerDetail>('servers', 'show', 'North')).cameraList[0];
  const { cameraId, name } = (await first())!;
  // Both have the name of their address.
  expect((await cli('servers', 'change', 'North', '--camera', name, '--standby', 'hot')).err).toContain('2 cameras are called');
  expect(await cli('servers', 'change', 'North', '--camera', cameraId, '--standby', 'hot')).toMatchObject({ code: 0 });
  expect(await first()).toMatchObject({ standby: 'hot', standbyChoice: 'hot' });
  expect((await cli('servers', 'standby', 'North')).out).toMatch(/second failure: no room for +0 cameras/);
  expect(await cli('servers', 'change', 'North', '--camera', cameraId, '--standby', 'server')).toMatchObject({ code: 0 });
  expect(await first()).toMatchObject({ standby: 'cold', standbyChoice: null });
});

test('take over needs the typed name while the server is alive; reset gives the cameras back', async () => {
  expect(await cli('takeover', 'North')).toMatchObject({ code: 6 });
  expect(await cli('takeover', 'North', '--confirm', 'North')).toMatchObject({ code: 0 });
  await until('recording here', async () => (await north()).role.camerasRecording === 2, 60_000);
  expect(await cli('backup', 'now', 'North')).toMatchObject({ code: 1 });
  expect(await cli('reset', 'North')).toMatchObject({ code: 0 });
  await until('the restore', async () => (await north()).role.state === 'standby', 60_000);
}, 180_000);

test('footage of both machines is on one timeline; a clip is a file', async () => {
  // Not only what lies here: the list tells the recorder's newest too.
  expect((await cli('footage', 'cameras')).out).toMatch(/recorder, newest \(UTC\)[^]*North +\S.* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d{4}-/);
  const timeline = await cli('footage', 'timeline', 'North', (await json<{ cameraId: string }[]>('footage', 'cameras'))[0]?.cameraId ?? '', '--from', '-2m');
  expect(timeline).toMatchObject({ code: 0 });
  expect(timeline.out).toMatch(/both|failover server/);
  const clip = join(folder, 'clip.mp4');
  const camera = (await json<{ cameraId: string }[]>('footage', 'cameras'))[0]?.cameraId ?? '';
  expect(await cli('footage', 'clip', 'North', camera, clip, '--from', '-20s', '--to', '-10s')).toMatchObject({ code: 0 });
  expect((await stat(clip)).size).toBeGreaterThan(10_000);
});

test('copy back: the recorder has everything, and what it proves to have is deleted here', async () => {
  const here = async (): Promise<number> => (await json<{ bytesHere: number }[]>('footage', 'cameras')).reduce((sum, camera) => sum + camera.bytesHere, 0);
  expect(await here()).toBeGreaterThan(0);
  // What is locked as evidence stays here, and the job does not claim otherwise.
  const camera = (await json<{ cameraId: string }[]>('footage', 'cameras'))[0]?.cameraId ?? '';
  const lock = await json<{ id: string }>('footage', 'lock', 'North', camera, '--from', '-10m', '--reason', 'Theft');
  const job = await json<Job>('copy-back', 'North');
  expect(job).toMatchObject({ ok: true, items: [{ state: 'done' }, { state: 'done' }] });
  expect(job.items.map(({ id, text }) => [id === camera, text.includes('locked')])).toEqual(expect.arrayContaining([[true, true], [false, false]]));
  expect(await here()).toBeGreaterThan(0);
  expect(await cli('footage', 'unlock', lock.id)).toMatchObject({ code: 0 });
  expect(await json<Job>('copy-back', 'North')).toMatchObject({ ok: true });
  expect(await here()).toBe(0);
}, 120_000);

test('backups are listed and downloaded sealed; no output holds a password', async () => {
  await writeFile(join(folder, 'passphrase'), 'correct horse battery');
  const file = join(folder, 'north.understudy');
  expect(await cli('backup', 'download', 'North', '1', file, '--passphrase-file', join(folder, 'passphrase'))).toMatchObject({ code: 0 });
  expect((await readFile(file)).includes(password)).toBe(false);
  expect(await run(['backup', 'open', file, '--passphrase-file', join(folder, 'secret'), '--into', join(folder, 'opened')])).toMatchObject({ code: 6 });
  await rm(join(folder, 'opened'), { recursive: true, force: true });
  expect(await run(['backup', 'open', file, '--passphrase-file', join(folder, 'passphrase'), '--into', join(folder, 'opened')])).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, 'opened', 'document.json'), 'utf8')).toContain(password);
  for (const args of [['servers', 'show', 'North'], ['backup', 'list', 'North'], ['check', '--last'], ['events', 'export'], ['outages']]) {
    const ran = await cli(...args, '--json');
    expect([args.join(' '), ran.code]).toEqual([args.join(' '), 0]);
    expect(ran.out + ran.err, args.join(' ')).not.toContain(password);
  }
});

test('wrong use is told in words with its exit code', async () => {
  for (const [args, code, words] of [
    [['takeover', 'South'], 3, 'There are: North'],
    [['settings', 'set', 'timeouts.keepAliveMs=1000'], 3, 'between 30 s and 5 min'],
    [['maintenance', 'start', 'North'], 3, 'either --for or --until'],
    [['servers', 'remove', 'North', '--confirm', 'north'], 6, '--confirm "North"'],
    [['backup', 'rollback', 'North', '99', '--confirm', 'North'], 1, 'no such version'],
  ] as const) {
    const ran = await cli(...args);
    expect([args.join(' '), ran.code], ran.err + ran.out).toEqual([args.join(' '), code]);
    expect(ran.err + ran.out, args.join(' ')).toContain(words);
  }
  expect(await run(['status', '--url', 'http://127.0.0.1:15479'])).toMatchObject({ code: 5 });
  expect(await run(['token', 'list', '--url', url])).toMatchObject({ code: 6 });
}, 120_000);

test('a setting that is none is refused, also one that every object has; a value out of its range is told like every other', async () => {
  for (const assignment of ['constructor=1', 'timeouts.toString=1', 'name']) expect([assignment, (await cli('settings', 'set', assignment)).code]).toEqual([assignment, 3]);
  const ran = await cli('events', 'list', '--limit', '0', '--json');
  expect([ran.code, JSON.parse(ran.out)]).toEqual([3, { error: { code: 'input.invalid', text: expect.stringContaining('whole number from 1 to 1000') } }]);
  expect((await cli('events', 'list', '--limits', '5')).code).toBe(2);
});

test('a change that names nothing to change is refused, not told as done', async () => {
  expect(await cli('servers', 'change', 'North')).toMatchObject({ code: 3, err: expect.stringContaining('Nothing to change') });
});

test('a version that is no number is refused before anything is asked, and is no defect', async () => {
  for (const args of [['difference', 'North', '1', 'two'], ['accept', 'North', '1.5'], ['rollback', 'North', 'newest', '--confirm', 'North'], ['download', 'North', '0', 'north.backup', '--passphrase-file', '-']]) {
    const ran = await cli('backup', ...args, '--json');
    expect([args[0], ran.code, JSON.parse(ran.out)]).toEqual([args[0], 3, { error: { code: 'input.invalid', text: expect.stringContaining('whole number from 1') } }]);
  }
});

test('every command shows its help', async () => {
  for (const command of ['servers add', 'maintenance start', 'backup rollback', 'footage clip']) {
    const ran = await run([...command.split(' '), '--help']);
    expect([command, ran.code]).toEqual([command, 0]);
    expect(ran.out).toContain('--token-file');
  }
  // The moment at which the help was asked for is no default that anybody can read.
  expect((await run(['footage', 'clip', '--help'])).out.replaceAll(/\s+/g, ' ')).toContain('(default: now)');
  expect((await run(['servers', 'add', '10.0.0.12'])).err).toContain('understudy agent pair');
}, 120_000);

test('replace: an empty machine takes identity, settings and footage of a server that is gone', async () => {
  const before = await north();
  const [old] = running.splice(0, 1) as [ChildProcess];
  const gone = new Promise((resolve) => old.once('close', resolve));
  old.kill('SIGTERM');
  await gone;
  // What it said last is old news, and no state of its cameras.
  await until('the shutdown', async () => (await north()).state === 'normal shutdown');
  expect((await json<ServerDetail>('servers', 'show', 'North')).cameraList.map(({ recorder }) => recorder)).toEqual([null, null]);
  const agent = await ready<{ port: number; pairingSecret: string }>(start(['agent', '--folder', join(folder, 'new-recorder'), '--host', '127.0.0.1', '--port', '0', '--json']));
  await writeFile(join(folder, 'new-secret'), agent.pairingSecret);
  const replace = (confirm: string): Promise<Ran> => cli('servers', 'replace', 'North', `127.0.0.1:${agent.port}`, '--secret-file', join(folder, 'new-secret'), '--confirm', confirm);
  expect(await replace('north')).toMatchObject({ code: 6 });
  expect(await replace('North')).toMatchObject({ code: 0 });
  await until('the new hardware records every camera', async () => {
    const { id, state, cameraList } = await json<ServerDetail>('servers', 'show', 'North');
    return id === before.id && state === 'alive' && cameraList.length === 2 && cameraList.every(({ recorder }) => recorder?.state === 'streaming' && recorder.newestUs !== null);
  }, 60_000);
  expect(JSON.parse(await readFile(join(folder, 'new-recorder', 'settings.json'), 'utf8'))).toEqual(JSON.parse(await readFile(join(folder, 'recorder', 'settings.json'), 'utf8')));
}, 180_000);

test('a stored rule that does not fit ends the start in order, and names it', async () => {
  const failover = running.splice(running.length - 2, 1)[0] as ChildProcess;
  const gone = new Promise((resolve) => failover.once('close', resolve));
  failover.kill('SIGTERM');
  await gone;
  const database = openSql({ path: join(folder, 'failover', 'failover.sqlite') });
  expect(database.prepare('UPDATE retention SET max_age_ms = -1').run().changes).toBeGreaterThan(0);
  database.close();
  // Its monitored server is alive, so a life sign comes at once where the links are dialled already.
  const ran = await run(['failover', '--folder', join(folder, 'failover'), '--http-port', '0', '--port', '0']);
  expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('A retention rule in the database, max_age_ms')]);
  expect(ran.err).not.toContain('Node.js');
}, 60_000);
