import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/cli/failover/data-folder.ts';

it('a damaged database is named as what it is, with what to do, and left untouched', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-database-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'failover.sqlite');
  await writeFile(path, 'no database at all '.repeat(1000));
  await expect(openDatabase(folder)).rejects.toMatchObject({ code: 'store.damaged', message: expect.stringContaining(path), advice: expect.stringContaining('copy') });
  expect((await readFile(path, 'utf8')).startsWith('no database at all ')).toBe(true);
});
