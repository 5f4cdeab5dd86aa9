import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSql } from '../../platform/sqlite.ts';
import { DOOMED, Ledger, OPEN, WHOLE } from './ledger.ts';

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

test('bytes and span of a camera follow each change, also those of an index made before they were kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'index.sqlite');
  const first = join(folder, 'migrations');
  mkdirSync(first);
  copyFileSync(join(import.meta.dirname, 'migrations', '001-index.sql'), join(first, '001-index.sql'));
  const camera = { serverId: 's', cameraId: 'c' };
  const segment = (number: number, bytes: number, state: number, endUs = number * 60_000_000 + 60_000_000) => ({
    path: `s/c/${number}.mp4`, camera, startUs: number * 60_000_000, endUs, bytes, state, config: new Uint8Array([1]), rows: new Uint8Array(),
    cover: { runs: [], nominalUs: 40_000, gapFirst: true, lastUs: 0 },
  });
  const before = new Ledger(openSql({ path, migrations: first }));
  before.put(segment(1, 1000, WHOLE));
  before.put(segment(2, 500, DOOMED));
  before.sql.close();

  const ledger = new Ledger(openSql({ path, migrations: join(import.meta.dirname, 'migrations') }));
  onTestFinished(() => ledger.sql.close());
  const listed = () => ledger.cameras().map(({ bytes, span }) => ({ bytes, fromMin: span.fromUs / 60e6, toMin: span.toUs / 60e6 }));
  expect(listed()).toEqual([{ bytes: 1000, fromMin: 1, toMin: 2 }]);
  ledger.put(segment(3, 0, OPEN, 3 * 60_000_000));
  ledger.put(segment(3, 300, WHOLE));
  // Begun earlier, ends later: the newest picture lies in it.
  ledger.put(segment(0, 30, WHOLE, 5 * 60_000_000));
  expect(listed()).toEqual([{ bytes: 1330, fromMin: 0, toMin: 5 }]);
  ledger.doom('s/c/1.mp4');
  expect(listed()).toEqual([{ bytes: 330, fromMin: 0, toMin: 5 }]);
  for (const number of [1, 2, 0]) ledger.forget(`s/c/${number}.mp4`);
  expect(listed()).toEqual([{ bytes: 300, fromMin: 3, toMin: 4 }]);
  ledger.forget('s/c/3.mp4');
  expect(listed()).toEqual([]);
});
