import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSql } from '../../platform/sqlite.ts';
import { CheckResults } from './results.ts';

test.each(['[', '', '5', '{"cameras":"none"}'])('a damaged row (%s) is read as no check, until the next one replaces it', (text) => {
  const folder = mkdtempSync(join(tmpdir(), 'checks-'));
  const sql = openSql({ path: join(folder, 'failover.sqlite'), migrations: new URL('../db/migrations', import.meta.url).pathname, synchronous: 'full' });
  onTestFinished(() => {
    sql.close();
    rmSync(folder, { recursive: true });
  });
  sql.prepare('INSERT INTO checks (server_id, at_ms, result) VALUES (?, ?, ?)').run('north', 5, text);
  const results = new CheckResults(sql);
  expect(results.get('north')).toBeNull();
  const check = { atMs: 7, backupVersion: 1, backupAtMs: 6, cameras: [] };
  results.put('north', check);
  expect(new CheckResults(sql).get('north')).toEqual(check);
});
