import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareFolder } from './prepare-folder.ts';

test('a folder is made and left empty; where none can be, the error says so', async () => {
  const at = await mkdtemp(join(tmpdir(), 'understudy-prepare-'));
  try {
    await prepareFolder(join(at, 'deep', 'store'));
    expect(await readdir(join(at, 'deep', 'store'))).toEqual([]);
    await writeFile(join(at, 'file'), '');
    await expect(prepareFolder(join(at, 'file', 'store'))).rejects.toMatchObject({ code: 'store.missing' });
    await expect(prepareFolder(join(at, 'file'))).rejects.toMatchObject({ code: expect.stringMatching(/^store\./) });
    await expect(prepareFolder('/proc/understudy')).rejects.toMatchObject({ code: 'store.read-only' });
  } finally {
    await rm(at, { recursive: true, force: true });
  }
});
