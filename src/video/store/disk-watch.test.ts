import { beforeEach, describe, expect, it } from 'vitest';
import { type Files, systemFiles } from '../../platform/disk.ts';
import { DiskWatch } from './disk-watch.ts';
import { reserveBytes } from './retention.ts';

const GB = 1e9;
let events: string[] = [];
let free = 0;
let marker: string | Error = '';
let deletable = 0;
let watch: DiskWatch;
let nowMs = 0;
/** What happens to whoever writes. */
let write: () => Promise<void>;
let writes = 0;

beforeEach(() => {
  events = [];
  free = 50 * GB;
  marker = JSON.stringify({ id: 'a', format: 1 });
  deletable = 0;
  nowMs = 0;
  writes = 0;
  write = () => Promise.resolve();
  const files: Files = {
    ...systemFiles,
    readText: () => (marker instanceof Error ? Promise.reject(marker) : Promise.resolve(marker)),
    open: () => {
      writes += 1;
      return Promise.resolve({ writev: (buffers) => Promise.resolve({ bytesWritten: 0, buffers }), datasync: () => write(), close: () => Promise.resolve(), truncate: () => Promise.resolve(), sync: () => Promise.resolve() });
    },
    space: () => Promise.resolve({ freeBytes: free, totalBytes: 100 * GB }),
  };
  watch = new DiskWatch({
    files,
    storePath: '/store',
    storeId: 'a',
    reserveBytes: null,
    nowMs: () => nowMs,
    usedBytes: () => 7,
    makeRoom(bytes) {
      const freed = Math.min(bytes, deletable);
      free += freed;
      deletable -= freed;
      return Promise.resolve(freed);
    },
    tell: ({ code }) => events.push(code),
  });
});

describe('the watch over the disk', () => {
  it('is silent while all is well', async () => {
    expect(await watch.look()).toEqual({ state: 'ok', freeBytes: 50 * GB, totalBytes: 100 * GB, usedBytes: 7, text: '' });
    expect(events).toEqual([]);
  });

  it('announces deleting, deletes a little more than needed, and is then silent', async () => {
    free = 1.5 * GB;
    deletable = 30 * GB;
    expect((await watch.look()).state).toBe('ok');
    expect(free).toBeCloseTo(2.2 * GB);
    expect((await watch.look()).text).toBe('');
    expect(events).toEqual(['disk-reserve']);
  });

  it('says full when nothing may be deleted, and ok when there is room again', async () => {
    free = 1.5 * GB;
    expect((await watch.look()).state).toBe('full');
    await watch.look();
    free = 20 * GB;
    expect((await watch.look()).state).toBe('ok');
    expect(events).toEqual(['disk-reserve', 'disk-full', 'disk-ok']);
  });

  it('says missing when the marker is gone or another store’s, and when it is back', async () => {
    marker = Object.assign(new Error('no'), { code: 'ENOENT' });
    expect((await watch.look()).state).toBe('missing');
    marker = JSON.stringify({ id: 'b', format: 1 });
    expect((await watch.look()).state).toBe('missing');
    marker = JSON.stringify({ id: 'a', format: 1 });
    expect((await watch.look()).state).toBe('ok');
    expect(events).toEqual(['store-missing', 'store-back']);
  });

  it('writes now and then, and so finds a disk that takes nothing any more', async () => {
    await watch.look();
    nowMs = 9_000;
    await watch.look();
    expect(writes).toBe(1);
    write = () => Promise.reject(Object.assign(new Error('read-only file system'), { code: 'EROFS' }));
    nowMs = 11_000;
    expect(await watch.look()).toMatchObject({ state: 'read-only', freeBytes: 50 * GB });
    write = () => Promise.resolve();
    nowMs = 12_000;
    expect((await watch.look()).state).toBe('ok');
    expect(writes).toBe(3);
  });

  it('a full disk is told by its room, not by the write that it refuses', async () => {
    write = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    expect((await watch.look()).state).toBe('ok');
  });

  it('a disk that owes an answer for ten seconds is silent until it gives one', async () => {
    await watch.look();
    nowMs = 31_000;
    expect(watch.health.state).toBe('ok');
    let answer = (): void => undefined;
    write = () => new Promise((resolve) => (answer = resolve));
    const looking = watch.look();
    await new Promise((resolve) => setImmediate(resolve)); // up to the write
    for (nowMs of [32_000, 36_000, 40_000]) expect(watch.health.state).toBe('ok');
    nowMs = 43_000;
    expect(watch.health).toMatchObject({ state: 'silent', text: 'The disk has answered nothing for 12 s.', freeBytes: 50 * GB });
    answer();
    await looking;
    expect(watch.health.state).toBe('ok');
  });

  it('is not blamed for a time in which this process stood still', async () => {
    await watch.look();
    nowMs = 31_000;
    let answer = (): void => undefined;
    write = () => new Promise((resolve) => (answer = resolve));
    const looking = watch.look();
    await new Promise((resolve) => setImmediate(resolve)); // up to the write
    // Asked every second, but for a minute: SIGSTOP, a virtual machine that was paused.
    for (nowMs of [32_000, 33_000, 93_000, 94_000]) expect(watch.health.state).toBe('ok');
    answer();
    await looking;
  });
});

it('keeps the larger of 1 GB and 2 % free, at most a tenth of a small disk, or what is configured', () => {
  expect(reserveBytes(1000 * GB, null)).toBe(20 * GB);
  expect(reserveBytes(30 * GB, null)).toBe(GB);
  expect(reserveBytes(2 * GB, null)).toBe(0.2 * GB);
  expect(reserveBytes(2 * GB, 5)).toBe(5);
});
