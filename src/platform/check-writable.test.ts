import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkWritable } from './check-writable.ts';

test('a folder that can be written is made and left empty; a file, or a path through one, is refused as such', async () => {
  const root = await mkdtemp(join(tmpdir(), 'understudy-writable-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await checkWritable(join(root, 'a/b'));
  expect(await readdir(join(root, 'a/b'))).toEqual([]);
  await writeFile(join(root, 'file'), '');
  await expect(checkWritable(join(root, 'file'))).rejects.toMatchObject({ code: 'input.invalid' });
  await expect(checkWritable(join(root, 'file/inside'))).rejects.toMatchObject({ code: 'input.invalid' });
  await expect(checkWritable('/proc/understudy')).rejects.toMatchObject({ code: 'store.read-only' });
});
