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
