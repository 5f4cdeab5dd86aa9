import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { document, vaultFixture, type Fixture } from '../../../test/support/vault-fixture.ts';
import { copyBlobs } from '../../platform/blob-folder.ts';
import { Place } from './place.ts';

const marker = '.understudy-backups';
const thrown = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'nothing was thrown', (error: unknown) => error);
const states = ({ vault }: Fixture): unknown => vault.list('north').map((one) => [one.version, one.state]);

/** The disk is unmounted: its empty mount point is there instead. */
function unmount(folder: string): () => void {
  const away = `${folder}.away`;
  renameSync(folder, away);
  mkdirSync(folder);
  onTestFinished(() => rmSync(away, { recursive: true, force: true }));
  return () => {
    rmSync(folder, { recursive: true });
    renameSync(away, folder);
  };
}

async function backedUp(): Promise<Fixture> {
  const fixture = vaultFixture();
  await fixture.vault.backup('north', 'on demand');
  return fixture;
}

test('an empty mount point is never written, a backup fails aloud, and the right disk is good again', async () => {
  const fixture = await backedUp();
  const { vault, folder, north, alarms, advance } = fixture;
  const mount = unmount(folder);
  north.document = document(5);
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'store.missing', message: expect.stringContaining('Perhaps its disk is not mounted') as string });
  expect(readdirSync(folder)).toEqual([]);
  expect(vault.status('north')).toMatchObject({ lastGoodMs: null, error: { code: 'store.missing' } });
  expect([...alarms.keys()]).toEqual(['north store.missing']);
  expect(states(fixture)).toEqual([[1, 'good']]);
  await advance(60_000);
  mount();
  await advance(20_000);
  // What failed meanwhile is made up for.
  expect(states(fixture)).toEqual([[2, 'good'], [1, 'good']]);
  expect(vault.state('north')).toMatchObject({ lastGood: { cameras: 5 }, error: null });
  expect(alarms.size).toBe(0);
});

test('a directory with the marker of another one is not taken for ours, and condemns nothing', async () => {
  const fixture = await backedUp();
  const { vault, folder } = fixture;
  const mount = unmount(folder);
  writeFileSync(join(folder, marker), 'Settings backups of Understudy. Leave this file here.\nid 0123-4567\n');
  expect(await vault.newestVerified('north')).toMatchObject({ ok: false, reason: { code: 'store.missing' } });
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'store.missing' });
  expect(readdirSync(folder)).toEqual([marker]);
  // Nor one without an id, as versions of before wrote it over a mount point.
  writeFileSync(join(folder, marker), 'Settings backups of Understudy. Leave this file here.\n');
  expect(await vault.newestVerified('north')).toMatchObject({ ok: false, reason: { code: 'store.missing' } });
  expect(states(fixture)).toEqual([[1, 'good']]);
  mount();
  expect(await vault.newestVerified('north')).toMatchObject({ ok: true });
});

test('that it went is noticed without anybody asking, also right after a restart', async () => {
  const fixture = await backedUp();
  unmount(fixture.folder);
  await fixture.advance(20_000);
  expect([...fixture.alarms.keys()]).toEqual(['north store.missing']);
  await fixture.vault.stop();
  const next = fixture.again();
  expect(await next.vault.newestVerified('north')).toMatchObject({ ok: false, reason: { code: 'store.missing' } });
  expect(states(next)).toEqual([[1, 'good']]);
});

test('a marker of before gets an id at first sight; without a marker nothing is adopted where versions are known', async () => {
  const old = await backedUp();
  old.database.exec('DELETE FROM vault_directory');
  const path = join(old.folder, marker);
  writeFileSync(path, 'Settings backups of Understudy. Leave this file here.\n');
  const next = old.again();
  await next.vault.backup('north', 'on demand');
  expect(readFileSync(path, 'utf8')).toMatch(/^id [0-9a-f-]{36}$/m);
  next.database.exec('DELETE FROM vault_directory');
  unmount(old.folder);
  expect(await thrown(old.again().vault.backup('north', 'on demand'))).toMatchObject({ code: 'store.missing' });
  expect(existsSync(path)).toBe(false);
});

test('a directory that a person named is adopted, with what was copied there, and so is the way back', async () => {
  const fixture = await backedUp();
  const { vault, folder, advance } = fixture;
  const other = mkdtempSync(join(tmpdir(), 'understudy-vault-'));
  onTestFinished(() => rmSync(other, { recursive: true, force: true }));
  await copyBlobs(folder, other);
  rmSync(folder, { recursive: true });
  fixture.move(other);
  await advance(20_000);
  expect(await vault.newestVerified('north')).toMatchObject({ ok: true });
  await vault.backup('north', 'on demand');
  expect(vault.list('north')).toMatchObject([{ version: 1, state: 'good' }]);
  cpSync(other, folder, { recursive: true });
  fixture.move(folder);
  await vault.backup('north', 'on demand');
  expect(vault.list('north')).toMatchObject([{ version: 1, state: 'good' }]);
});

test('a version that was condemned because its files were away is what it was when they are back', async () => {
  const fixture = await backedUp();
  const { vault, folder, alarms, north, audit, database } = fixture;
  north.document = document(0);
  north.files = [['settings.json', Buffer.from('wiped')]];
  await vault.backup('north', 'on demand');
  // The marker stays: only the files are gone, as by a folder that was moved.
  const hidden = mkdtempSync(join(tmpdir(), 'understudy-vault-'));
  onTestFinished(() => rmSync(hidden, { recursive: true, force: true }));
  const names = readdirSync(folder).filter((name) => name !== marker);
  for (const name of names) renameSync(join(folder, name), join(hidden, name));
  expect(await vault.newestVerified('north')).toMatchObject({ ok: false });
  await thrown(vault.byHand.content('north', 2));
  expect(states(fixture)).toEqual([[2, 'corrupt'], [1, 'corrupt']]);
  for (const name of names) renameSync(join(hidden, name), join(folder, name));
  await vault.stop();
  const next = fixture.again();
  expect(await next.vault.newestVerified('north')).toMatchObject({ ok: true, backup: { versionId: '1' } });
  // Held for a person before, held after: never used by itself.
  expect(states(next)).toEqual([[2, 'held'], [1, 'good']]);
  expect(alarms.has('north backup.corrupt')).toBe(false);
  expect(audit.filter((one) => one.from === 'corrupt').map((one) => one.to)).toEqual(['held', 'good']);
  // One that an earlier version condemned: what it was is not known, so a person looks.
  database.exec("UPDATE vault_versions SET state = 'corrupt', was = NULL WHERE version = 1");
  const last = fixture.again();
  expect(await last.vault.newestVerified('north')).toMatchObject({ ok: false });
  expect(states(last)).toEqual([[2, 'held'], [1, 'held']]);
});

test('the only version is read once more before nobody is protected', async () => {
  const { vault, folder } = await backedUp();
  const [name] = readdirSync(folder).filter((one) => one !== marker);
  renameSync(join(folder, name!), `${folder}-hidden`);
  onTestFinished(() => rmSync(`${folder}-hidden`, { recursive: true, force: true }));
  expect(await vault.newestVerified('north')).toMatchObject({ ok: false });
  renameSync(`${folder}-hidden`, join(folder, name!));
  expect(await vault.newestVerified('north')).toMatchObject({ ok: true });
});

test('a disk that answers nothing is looked at once, until another directory is set', async () => {
  const looks: string[] = [];
  let hung = '';
  const fixture: Fixture = vaultFixture({
    blobs: (real) => ({
      ...real,
      marker: () => {
        looks.push(fixture.settings.directory);
        return fixture.settings.directory === hung ? new Promise(() => undefined) : real.marker();
      },
    }),
  });
  await fixture.vault.backup('north', 'on demand');
  hung = fixture.folder;
  looks.length = 0;
  await fixture.advance(10 * 60_000);
  expect(looks).toEqual([hung]);
  const other = mkdtempSync(join(tmpdir(), 'understudy-vault-'));
  onTestFinished(() => rmSync(other, { recursive: true, force: true }));
  fixture.move(other);
  await fixture.advance(20_000);
  expect(readdirSync(other)).toEqual([marker]);
});

test('a directory that hangs when it is named keeps no other one from being taken', async () => {
  let directory = '/hangs';
  let known = { path: '/before', id: 'before' };
  const place = new Place({
    blobs: { marker: () => Promise.resolve({ kind: 'none' }), mark: () => (directory === '/hangs' ? new Promise(() => undefined) : Promise.resolve('other')) },
    versions: { place: () => known, setPlace: (next) => void (known = next), any: () => true },
    directory: () => directory,
    adopted: () => undefined,
  });
  void place.demand();
  directory = '/other';
  expect(await place.demand()).toBe('other');
  expect(known).toEqual({ path: '/other', id: 'other' });
});

test('a directory whose marker cannot be read is not marked anew: it may be that of another failover server', async () => {
  const { vault, move } = await backedUp();
  const other = mkdtempSync(join(tmpdir(), 'understudy-vault-'));
  onTestFinished(() => rmSync(other, { recursive: true, force: true }));
  symlinkSync(marker, join(other, marker)); // leads to itself: an error that is also one for root
  move(other);
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'store.io', message: expect.stringContaining('whose backups') as string });
  expect(readlinkSync(join(other, marker))).toBe(marker);
});
