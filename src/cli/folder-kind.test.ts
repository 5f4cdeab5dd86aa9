import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { demandFailoverFolder, demandRecorderFolder } from './folder-kind.ts';

test('a recorder does not move into the folder of a failover server, nor the other way round', async () => {
  const root = await mkdtemp(join(tmpdir(), 'understudy-kind-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await demandRecorderFolder(root);
  await demandFailoverFolder(root);
  await demandRecorderFolder(join(root, 'not there yet'));
  await writeFile(join(root, 'settings.json'), '{}');
  await demandRecorderFolder(root);
  await expect(demandFailoverFolder(root)).rejects.toMatchObject({ code: 'input.invalid', field: 'folder', message: expect.stringContaining('settings folder of a recorder') });
  await rm(join(root, 'settings.json'));
  await writeFile(join(root, 'failover.sqlite'), '');
  await demandFailoverFolder(root);
  await expect(demandRecorderFolder(root)).rejects.toMatchObject({ code: 'input.invalid', field: 'folder', message: expect.stringContaining('failover server') });
  expect(await readdir(root)).toEqual(['failover.sqlite']);
});
