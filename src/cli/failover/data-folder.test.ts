import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from './data-folder.ts';

test('the database is its owner’s alone, also in a folder that is open to all and where it was not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-data-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'failover.sqlite'), '', { mode: 0o644 });
  const sql = await openDatabase(folder);
  const names = (await readdir(folder)).filter((name) => name.startsWith('failover.sqlite'));
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600]);
  sql.close();
});
