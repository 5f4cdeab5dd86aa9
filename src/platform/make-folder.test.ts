import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

let root = '';
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'understudy-folder-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

test('a folder is made with what is missing above it, its owner’s alone, by several at once', async () => {
  const path = join(root, 'a/b/c');
  await Promise.all([makeFolder(path, 0o700), makeFolder(path, 0o700), makeFolder(join(root, 'a/b/d'), 0o700)]);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  await makeFolder(path);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
});

test('many below the same new folder are made at once, time after time', async () => {
  for (let round = 0; round < 40; round += 1)
    await Promise.all(Array.from({ length: 8 }, (_, at) => makeFolder(join(root, `server-${round}`, `cam-${at}`, '2026-11-28'))));
  for (let at = 0; at < 8; at += 1) expect((await stat(join(root, 'server-39', `cam-${at}`, '2026-11-28'))).isDirectory()).toBe(true);
});

test('where the kernel takes no folders it is refused, and ends', async () => {
  await expect(makeFolder('/proc/understudy')).rejects.toThrow('The folder /proc/understudy cannot be made: /proc takes no folders.');
  await expect(makeFolder('/proc/understudy/deep/down')).rejects.toThrow('/proc takes no folders');
});

test('a file in the way is told as what it is', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(makeFolder(join(root, 'file'))).rejects.toThrow('EEXIST');
  await expect(makeFolder(join(root, 'file/below'))).rejects.toThrow('ENOTDIR');
});
