/** The vault where its database refuses, its server goes, or its process ends in the middle of the work. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UnderstudyError } from '../../contract/errors.ts';
import { document, newRecorder, vaultFixture, type Fixture } from '../../../test/support/vault-fixture.ts';

const thrown = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'nothing was thrown', (error: unknown) => error);
const refuse = ({ database }: Fixture, what: string, table: string): void => database.exec(`CREATE TRIGGER full_${table} BEFORE ${what} ON ${table} BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`);
const unreachable = new UnderstudyError('link.unreachable', 'The host does not answer.');

test('the end waits for the backups under way, and begins no further one', async () => {
  const { vault, recorders, alarms } = vaultFixture();
  for (let at = 0; at < 12; at += 1) recorders.set(`server-${at}`, newRecorder(2));
  const fetched = (): number => [...recorders.values()].reduce((sum, one) => sum + one.fetched, 0);
  const told: (string | null)[] = [];
  const all = vault.backupAll('on demand', (_, event, error) => void (event === 'ended' && told.push(error?.code ?? null)));
  await vault.stop();
  const atEnd = fetched();
  await all;
  expect(fetched()).toBe(atEnd);
  expect(atEnd).toBeLessThan(13);
  expect(told.filter((code) => code === 'process.not-ready')).toHaveLength(13 - told.filter((code) => code === null).length);
  expect(alarms.size).toBe(0);
});

test('the end waits for what is being read: it would note what it found in a database that is closed by then', async () => {
  const { vault, north } = vaultFixture();
  north.files = [['large.db', Buffer.alloc(20_000_000, 1)]];
  await vault.backup('north', 'on demand');
  let isRead = false;
  const read = vault.newestVerified('north').then(() => (isRead = true));
  await vault.stop();
  expect(isRead).toBe(true);
  await read;
});

test('a failed backup is told although the database cannot write it down', async () => {
  const fixture = vaultFixture();
  const { vault, north, alarms } = fixture;
  await vault.backup('north', 'on demand');
  refuse(fixture, 'INSERT', 'vault_attempts');
  north.failure = unreachable;
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'backup.unreachable' });
  expect([...alarms.keys()]).toEqual(['north backup.unreachable']);
  expect(vault.status('north')).toMatchObject({ error: { code: 'backup.unreachable' } });
});

test('whatever an attempt raised, the next good one ends; a database that takes nothing is no defect of ours', async () => {
  const fixture = vaultFixture();
  const { vault, north, alarms, database } = fixture;
  refuse(fixture, 'INSERT', 'vault_versions');
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'store.io', message: expect.stringContaining('database') as string });
  database.exec('DROP TRIGGER full_vault_versions');
  // Cut in the middle; and what nobody foresaw.
  north.onPart = () => {
    throw unreachable;
  };
  expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: 'link.unreachable' });
  north.onPart = () => {
    throw new UnderstudyError('input.too-large', 'Too large.');
  };
  await thrown(vault.backup('north', 'on demand'));
  expect([...alarms.keys()].toSorted()).toEqual(['north input.too-large', 'north link.unreachable', 'north store.io']);
  north.onPart = () => undefined;
  await vault.backup('north', 'on demand');
  expect([...alarms.keys()]).toEqual([]);
});

test('what can be read is used although the database cannot note that it was read, or that another one is damaged', async () => {
  const fixture = vaultFixture();
  const { vault, north, folder } = fixture;
  await vault.backup('north', 'on demand');
  const old = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  north.document = document(5);
  await vault.backup('north', 'on demand');
  refuse(fixture, 'UPDATE', 'vault_versions');
  expect(await vault.newestVerified('north')).toMatchObject({ ok: true, backup: { versionId: '2' } });
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) if (!old.includes(name) && /\/[0-9a-f]{64}$/.test(name)) writeFileSync(join(folder, name), 'rotten');
  expect(await vault.newestVerified('north')).toMatchObject({ ok: true, backup: { versionId: '1' } });
});

test('a server that was removed meanwhile leaves neither a version nor an alarm', async () => {
  for (const failure of [null, unreachable]) {
    const { vault, north, recorders, alarms, audit } = vaultFixture();
    north.onPart = () => {
      recorders.delete('north');
      if (failure !== null) throw failure;
    };
    expect(await thrown(vault.backup('north', 'on demand'))).toMatchObject({ code: failure === null ? 'input.not-found' : 'link.unreachable' });
    expect([vault.list('north'), alarms.size, audit]).toEqual([[], 0, []]);
  }
});

test('a confirmed version is good with its attempt, or neither', async () => {
  const fixture = vaultFixture();
  const { vault, north, database } = fixture;
  north.document = document(0);
  await vault.backup('north', 'on demand');
  refuse(fixture, 'INSERT', 'vault_attempts');
  await thrown(vault.byHand.accept('north', 1, 'Ada'));
  expect(vault.list('north')).toMatchObject([{ state: 'held' }]);
  database.exec('DROP TRIGGER full_vault_attempts');
  await vault.byHand.accept('north', 1, 'Ada');
  expect(vault.list('north')).toMatchObject([{ state: 'good' }]);
});

test('a database that cannot be read puts the daily backup off, and ends nobody who hears of a keep-alive', async () => {
  const fixture = vaultFixture({ startMs: Date.parse('2026-06-01T23:00Z') });
  const { vault, north, database, advance, folder } = fixture;
  database.exec('ALTER TABLE vault_schedule RENAME TO away_schedule');
  database.exec('ALTER TABLE vault_versions RENAME TO away_versions');
  vault.noteDigest('north', 'another');
  await advance(3 * 3_600_000);
  expect(north.fetched).toBe(0);
  database.exec('ALTER TABLE away_schedule RENAME TO vault_schedule');
  database.exec('ALTER TABLE away_versions RENAME TO vault_versions');
  await advance(60_000);
  expect(north.fetched).toBe(1);
  expect(existsSync(join(folder, '.understudy-backups'))).toBe(true);
});
