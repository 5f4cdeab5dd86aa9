import { expect, test } from 'vitest';
import { openSql, type Sql } from '../../platform/sqlite.ts';
import { changed, loadSettings, saveSettings, type FirstStart } from './settings.ts';

const first: FirstStart = { id: 'f1', name: 'Failover 1', storePath: '/store', directory: '/backups' };
const open = (): Sql => openSql({ path: ':memory:', migrations: new URL('./migrations', import.meta.url).pathname });
const by = { who: 'Anna', atMs: 1 };

test('the first start writes the defaults; later ones keep what is there', () => {
  const sql = open();
  const made = loadSettings(sql, first);
  expect(made.settings).toMatchObject({ dailyBackup: true, utcTime: '01:00', automaticTakeOver: true, automaticRestore: true, whenNotRecording: 'take over' });
  expect(made.settings.timeouts).toMatchObject({ keepAliveMs: 30_000, normalShutdownMs: 900_000, allowShorter: false });
  const next = changed(made, { version: 1, settings: { ...made.settings, name: 'Other' } }, by);
  sql.transaction(() => saveSettings(sql, next));
  expect(loadSettings(sql, { ...first, id: 'another' })).toEqual({ ...next, version: 2, changedBy: 'Anna' });
});

test('a value out of its range is refused on save and on load, naming field and rule (O04)', () => {
  const sql = open();
  const made = loadSettings(sql, first);
  const short = { ...made.settings, timeouts: { ...made.settings.timeouts, keepAliveMs: 5000 } };
  expect(() => changed(made, { settings: short }, by)).toThrow(/Keep alive/);
  expect(changed(made, { settings: { ...short, timeouts: { ...short.timeouts, allowShorter: true } } }, by).settings.timeouts.keepAliveMs).toBe(5000);
  for (const [key, value] of [['settings.timeouts.keepAliveMs', '1'], ['settings.utcTime', '"25:00"'], ['settings.dailyBackup', 'yes'], ['version', '0'], ['settings.nonsense', '1']]) {
    const edited = open();
    loadSettings(edited, first);
    edited.prepare('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(key!, value!);
    expect(() => loadSettings(edited, first), key).toThrow(/The settings in the database/);
  }
});

test('a change made from an older version is refused, and a setting that the database does not know yet has its default', () => {
  const sql = open();
  const made = loadSettings(sql, first);
  expect(() => changed({ ...made, version: 3 }, { version: 2, settings: made.settings }, by)).toThrow(/changed meanwhile/);
  sql.exec(`DELETE FROM settings WHERE key = 'settings.eventDays'`);
  expect(loadSettings(sql, first).settings.eventDays).toBe(365);
});
