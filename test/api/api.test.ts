import { rename } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { UnderstudyError } from '../../src/contract/errors.ts';
import { routeNames, routes } from '../../src/contract/api/routes.ts';
import { Rig, until } from '../link/rig.ts';
import { cameraPassword, giveSettings, settingsOf, standby, type Standby } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());
const refused = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'nothing was refused', (error: unknown) => error);

/** A failover server with one paired, running recorder of four cameras. */
async function pair(): Promise<{ readonly one: Standby; readonly agent: Awaited<ReturnType<Rig['agent']>> }> {
  const agent = await rig.agent('rec-1');
  giveSettings(agent.recorder, settingsOf(4));
  const one = await standby(rig);
  await one.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: (await agent.pairingSecret()) ?? '', name: 'North' } });
  await until('the first backup', () => one.server.server('rec-1').cameras.length === 4);
  return { one, agent };
}

describe('access', () => {
  test('from loopback everybody reads, nobody changes without a token', async () => {
    const one = await standby(rig);
    expect(await one.call('servers.list', { token: null })).toEqual([]);
    for (const name of routeNames.filter((each) => routes[each].access === 'change')) {
      const { method, path } = routes[name];
      const response = await one.raw(`/api${path.replace(/:[a-z]+/g, '1')}`, { method });
      expect([name, response.status, ((await response.json()) as { code: string }).code]).toEqual([name, 401, 'auth.missing']);
    }
  });

  test('the token file is 0600 and its token works; a wrong one is refused, and guessing is slowed', async () => {
    const one = await standby(rig);
    const { stat } = await import('node:fs/promises');
    expect((await stat(one.api.tokenPath)).mode & 0o777).toBe(0o600);
    expect(await one.call('session.get')).toMatchObject({ loggedIn: true, name: 'administrator', loopback: true });
    const codes: unknown[] = [];
    for (let count = 0; count < 7; count += 1) codes.push(((await refused(one.call('servers.list', { token: 'wrong' }))) as { code: string }).code);
    expect(codes).toEqual(['auth.wrong', 'auth.wrong', 'auth.wrong', 'auth.wrong', 'auth.wrong', 'auth.too-many', 'auth.too-many']);
  });

  test('a request that a proxy passed on is not from loopback', async () => {
    const one = await standby(rig);
    const response = await one.raw('/api/servers', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(response.status).toBe(401);
  });

  test('whoever is admitted to nothing learns that it is there and its name; no version, and nothing of what it does', async () => {
    const one = await standby(rig);
    const open = routeNames.filter((each) => routes[each].access === 'open' && routes[each].method === 'GET');
    expect(open.toSorted()).toEqual(['health', 'session.get']);
    const ask = async (path: string): Promise<unknown> => await (await one.raw(path, { headers: { 'x-forwarded-for': '203.0.113.9' } })).json();
    expect((await one.call('session.get', { token: null })).version).not.toBeNull();
    expect(await ask('/api/health')).toEqual({ ok: true });
    expect(await ask('/api/session')).toEqual({ loggedIn: false, name: null, loopback: false, expiresMs: null, version: null, failoverName: expect.any(String) as string });
  });

  test('log-in by cookie: httpOnly, SameSite=Strict; changes need the page’s own Origin; log-out ends it', async () => {
    const one = await standby(rig);
    const origin = one.url;
    const login = await one.raw('/api/session', { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify({ token: one.token, name: 'Ada' }) });
    const set = login.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/HttpOnly/i);
    expect(set).toMatch(/SameSite=Strict/i);
    const cookie = set.split(';')[0] ?? '';
    const make = (headers: Record<string, string>): Promise<Response> => one.raw('/api/tokens', { method: 'POST', headers: { 'content-type': 'application/json', cookie, ...headers }, body: '{"name":"script"}' });
    expect((await make({ origin })).status).toBe(201);
    expect((await make({})).status).toBe(403);
    expect((await make({ origin: 'http://evil.example' })).status).toBe(403);
    expect(await one.call('tokens.list')).toHaveLength(2);
    await one.raw('/api/session', { method: 'DELETE', headers: { cookie, origin } });
    expect((await make({ origin })).status).toBe(401);
    const events = await one.call('events.list', { query: { kind: 'access' } });
    expect(events.map((event) => `${event.actor} ${event.to}`)).toEqual(['Ada logged out', 'Ada token made', 'Ada logged in']);
  });

  test('a foreign host name (DNS rebinding) and a foreign page are refused, also for reads', async () => {
    const one = await standby(rig);
    const { request } = await import('node:http');
    const status = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        request(`${one.url}/api/servers`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    expect(await status({ host: 'evil.example' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ host: 'localhost' })).toBe(200);
  });
});

describe('bad input', () => {
  test('is refused with the field and the rule; nothing is changed', async () => {
    const one = await standby(rig);
    const { version, settings } = await one.call('settings.get');
    const put = (change: object): Promise<unknown> => refused(one.call('settings.put', { body: { version, settings: { ...settings, ...change } } }));
    expect(await put({ timeouts: { ...settings.timeouts, keepAliveMs: 1000 } })).toMatchObject({ status: 400, code: 'input.invalid', field: 'settings.timeouts.keepAliveMs', message: expect.stringContaining('between 30 s and 5 min') });
    expect(await put({ utcTime: '25:00' })).toMatchObject({ field: 'settings.utcTime' });
    expect(await put({ name: 'x'.repeat(500) })).toMatchObject({ field: 'settings.name' });
    expect(await put({ storePath: '../etc' })).toMatchObject({ field: 'settings.storePath' });
    expect(await put({ storePath: '/proc/understudy' }), 'a folder that cannot be made').toMatchObject({ code: 'store.read-only', field: 'settings.storePath' });
    expect(await put({ unknown: 1 })).toMatchObject({ field: 'settings.unknown', message: expect.stringContaining('no such field') });
    expect((await one.call('settings.get')).version).toBe(version);
    for (const body of ['{', 'null', '"x"', '[]']) {
      const response = await one.raw('/api/settings', { method: 'PUT', headers: { authorization: `Bearer ${one.token}`, 'content-type': 'application/json' }, body });
      expect([body, response.status, ((await response.json()) as { code: string }).code]).toEqual([body, 400, 'input.invalid']);
    }
    const large = await one.raw('/api/settings', { method: 'PUT', headers: { authorization: `Bearer ${one.token}`, 'content-type': 'application/json' }, body: `"${'x'.repeat(1_100_000)}"` });
    expect(large.status).toBe(413);
    const form = await one.raw('/api/settings', { method: 'PUT', headers: { authorization: `Bearer ${one.token}`, 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' });
    expect(form.status).toBe(400);
  });

  test('two people edit the settings: the second is told, nothing is overwritten', async () => {
    const one = await standby(rig);
    const { version, settings } = await one.call('settings.get');
    const saved = await one.call('settings.put', { body: { version, settings: { ...settings, automaticRestore: false } } });
    expect(saved).toMatchObject({ version: version + 1, changedBy: 'administrator' });
    expect(await refused(one.call('settings.put', { body: { version, settings: { ...settings, utcTime: '05:00' } } }))).toMatchObject({ status: 409, code: 'input.conflict' });
    expect((await one.call('settings.get')).settings).toMatchObject({ automaticRestore: false, utcTime: '01:00' });
  });

  test('what is saved as it was makes no event and no new version', async () => {
    const { one } = await pair();
    const changes = async (): Promise<number> => (await one.call('events.list', { query: { limit: 1000 } })).filter(({ text }) => text.includes('changed')).length;
    const { version, settings } = await one.call('settings.get');
    const server = await one.call('servers.get', { params: { server: 'rec-1' } });
    const told = await one.call('notifications.get');
    const { passwordSet: _password, ...smtp } = told.smtp;
    const { secretSet: _secret, ...webhook } = told.webhook;
    const before = await changes();
    expect((await one.call('settings.put', { body: { version, settings } })).version).toBe(version);
    const same = { version: server.version, name: server.name, priority: server.priority, standby: { mode: server.standby.mode }, copyBack: server.copyBack };
    expect((await one.call('servers.change', { params: { server: 'rec-1' }, body: same })).version).toBe(server.version);
    expect(await one.call('notifications.put', { body: { version: told.version, kinds: told.kinds, syslog: told.syslog, smtp, webhook } })).toEqual(told);
    expect(await changes()).toBe(before);
    // And what is changed makes one of each.
    expect((await one.call('settings.put', { body: { version, settings: { ...settings, eventDays: 30 } } })).version).toBe(version + 1);
    expect((await one.call('servers.change', { params: { server: 'rec-1' }, body: { ...same, priority: 7 } })).version).toBe(server.version + 1);
    expect((await one.call('notifications.put', { body: { version: told.version, kinds: ['failed'], syslog: told.syslog, smtp, webhook } })).version).toBe(told.version + 1);
    expect(await changes()).toBe(before + 3);
  });

  test('cold or hot is chosen for single cameras too, and undone; a camera that is not there is refused', async () => {
    const { one } = await pair();
    const params = { server: 'rec-1' };
    const seen = async () => await one.call('servers.get', { params });
    const choose = async (cameras: Record<string, 'hot' | 'cold' | null>) => await one.call('servers.change', { params, body: { version: (await seen()).version, standby: { cameras } } });
    const [first] = (await seen()).cameraList;
    await choose({ [first!.cameraId]: 'hot' });
    expect((await seen()).cameraList[0]).toMatchObject({ standby: 'hot', standbyChoice: 'hot' });
    expect((await seen()).standby.mode).toBe('cold');
    expect((await one.call('events.list', { query: { kind: 'settings' } })).some(({ text }) => text.endsWith(`standby of ${first!.name}: hot`))).toBe(true);
    await choose({ [first!.cameraId]: null });
    expect((await seen()).cameraList[0]).toMatchObject({ standby: 'cold', standbyChoice: null });
    await expect(choose({ 'not-there': 'hot' })).rejects.toMatchObject({ code: 'input.not-found' });
  });

  test('another backup directory gets all backups before it is used; one that cannot be written is refused', async () => {
    const { one, agent } = await pair();
    await agent.stop({ reason: 'test', leaveRecorder: true }); // nobody can be asked for a new backup
    const { version, settings } = await one.call('settings.get');
    const bad = { ...settings, directory: `${settings.directory}/.understudy-backups/below-a-file` };
    expect(await refused(one.call('settings.put', { body: { version, settings: bad } }))).toMatchObject({ status: 507, code: expect.stringMatching(/^store\./) as string, field: 'settings.directory' });
    expect((await one.call('settings.get')).settings.directory).toBe(settings.directory);
    await one.call('settings.put', { body: { version, settings: { ...settings, directory: `${settings.directory}-2` } } });
    await rename(settings.directory, `${settings.directory}-gone`);
    expect(await one.vault.newestVerified('rec-1')).toMatchObject({ ok: true });
    expect((await one.call('events.list')).some(({ text }) => text.includes('were left there'))).toBe(true);
  });

  test('events of backups carry the name of the server', async () => {
    const { one } = await pair();
    expect((await one.call('events.list')).find(({ kind }) => kind === 'backup')).toMatchObject({ serverId: 'rec-1', serverName: 'North' });
  });

  test('what is not there is 404, in our form', async () => {
    const one = await standby(rig);
    expect(await refused(one.call('servers.get', { params: { server: 'none' } }))).toMatchObject({ status: 404, code: 'input.not-found' });
    expect(await refused(one.call('jobs.get', { params: { job: 'none' } }))).toMatchObject({ status: 404 });
    expect(await refused(one.call('servers.takeOver', { params: { server: 'none' }, body: {} }))).toMatchObject({ status: 404 });
    expect(await refused(one.call('servers.get', { params: { server: '<script>' } }))).toMatchObject({ status: 400, field: 'server' });
  });

  test('a wrong pairing secret and a host that does not answer say so', async () => {
    const agent = await rig.agent('rec-1');
    const one = await standby(rig);
    expect(await refused(one.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: 'AAAA-BBBB-CCCC' } }))).toMatchObject({ code: 'auth.pairing-wrong', status: 403 });
    expect(await refused(one.call('servers.add', { body: { address: '127.0.0.1:1', pairingSecret: (await agent.pairingSecret()) ?? '' } }))).toMatchObject({ code: 'link.unreachable', status: 502 });
    expect(await one.call('servers.list')).toEqual([]);
  });
});

describe('a paired server', () => {
  test('is listed with its state, its backup and why it is not protected; no password in any answer', async () => {
    const { one } = await pair();
    await until('the list to say so', () => one.server.server('rec-1').link.connected);
    const [server] = await one.call('servers.list');
    expect(server).toMatchObject({ id: 'rec-1', name: 'North', authorized: true, make: 'fake 0', cameras: 4, backup: { lastGood: { version: 1, cameras: 4 }, error: null } });
    const detail = await one.call('servers.get', { params: { server: 'rec-1' } });
    expect(detail.cameraList[0]).toMatchObject({ cameraId: 'cam-0', name: 'Camera 0', address: '192.0.2.1:554' });
    const answers = [
      server, detail,
      await one.call('backups.list', { params: { server: 'rec-1' } }),
      await one.call('backups.get', { params: { server: 'rec-1', version: 1 } }),
      await one.call('failover.state'), await one.call('attention.list'), await one.call('check.get'), await one.call('events.list'), await one.call('metrics'), await one.call('events.csv'),
    ];
    expect(JSON.stringify(answers)).not.toContain(cameraPassword);
  });

  test('tells of each camera what its recorder says: state, since when, why, the camera’s clock; nothing that an older agent does not tell', async () => {
    const { one, agent } = await pair();
    const progress = agent.recorder.progress() ?? expect.unreachable();
    const camera = { newestUs: null, sinceUs: null, durableUs: null, state: 'retrying', reason: 'No answer.', code: 'camera.unreachable' };
    agent.recorder.set({ progress: { ...progress, cameras: [{ id: 'cam-0', ...camera, stateSinceUs: 1_790_000_000_123_456, clockOffsetMs: -2300 }, { id: 'cam-1', ...camera }] } });
    await until('the cameras being told of', () => one.server.server('rec-1').cameras[1]?.recorder?.state === 'retrying');
    const { cameraList } = await one.call('servers.get', { params: { server: 'rec-1' } });
    expect(cameraList.map(({ recorder }) => recorder)).toMatchObject([{ state: 'retrying', sinceMs: 1_790_000_000_123, reason: { text: 'No answer.' }, clockOffsetMs: -2300 }, { state: 'retrying', sinceMs: null, clockOffsetMs: null }, null, null]);
  });

  test('backup of all: a job with a result per server; the failing one is named, the others go on', async () => {
    const { one } = await pair();
    const south = await rig.agent('rec-2');
    giveSettings(south.recorder, settingsOf(2));
    await one.call('servers.add', { body: { address: `127.0.0.1:${south.port}`, pairingSecret: (await south.pairingSecret()) ?? '', name: 'South' } });
    await until('the second backup', () => one.vault.state('rec-2').lastGood !== null);
    await south.stop({ reason: 'test', leaveRecorder: true });
    const started = await one.call('backups.all');
    const job = await one.call('jobs.get', { params: { job: started.id }, query: { waitMs: 20_000 } });
    expect(job).toMatchObject({ ok: false, by: 'administrator' });
    expect(job.items.map((item) => [item.name, item.state])).toEqual([['North', 'done'], ['South', 'failed']]);
    const list = await one.call('servers.list');
    expect(list.map((server) => server.backup.error?.code ?? 'good')).toEqual(['good', 'backup.unreachable']);
  });

  test('settings that change are fetched by themselves; the difference is told; roll back needs the typed name', async () => {
    const { one, agent } = await pair();
    giveSettings(agent.recorder, settingsOf(5));
    await until('the second version', () => one.vault.state('rec-1').lastGood?.version === 2, 15_000);
    const params = { server: 'rec-1', version: 2 };
    expect((await one.call('backups.difference', { params, query: { from: 1 } })).map((one) => one.text)).toContain('Camera "Camera 4" added (rtsp://192.0.2.5/live).');
    const back = { params: { server: 'rec-1', version: 1 } };
    expect(await refused(one.call('backups.rollBack', { ...back, body: { confirm: 'north' } }))).toMatchObject({ code: 'role.confirm' });
    const started = await one.call('backups.rollBack', { ...back, body: { confirm: 'North' } });
    expect((await one.call('jobs.get', { params: { job: started.id }, query: { waitMs: 10_000 } })).ok).toBe(true);
    expect(agent.recorder.calls.some((call) => call.startsWith('put settings.json'))).toBe(true);
  });

  test('a check says per server what is wrong, by camera', async () => {
    const { one } = await pair();
    one.probe.answer = (host) => (host === '192.0.2.2' ? new UnderstudyError('camera.unreachable', 'The camera does not answer.') : null);
    const started = await one.call('check.run');
    const job = await one.call('jobs.get', { params: { job: started.id }, query: { waitMs: 10_000 } });
    expect(job.items[0]).toMatchObject({ state: 'done', text: 'not protected: "Camera 1" could not be reached from this failover server (1 of 4 cameras).' });
    const report = await one.call('check.get');
    expect(report.servers[0]).toMatchObject({ protected: false, reasons: [{ code: 'camera-unreachable' }], needs: { cameras: 4 } });
    one.probe.answer = () => null;
    await one.call('jobs.get', { params: { job: (await one.call('check.server', { params: { server: 'rec-1' } })).id }, query: { waitMs: 10_000 } });
    expect((await one.call('servers.list'))[0]?.protection).toMatchObject({ protected: true });
  });

  test('O01: take over pressed twice is one operation; without the typed name a live server is not taken over', async () => {
    const { one } = await pair();
    const params = { server: 'rec-1' };
    await until('life', () => one.server.server('rec-1').detector.state === 'alive');
    expect(await refused(one.call('servers.takeOver', { params, body: {} }))).toMatchObject({ status: 409, code: expect.stringMatching(/role\.(server-alive|confirm)/) });
    const pressed = await Promise.allSettled([one.call('servers.takeOver', { params, body: { confirm: 'North' } }), one.call('servers.takeOver', { params, body: { confirm: 'North' } })]);
    expect(pressed.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((pressed.find((each) => each.status === 'rejected') as PromiseRejectedResult).reason).toMatchObject({ code: 'role.already-running' });
    await until('recording', () => one.server.server('rec-1').role.state === 'active');
    const [server] = await one.call('servers.list');
    expect(server).toMatchObject({ takenOverBy: 'Failover standby', role: { pinned: true, by: 'administrator', cameras: 4 } });
    const all = await one.call('backups.all');
    expect((await one.call('jobs.get', { params: { job: all.id }, query: { waitMs: 5_000 } })).items[0]?.state).toBe('skipped');
    expect(await refused(one.call('servers.stop', { params, body: {} }))).toMatchObject({ code: 'role.confirm' });
    await one.call('servers.stop', { params, body: { confirm: 'North' } });
  });

  test('O03: maintenance needs an end in the future, at most 30 days away', async () => {
    const { one } = await pair();
    const params = { server: 'rec-1' };
    const now = Date.now();
    expect(await refused(one.call('servers.maintenance', { params, body: { untilMs: now - 1 } }))).toMatchObject({ field: 'untilMs' });
    expect(await refused(one.call('servers.maintenance', { params, body: { untilMs: now + 31 * 86_400_000 } }))).toMatchObject({ field: 'untilMs' });
    const server = await one.call('servers.maintenance', { params, body: { untilMs: now + 3_600_000, note: 'new disk' } });
    expect(server).toMatchObject({ maintenance: { note: 'new disk', by: 'administrator' }, protection: { protected: false, reasons: [{ code: 'maintenance' }] } });
    expect((await one.call('servers.endMaintenance', { params })).maintenance).toBeNull();
  });
});
