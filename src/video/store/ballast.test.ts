import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepBallast, openWithRoom } from './ballast.ts';
import { BALLAST_FILE, OWN_FOLDER } from './layout.ts';

let path = '';
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'ballast-'));
  await mkdir(join(path, OWN_FOLDER));
});
afterEach(() => rm(path, { recursive: true }));

it.each(['disk I/O error', 'database or disk is full', "ENOSPC: no space left on device, open 'x'"])('gives way where there is no room to open: %s', async (said) => {
  await keepBallast(path);
  expect((await stat(join(path, BALLAST_FILE))).size).toBe(4 << 20);
  const open = (): string => {
    if (existsSync(join(path, BALLAST_FILE))) throw new Error(said);
    return 'open';
  };
  expect(openWithRoom(path, open)).toBe('open');
  // Once only: the next failure is the caller's.
  expect(() => openWithRoom(path, () => { throw new Error(said); })).toThrow(said);
});

it('stays where something else is wrong, and is made once', async () => {
  await keepBallast(path);
  const { mtimeMs, ino } = await stat(join(path, BALLAST_FILE));
  await keepBallast(path);
  expect(() => openWithRoom(path, () => { throw new Error('database is locked'); })).toThrow('locked');
  expect(await stat(join(path, BALLAST_FILE))).toMatchObject({ mtimeMs, ino });
  expect(await readdir(join(path, OWN_FOLDER))).toEqual(['ballast']);
});

it('is refused where its folder is gone: the disk is not mounted', async () => {
  await rm(join(path, OWN_FOLDER), { recursive: true });
  await expect(keepBallast(path)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readdir(path)).toEqual([]);
});
