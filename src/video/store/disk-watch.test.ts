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

beforeEach(() => {
  events = [];
  free = 50 * GB;
  marker = JSON.stringify({ id: 'a', format: 1 });
  deletable = 0;
  const files: Files = {
    ...systemFiles,
    readText: () => (marker instanceof Error ? Promise.reject(marker) : Promise.resolve(marker)),
    space: () => Promise.resolve({ freeBytes: free, totalBytes: 100 * GB }),
  };
  watch = new DiskWatch({
    files,
    storePath: '/store',
    storeId: 'a',
    reserveBytes: null,
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
});

it('keeps the larger of 1 GB and 2 % free, at most a tenth of a small disk, or what is configured', () => {
  expect(reserveBytes(1000 * GB, null)).toBe(20 * GB);
  expect(reserveBytes(30 * GB, null)).toBe(GB);
  expect(reserveBytes(2 * GB, null)).toBe(0.2 * GB);
  expect(reserveBytes(2 * GB, 5)).toBe(5);
});
