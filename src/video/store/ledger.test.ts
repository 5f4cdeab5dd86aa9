import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSql } from '../../platform/sqlite.ts';
import { Ledger, WHOLE } from './ledger.ts';

test('a reader that opened the index early finds a segment that was added later, from its middle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'index.sqlite');
  const writer = new Ledger(openSql({ path, migrations: join(import.meta.dirname, 'migrations') }));
  const reader = new Ledger(openSql({ path, readOnly: true }));
  const camera = { serverId: 's', cameraId: 'c' };
  const endUs = 61_000_000;
  const cover = { runs: [{ fromUs: 0, toUs: endUs }], nominalUs: 40_000, gapFirst: true, lastUs: endUs - 40_000 };
  writer.put({ path: 's/c/1.mp4', camera, startUs: 0, endUs, bytes: 1, config: new Uint8Array([1]), state: WHOLE, cover, rows: new Uint8Array() });
  const id = reader.cameraId(camera);
  expect(id).not.toBeNull();
  expect(reader.metas(id!, { fromUs: 30_000_000, toUs: 40_000_000 }).map((meta) => meta.path)).toEqual(['s/c/1.mp4']);
  reader.sql.close();
  writer.sql.close();
});

test('lists of segments are answered out of an index alone: rows carry kilobytes that would be read along', () => {
  const ledger = new Ledger(openSql({ path: ':memory:', migrations: join(import.meta.dirname, 'migrations') }));
  onTestFinished(() => ledger.sql.close());
  const asked: string[] = [];
  const { sql } = ledger;
  const watched = new Ledger({ ...sql, exec: (text) => sql.exec(text), transaction: (run) => sql.transaction(run), close: () => undefined, prepare: (text) => (asked.push(text), sql.prepare(text)) });
  watched.metas(1, { fromUs: 0, toUs: 1 });
  watched.cameras();
  watched.covers(1, { fromUs: 0, toUs: 1 });
  for (const text of asked.filter((each) => /FROM segments/.test(each))) {
    const plan = ledger.all(`EXPLAIN QUERY PLAN ${text.replaceAll('?', '1')}`).map((row) => String(row['detail'])).join('; ');
    expect(plan, text).toMatch(/USING COVERING INDEX segments_time/);
  }
  expect(asked.filter((each) => /FROM segments/.test(each)).length).toBeGreaterThanOrEqual(3);
});
