import { expect, test } from 'vitest';
import { openSql, type Sql } from '../platform/sqlite.ts';
import { silentLog } from '../platform/log.ts';
import type { FailoverEvent } from './server-types.ts';
import { Trail } from './trail.ts';

const clock = { wallMs: () => 5, monotonicMs: () => 5, uptimeMs: () => 5 };
const event = (text: string) => ({ severity: 'info', kind: 'settings', actor: 'Anna', text }) as const;

function trail(): { readonly trail: Trail; readonly sql: Sql; readonly later: (() => void)[]; readonly heard: FailoverEvent[] } {
  const sql = openSql({ path: ':memory:', migrations: new URL('./db/migrations', import.meta.url).pathname });
  const later: (() => void)[] = [];
  const heard: FailoverEvent[] = [];
  const made = new Trail({ sql, clock, log: silentLog, afterPoll: (run) => later.push(run) });
  made.onEvent((one) => heard.push(one));
  return { trail: made, sql, later, heard };
}

test('a change and its events are written together or not at all', () => {
  const { trail: made, sql, heard } = trail();
  expect(() =>
    made.commit(() => {
      sql.exec(`INSERT INTO retention VALUES ('a', 'b', 1, 1)`);
      throw new Error('the disk is full');
    }, [event('never told')]),
  ).toThrow('the disk is full');
  expect(sql.prepare('SELECT * FROM retention').all()).toEqual([]);
  expect(made.read({})).toEqual([]);
  expect(heard).toEqual([]);
});

test('many small changes share one transaction, in their order, before what commits next', () => {
  const { trail: made, later } = trail();
  made.note(event('first'));
  made.note(event('second'));
  expect(later.length).toBe(1);
  made.commit(() => {}, [event('third')]);
  expect(made.read({}).map((one) => one.text)).toEqual(['third', 'second', 'first']);
  later[0]?.();
  expect(made.read({}).length).toBe(3);
});

test('a disk that refuses keeps small changes waiting, says so, and takes them later', () => {
  const { trail: made, sql, later } = trail();
  sql.exec('ALTER TABLE audit RENAME TO gone');
  made.note(event('kept'));
  later[0]?.();
  expect(made.alarms().map((alarm) => alarm.code)).toEqual(['store.io']);
  sql.exec('ALTER TABLE gone RENAME TO audit');
  made.flush();
  expect(made.alarms()).toEqual([]);
  expect(made.read({}).map((one) => one.text)).toEqual(['kept']);
});

test('a record that can never be written blocks no decision: it is dropped, aloud, and the others are kept', () => {
  const { trail: made, sql } = trail();
  made.note(event('before it'));
  made.soon(() => sql.prepare('INSERT INTO retention VALUES (?, ?, ?, ?)').run('a', 'b', 1, 1.5), [event('poisoned')]);
  made.note(event('behind it'));
  made.commit(() => {}, [event('a decision')]);
  expect(made.alarms().map((alarm) => alarm.code)).toEqual(['process.defect']);
  made.commit(() => {}, [event('another decision')]);
  expect(made.read({}).map((one) => one.text)).toEqual(['another decision', 'behind it', 'before it', 'a decision']);
});

test('events are found by server, kind, severity, text and page', () => {
  const { trail: made } = trail();
  made.commit(() => {}, [
    { ...event('Alpha failed'), severity: 'alarm', serverId: 'alpha', kind: 'state' },
    { ...event('Beta was backed up'), serverId: 'beta', kind: 'backup' },
    { ...event('Alpha is back'), severity: 'warning', serverId: 'alpha', kind: 'state' },
  ]);
  expect(made.read({ server: 'alpha' }).map((one) => one.text)).toEqual(['Alpha is back', 'Alpha failed']);
  expect(made.read({ severity: 'warning' }).length).toBe(2);
  expect(made.read({ text: 'BACKED' }).length).toBe(1);
  expect(made.read({ kind: 'state', limit: 1 }).map((one) => one.id)).toEqual([3]);
  expect(made.read({ before: 3, kind: 'state' }).map((one) => one.id)).toEqual([1]);
});

test('a text is found in what happened, in the reason, and in the name of who did it, but not across them', () => {
  const { trail: made } = trail();
  made.commit(() => {}, [
    { ...event('Gamma was removed'), actor: 'Zoë Guard' },
    { ...event('Delta is not protected'), actor: 'system', reason: { code: 'camera-unreachable', text: 'The gate camera is dark.' } },
    { ...event('Nothing of it'), actor: 'system' },
  ]);
  const found = (text: string): readonly string[] => made.read({ text }).map((one) => one.text);
  expect(found('guard')).toEqual(['Gamma was removed']);
  expect(found('GATE CAMERA')).toEqual(['Delta is not protected']);
  expect(found('camera-unreachable'), 'its code is for machines').toEqual([]);
  expect(found('removedZoë')).toEqual([]);
  expect(found('of it')).toEqual(['Nothing of it']);
});
