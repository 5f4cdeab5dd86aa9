import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { UnderstudyError } from '../../contract/errors.ts';
import { digestOf, document, newRecorder, secret, vaultFixture } from '../../../test/support/vault-fixture.ts';
import { collect } from './seal.ts';
import { openDownload } from './sealed-download.ts';

const blobs = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && !one.name.startsWith('.understudy')).map((one) => join(one.parentPath, one.name));
const thrown = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'nothing was thrown', (error: unknown) => error);
const verifiedCameras = async (vault: { newestVerified(id: string): Promise<{ ok: boolean; backup?: { document: { cameras: readonly unknown[] } } }> }): Promise<number | undefined> =>
  (await vault.newestVerified('north')).backup?.document.cameras.length;

test('a backup is there, verified, encrypted, readable by its owner only', async () => {
  const { vault, folder } = vaultFixture();
  expect((await vault.backup('north', 'on demand')).error).toBeNull();
  const found = await vault.newestVerified('north');
  expect(found).toMatchObject({ ok: true, backup: { document: document(4) } });
  expect(blobs(folder).length).toBe(2);
  for (const path of blobs(folder)) {
    expect(readFileSync(path).includes(secret), 'no password in clear').toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
});

test('a change is told once; reading a backup is no change', async () => {
  const { vault, changes, advance } = vaultFixture();
  await vault.backup('north', 'on demand');
  await advance(0);
  const told = changes.count;
  await vault.newestVerified('north');
  await advance(0);
  expect(told).toBeLessThanOrEqual(2);
  expect(changes.count).toBe(told);
});

test('unchanged settings renew the version instead of making another', async () => {
  const { vault, folder, advance } = vaultFixture();
  await vault.backup('north', 'on demand');
  await advance(3_600_000);
  await vault.backup('north', 'on demand');
  expect(vault.list('north')).toMatchObject([{ version: 1, inUse: true, files: 1 }]);
  expect(vault.list('north')[0]!.confirmedMs - vault.list('north')[0]!.atMs).toBe(3_600_000);
  expect(blobs(folder).length).toBe(2);
});

test('B01: a rotten file is found before it is needed, the previous good version is used, with an alarm', async () => {
  const { vault, folder, north, alarms, audit } = vaultFixture();
  await vault.backup('north', 'on demand');
  const old = new Set(blobs(folder));
  north.document = document(5);
  north.files = [['settings.json', Buffer.from('five')]];
  await vault.backup('north', 'on demand');
  expect(await verifiedCameras(vault)).toBe(5);
  const victim = blobs(folder).find((path) => !old.has(path))!;
  const bytes = readFileSync(victim);
  bytes[bytes.length - 20]! ^= 1;
  writeFileSync(victim, bytes);
  expect(await verifiedCameras(vault)).toBe(4);
  expect(vault.list('north').map((one) => [one.version, one.state, one.inUse])).toEqual([[2, 'corrupt', false], [1, 'good', true]]);
  expect([...alarms.keys()]).toEqual(['north backup.corrupt']);
  expect(audit.at(-1)).toMatchObject({ severity: 'alarm', to: 'corrupt' });
  // The next backup heals it: the settings are stored anew although they did not change.
  await vault.backup('north', 'on demand');
  expect(await verifiedCameras(vault)).toBe(5);
  expect(alarms.size).toBe(0);
});

test('a rotten file is fetched anew by itself at the next keep-alive', async () => {
  const { vault, folder, north, advance } = vaultFixture();
  await vault.backup('north', 'on demand');
  for (const path of blobs(folder)) writeFileSync(path, 'rotten');
  expect(await vault.newestVerified('north')).toMatchObject({ ok: false });
  vault.noteDigest('north', digestOf(north));
  await advance(2_000);
  expect(await verifiedCameras(vault)).toBe(4);
});

test('a backup directory that is not mounted condemns nothing', async () => {
  const fixture = vaultFixture();
  await fixture.vault.backup('north', 'on demand');
  const elsewhere = vaultFixture();
  // The same rows over an empty folder, and back.
  renameSync(fixture.folder, `${fixture.folder}.away`);
  expect(await fixture.vault.newestVerified('north')).toMatchObject({ ok: false, reason: { code: 'store.missing' } });
  renameSync(`${fixture.folder}.away`, fixture.folder);
  expect(await verifiedCameras(fixture.vault)).toBe(4);
  expect(elsewhere.alarms.size).toBe(0);
});

test('good versions that cannot be read protect nobody: it is told at once, and that they are back', async () => {
  const { vault, folder, north, alarms, audit, advance } = vaultFixture();
  await vault.backup('north', 'on demand');
  renameSync(folder, `${folder}.away`);
  onTestFinished(() => rmSync(`${folder}.away`, { recursive: true, force: true }));
  expect(await vault.newestVerified('north')).toMatchObject({ ok: false });
  expect(vault.state('north')).toMatchObject({ lastGood: null, error: { code: 'store.missing' } });
  expect(vault.list('north')).toMatchObject([{ state: 'good', inUse: false }]);
  expect([...alarms.keys()]).toEqual(['north store.missing']);
  expect(audit.at(-1)).toMatchObject({ severity: 'alarm', to: 'unreadable' });
  const told = audit.length;
  await vault.newestVerified('north');
  expect(audit.length).toBe(told);
  // Nothing is written into the empty folder of a mount point; the disk that is back is noticed by itself.
  vault.noteDigest('north', digestOf(north));
  await advance(30_000);
  expect(existsSync(folder)).toBe(false);
  expect(vault.status('north').error).toMatchObject({ code: 'store.missing', text: expect.stringContaining('not mounted') as string });
  renameSync(`${folder}.away`, folder);
  await advance(20_000);
  expect(await verifiedCameras(vault)).toBe(4);
  expect(vault.state('north')).toMatchObject({ lastGood: { cameras: 4 }, error: null });
  expect(alarms.size).toBe(0);
});

test('what cannot be read is told as long as it is so, whatever else is told, and no longer', async () => {
  const bad = new Set<string>();
  const { vault, folder, north, alarms } = vaultFixture({
    blobs: (real) => ({
      ...real,
      read(name) {
        if (bad.has(name)) throw new UnderstudyError('store.io', 'The disk reported an error.');
        return real.read(name);
      },
    }),
  });
  const names = (): string[] => blobs(folder).map((path) => path.split('/').at(-1) ?? '');
  await vault.backup('north', 'on demand');
  for (const name of names()) bad.add(name);
  await vault.newestVerified('north');
  // Fetched, but held for a person: the only good one is still one that nobody can read.
  north.document = document(0);
  north.files = [['settings.json', Buffer.from('{}')]];
  await vault.backup('north', 'on demand');
  expect([...alarms.keys()].sort()).toEqual(['north backup.suspicious', 'north store.io']);
  north.document = document(5);
  north.files = [['settings.json', Buffer.from('{"cameras":5}')]];
  await vault.backup('north', 'on demand');
  expect(vault.state('north')).toMatchObject({ lastGood: { cameras: 5 }, error: null });
  expect([...alarms.keys()]).toEqual([]);
  for (const name of names()) bad.add(name);
  await vault.newestVerified('north');
  expect([...alarms.keys()]).toEqual(['north store.io']);
  // The disk is back, and what it holds is rotten.
  bad.clear();
  for (const path of blobs(folder)) writeFileSync(path, 'rotten');
  await vault.newestVerified('north');
  expect([...alarms.keys()]).toEqual(['north backup.corrupt']);
  expect(vault.state('north')).toMatchObject({ lastGood: null, error: null });
});

test('I5: a run that fails in the middle, or is killed, never touches the last good copy', async () => {
  const fixture = vaultFixture();
  const { vault, folder, north } = fixture;
  await vault.backup('north', 'on demand');
  north.document = document(6);
  north.files = [['settings.json', Buffer.alloc(1_000_000, 1)]];
  let parts = 0;
  north.onPart = () => {
    parts += 1;
    if (parts === 5) throw new UnderstudyError('link.unreachable', 'The connection was lost.');
  };
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'link.unreachable' });
  expect(vault.status('north').error).toMatchObject({ code: 'link.unreachable' });
  expect(await verifiedCameras(vault)).toBe(4);
  expect(blobs(folder).length, 'nothing half-written stays').toBe(2);
  // Killed: the half-written file stays, a new process removes it and knows the last good one.
  writeFileSync(join(folder, '.incoming-1-1'), 'half');
  const next = fixture.again();
  await next.advance(0);
  expect(readdirSync(folder).filter((name) => name.startsWith('.incoming'))).toEqual([]);
  expect(await verifiedCameras(next.vault)).toBe(4);
});

test('B08: the disk is full in the middle of a backup: the last good one is intact, `failed backup`', async () => {
  let room = Infinity;
  const { vault, north, folder, alarms } = vaultFixture({
    blobs: (real) => ({ ...real, write: (body, name, id) => real.write(limited(body, () => room), name, id) }),
  });
  await vault.backup('north', 'on demand');
  room = 200_000;
  north.files = [['settings.json', Buffer.alloc(1_000_000, 1)]];
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'store.full' });
  expect(vault.status('north').error?.code).toBe('store.full');
  expect([...alarms.keys()]).toEqual(['north store.full']);
  expect(await verifiedCameras(vault)).toBe(4);
  expect(readdirSync(folder).filter((name) => name.startsWith('.incoming'))).toEqual([]);
});

async function* limited(body: AsyncIterable<Uint8Array>, room: () => number): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    // As the system says it.
    if (bytes > room()) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    yield part;
  }
}

test('I5: never backed up while taken over, also when it is taken over while the settings come', async () => {
  const { vault, takenOver, north } = vaultFixture();
  takenOver.add('north');
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'backup.impersonated' });
  expect(north.fetched).toBe(0);
  takenOver.clear();
  north.onPart = () => void takenOver.add('north');
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'backup.impersonated' });
  expect(await vault.newestVerified('north')).toMatchObject({ ok: false });
});

test('a daily backup that fell due while its server was taken over follows after the restore', async () => {
  const fixture = vaultFixture({ startMs: Date.parse('2026-06-01T23:00Z') });
  const { takenOver, north, advance } = fixture;
  await fixture.vault.backup('north', 'on demand');
  takenOver.add('north');
  await advance(3 * 3_600_000);
  fixture.vault.noteDigest('north', digestOf(north));
  expect(north.fetched).toBe(1);
  // It is not forgotten by a restart of ours meanwhile.
  await fixture.vault.stop();
  const { vault } = fixture.again();
  takenOver.clear();
  vault.noteDigest('north', digestOf(north));
  await advance(1_000);
  await vi.waitFor(() => expect(vault.state('north').lastAttempt).toMatchObject({ ok: true, trigger: 'caught up' }), 10_000);
  expect(north.fetched).toBe(2);
  vault.noteDigest('north', digestOf(north));
  await advance(60_000);
  expect(north.fetched, 'once').toBe(2);
});

test('on a full disk of the database what is owed stays owed, and whoever hears of a keep-alive goes on', async () => {
  const { vault, takenOver, north, advance, database } = vaultFixture({ startMs: Date.parse('2026-06-01T23:00Z') });
  await vault.backup('north', 'on demand');
  takenOver.add('north');
  await advance(3 * 3_600_000);
  takenOver.clear();
  database.exec(`CREATE TRIGGER full BEFORE DELETE ON vault_owed BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`);
  vault.noteDigest('north', digestOf(north));
  await advance(1_000);
  expect(north.fetched).toBe(1);
  database.exec('DROP TRIGGER full');
  vault.noteDigest('north', digestOf(north));
  await advance(1_000);
  await vi.waitFor(() => expect(vault.state('north').lastAttempt).toMatchObject({ ok: true, trigger: 'caught up' }), 10_000);
});

test('settings that do not fit their announced checksum or length are refused', async () => {
  for (const body of ['short', 'longer than it should be', 'other bytes']) {
    const { vault, north } = vaultFixture();
    const files = north.files;
    const real = Buffer.from('right bytes');
    north.files = [['settings.json', real]];
    north.onPart = () => (north.files = files);
    Object.defineProperty(real, 'subarray', { value: () => Buffer.from(body) });
    expect(await thrown(vault.backup('north', 'on demand')), body).toBeInstanceOf(UnderstudyError);
    expect(vault.list('north')).toEqual([]);
  }
});

test('R22: wiped settings, or more than 30 % of the cameras lost, are held, never used, until confirmed', async () => {
  const { vault, north, alarms, takenOver } = vaultFixture();
  north.document = document(10);
  await vault.backup('north', 'on demand');
  north.document = document(7); // exactly 30 %
  await vault.backup('north', 'on demand');
  expect(await verifiedCameras(vault)).toBe(7);
  north.document = document(4);
  const status = await vault.backup('north', 'on demand');
  expect(status).toMatchObject({ held: true, error: { code: 'backup.suspicious', text: '3 of 7 cameras are no longer there.' } });
  expect(await verifiedCameras(vault)).toBe(7);
  expect([...alarms.keys()]).toEqual(['north backup.suspicious']);
  // Its cameras are recorded by the version before, now of all times.
  takenOver.add('north');
  expect(await thrown(vault.byHand.accept('north', 3, 'Ada'))).toMatchObject({ code: 'role.taken-over' });
  expect(await verifiedCameras(vault)).toBe(7);
  takenOver.clear();
  await vault.byHand.accept('north', 3, 'Ada');
  expect(await verifiedCameras(vault)).toBe(4);
  expect(alarms.size).toBe(0);
  north.document = document(0);
  expect((await vault.backup('north', 'on demand')).held).toBe(true);
  expect(await verifiedCameras(vault)).toBe(4);
});

test('cameras that were switched off count as lost', async () => {
  const { vault, north } = vaultFixture();
  await vault.backup('north', 'on demand');
  north.document = { ...document(4), cameras: document(4).cameras.map((camera, at) => ({ ...camera, enabled: at < 2 })) };
  expect((await vault.backup('north', 'on demand')).held).toBe(true);
});

test('a newer schema is kept but unusable, with an alarm before the failure', async () => {
  const { vault, north, alarms } = vaultFixture();
  await vault.backup('north', 'on demand');
  north.document = { schema: 2, cameras: 'whatever' };
  expect((await vault.backup('north', 'on demand')).error).toMatchObject({ code: 'input.schema-newer' });
  expect([...alarms.keys()]).toEqual(['north input.schema-newer']);
  expect(vault.list('north')[0]).toMatchObject({ state: 'newer schema' });
  expect(await verifiedCameras(vault)).toBe(4);
});

test('B05: 50 MB of settings are streamed: never more than 1 MB is between the link and the disk', async () => {
  let sent = 0;
  let written = 0;
  const { vault, north, folder } = vaultFixture({
    blobs: (real) => ({ ...real, write: (body, name, id) => real.write(counted(body, (bytes) => (written += bytes)), name, id) }),
  });
  north.files = [['big.db', Buffer.alloc(50_000_000, 7)]];
  let most = 0;
  north.onPart = () => {
    most = Math.max(most, sent - written);
    sent += 100_000;
  };
  await vault.backup('north', 'on demand');
  expect(sent).toBe(50_000_000);
  expect(most).toBeLessThan(1_000_000);
  expect(await verifiedCameras(vault)).toBe(4);
  expect(blobs(folder).map((path) => statSync(path).size).some((size) => size > 50_000_000)).toBe(true);
}, 30_000);

async function* counted(body: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncIterable<Uint8Array> {
  for await (const part of body) {
    yield part;
    count(part.length); // asked for the next one: this one is written
  }
}

test('backup of all goes on after a failure and tells the result per server', async () => {
  const { vault, recorders } = vaultFixture();
  recorders.set('east', { ...newRecorder(2), failure: new UnderstudyError('link.unreachable', 'The host does not answer.') });
  recorders.set('west', newRecorder(3));
  const told: string[] = [];
  const results = await vault.backupAll('on demand', (serverId, event, error) => void (event === 'ended' && told.push(`${serverId} ${error?.code ?? 'good'}`)));
  expect(told.toSorted()).toEqual(['east backup.unreachable', 'north good', 'west good']);
  expect(results.map((one) => [one.serverId, one.status.error?.code ?? null])).toEqual([['north', null], ['east', 'backup.unreachable'], ['west', null]]);
});

test('the daily run comes at its UTC time, once, and is caught up once when it was missed', async () => {
  const fixture = vaultFixture({ startMs: Date.parse('2026-06-01T23:00Z') });
  const { vault, north, advance } = fixture;
  expect(vault.nextRunMs()).toBe(Date.parse('2026-06-02T01:00Z'));
  await advance(2 * 3_600_000 - 60_000);
  expect(north.fetched).toBe(0);
  await advance(2 * 60_000);
  expect(north.fetched).toBe(1);
  expect(vault.state('north').lastAttempt?.trigger).toBe('daily');
  await advance(3 * 3_600_000);
  expect(north.fetched).toBe(1);
  // Off for three days.
  await vault.stop();
  await advance(3 * 86_400_000);
  const next = fixture.again();
  await next.advance(60_000);
  expect(north.fetched).toBe(2);
  expect(next.vault.state('north').lastAttempt?.trigger).toBe('caught up');
});

test('switched off, no daily run; switched on or moved to an hour already past, the next one is tomorrow', async () => {
  const fixture = vaultFixture({ startMs: Date.parse('2026-06-01T12:00Z') });
  fixture.settings = { ...fixture.settings, dailyBackup: false };
  fixture.vault.reschedule();
  await fixture.advance(2 * 86_400_000);
  expect(fixture.north.fetched).toBe(0);
  fixture.settings = { ...fixture.settings, dailyBackup: true, utcTime: '09:00' };
  fixture.vault.reschedule();
  await fixture.advance(3_600_000);
  expect(fixture.north.fetched).toBe(0);
  expect(fixture.vault.nextRunMs()).toBe(Date.parse('2026-06-04T09:00Z'));
});

test('changed settings are fetched after they settled, failures are tried again, unchanged ones cost nothing', async () => {
  const { vault, north, advance } = vaultFixture();
  await vault.backup('north', 'on demand');
  for (let at = 0; at < 5; at += 1) vault.noteDigest('north', digestOf(north));
  await advance(5_000);
  expect(north.fetched).toBe(1);
  north.document = document(5);
  vault.noteDigest('north', digestOf(north));
  await advance(1_000);
  north.document = document(6);
  vault.noteDigest('north', digestOf(north));
  await advance(1_500);
  expect(north.fetched).toBe(1);
  north.failure = new UnderstudyError('link.unreachable', 'Gone.');
  await advance(1_000);
  expect(vault.status('north').error?.code).toBe('backup.unreachable');
  north.failure = null;
  await advance(30_000);
  expect(vault.state('north')).toMatchObject({ error: null, lastAttempt: { trigger: 'settings changed' }, lastGood: { version: 2, cameras: 6 } });
});

test('the difference is told in plain words, without passwords', async () => {
  const { vault, north } = vaultFixture();
  await vault.backup('north', 'on demand');
  const [first, second, ...others] = document(5).cameras;
  north.document = document(0, { name: 'North', retention: { days: 14, maxBytes: null }, cameras: [{ ...first!, url: 'rtsp://192.0.2.77/live' }, { ...second!, password: 'another-secret' }, ...others.slice(1)] });
  await vault.backup('north', 'on demand');
  const texts = (await vault.byHand.difference('north', 1, 2)).map((one) => one.text);
  expect(texts).toEqual([
    'Recorder: retention in days changed from 30 to 14.',
    'Camera "Camera 0": URL changed from rtsp://192.0.2.1/live to rtsp://192.0.2.77/live.',
    'Camera "Camera 1": password changed.',
    'Camera "Camera 4" added (rtsp://192.0.2.5/live).',
    'Camera "Camera 2" removed.',
  ]);
  const all = JSON.stringify([await vault.byHand.content('north', 1), await vault.byHand.content('north', 2), await vault.byHand.difference('north', 1, 2), vault.list('north')]);
  expect(all).not.toContain(secret);
  expect(all).not.toContain('another-secret');
});

test('roll back writes the files of the version into the recorder; refused while taken over', async () => {
  const { vault, north, takenOver } = vaultFixture();
  north.files = [['a.ini', Buffer.from('alpha')], ['sub/b.xml', Buffer.from('')], ['c.txt', Buffer.from('gamma')]];
  await vault.backup('north', 'on demand');
  takenOver.add('north');
  expect(await thrown(vault.byHand.rollBack('north', 1, 'Ada'))).toMatchObject({ code: 'role.taken-over' });
  takenOver.clear();
  await vault.byHand.rollBack('north', 1, 'Ada');
  expect(north.put).toEqual([{ path: 'a.ini', body: 'alpha' }, { path: 'sub/b.xml', body: '' }, { path: 'c.txt', body: 'gamma' }]);
});

test('a download opens with its passphrase only, and holds no password in clear', async () => {
  const { vault } = vaultFixture();
  await vault.backup('north', 'on demand');
  const sealed = await collect(await vault.byHand.download('north', 1, 'correct horse', 'Ada'));
  expect(sealed.includes(secret)).toBe(false);
  const open = (passphrase: string): Promise<string[]> => {
    const files: string[] = [];
    return openDownload(pieces(sealed), passphrase, async (path, body) => void files.push(`${path} ${(await collect(body)).toString()}`)).then(() => files);
  };
  expect(await open('correct horse')).toEqual([`settings.json {"cameras":4,"password":"${secret}"}`]);
  expect(await thrown(open('wrong horse'))).toMatchObject({ code: 'auth.wrong' });
});

async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 77) yield bytes.subarray(at, at + 77);
}

test('versions: old ones go with their files, the newest good one never', async () => {
  const fixture = vaultFixture();
  const { vault, north, folder } = fixture;
  fixture.settings = { ...fixture.settings, backupVersions: 2 };
  for (let count = 4; count < 9; count += 1) {
    north.document = document(count);
    north.files = [['settings.json', Buffer.from(String(count))]];
    await vault.backup('north', 'on demand');
  }
  await fixture.advance(0);
  expect(vault.list('north').map((one) => one.version)).toEqual([5, 4]);
  expect(blobs(folder).length).toBe(4);
  expect(await thrown(vault.byHand.remove('north', 5, 'Ada'))).toMatchObject({ code: 'input.conflict' });
  await vault.byHand.remove('north', 4, 'Ada');
  expect(blobs(folder).length).toBe(2);
  await vault.remove('north');
  expect(blobs(folder).length).toBe(0);
});

test('new hardware gets the newest good settings, also while its server is taken over', async () => {
  const { vault, north, takenOver } = vaultFixture();
  north.files = [['a.ini', Buffer.from('alpha')]];
  await vault.backup('north', 'on demand');
  takenOver.add('north');
  await vault.equip('north', 'Ada');
  expect(north.put).toEqual([{ path: 'a.ini', body: 'alpha' }]);
});

test('an attempt that fails in its second file leaves nothing of the first', async () => {
  const { vault, north, folder, advance } = vaultFixture();
  await vault.backup('north', 'on demand');
  for (let at = 0; at < 3; at++) {
    north.files = [['large.db', Buffer.alloc(1_000_000, at)], ['b', Buffer.from('b')]];
    let parts = 0;
    north.onPart = () => {
      if (++parts > 10) throw new UnderstudyError('link.unreachable', 'The connection was lost.');
    };
    expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'link.unreachable' });
  }
  await advance(0);
  expect(blobs(folder)).toHaveLength(2);
  expect(await verifiedCameras(vault)).toBe(4);
});

test('unchanged settings with other files under the same digest leave nothing behind', async () => {
  const { vault, north, folder, advance } = vaultFixture();
  await vault.backup('north', 'on demand');
  const digest = digestOf(north);
  north.files = [['settings.json', Buffer.from('something else')]];
  north.digest = digest;
  await vault.backup('north', 'on demand');
  await advance(0);
  expect(vault.list('north')).toHaveLength(1);
  expect(blobs(folder)).toHaveLength(2);
  expect(await verifiedCameras(vault)).toBe(4);
});

test('settings larger than could ever be put back are refused before a byte is written', async () => {
  const { vault, north, folder } = vaultFixture();
  await vault.backup('north', 'on demand');
  north.announced = 10_000_000_000;
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'link.protocol', message: expect.stringContaining('10000000000 bytes') as string });
  expect(blobs(folder)).toHaveLength(2);
});

test('a recorder that sends a byte now and then does not hold its place for ever', async () => {
  const fixture = vaultFixture();
  fixture.north.files = [['settings.json', Buffer.alloc(5_000_000)]];
  fixture.north.onPart = () => fixture.pass(29_000);
  expect(await thrown(fixture.vault.backup('north', 'on demand'))).toMatchObject({ code: 'backup.unreachable', message: expect.stringContaining('15 min') as string });
});

test('a recorder whose settings change without end is asked less and less', async () => {
  const { vault, north, advance } = vaultFixture();
  for (let at = 0; at < 100; at++) {
    north.files = [['settings.json', Buffer.from(String(at))]];
    vault.noteDigest('north', digestOf(north));
    await advance(3_000);
  }
  // Twenty, then one a minute.
  expect(north.fetched).toBeLessThan(35);
  expect(north.fetched).toBeGreaterThan(20);
}, 60_000);
