import { expect, test } from 'vitest';
import { openSql } from '../../platform/sqlite.ts';
import { addAudit, pruneServerAudit, readAudit } from './audit.ts';
import { addStep, readSteps, saveOutage } from './outages.ts';

test('events of a server beyond the number that is kept go, its oldest first, and nobody else’s', () => {
  const sql = openSql({ path: ':memory:', migrations: new URL('migrations', import.meta.url).pathname });
  const add = (serverId: string, at: number): void => void addAudit(sql, at, { severity: 'info', kind: 'state', serverId, actor: 'system', text: `${serverId} ${at}` });
  for (let at = 0; at < 30; at++) for (const id of ['flapping', 'calm']) if (id === 'flapping' || at < 3) add(id, at);
  expect(pruneServerAudit(sql, 'flapping', 10)).toBe(20);
  expect(pruneServerAudit(sql, 'calm', 10)).toBe(0);
  expect(readAudit(sql, { server: 'flapping' }).map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, at) => `flapping ${29 - at}`));
  expect(readAudit(sql, { server: 'calm' })).toHaveLength(3);
  sql.close();
});

test('an outage keeps a bounded number of steps', () => {
  const sql = openSql({ path: ':memory:', migrations: new URL('migrations', import.meta.url).pathname });
  saveOutage(sql, { id: 'o', serverId: 's', serverName: 'S', cause: { code: 'silent', text: 'silent' }, standby: 'cold', startedMs: 0, decidedMs: null, restoredMs: null, endedMs: null });
  sql.transaction(() => {
    for (let at = 0; at < 1200; at++) addStep(sql, 'o', { atMs: at, from: 'alive', to: 'suspect', text: '' });
  });
  expect(readSteps(sql, 'o')).toHaveLength(1000);
  sql.close();
});
