import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { appendFile, cp, mkdir, mkdtemp, open, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CameraKey, Span } from '../../src/core/units.ts';
import { type Files, systemFiles } from '../../src/platform/disk.ts';
import { openSql } from '../../src/platform/sqlite.ts';
import { startThread } from '../../src/platform/threads.ts';
import type { FootageReader, FootageStore, StoreEvent } from '../../src/video/contract.ts';
import { Ledger, WHOLE } from '../../src/video/store/ledger.ts';
import { openFootageReader } from '../../src/video/store/open-reader.ts';
import { rebuildIndex } from '../../src/video/store/rebuild.ts';
import { openStore } from '../../src/video/store/store.ts';
import { cameraWriter } from '../../src/video/store/writer.ts';
import { batches, makeStream } from './streams.ts';
import { complaints, countFrames } from './verify.ts';

const START = Date.UTC(2026, 10, 22, 17, 4, 5) * 1000;
const camera: CameraKey = { serverId: 'north', cameraId: 'gate' };
const always: Span = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };

let path = '';
let store: FootageStore | null = null;
let child: ChildProcess | null = null;
const openAt = async (create = true): Promise<FootageStore> => {
  store = await openStore({ storePath: path, create, processName: 'test' });
  return store;
};

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'faults-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = null;
  await store?.close();
  store = null;
  await rm(path, { recursive: true });
});

async function startRecorder(cameras: number): Promise<number> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  child = spawn(process.execPath, ['--import', join(root, 'scripts/ts.mjs'), join(root, 'test/store/recorder-fixture.ts'), path, `${cameras}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = child.stdout === null ? [''] : await once(child.stdout, 'data');
  return Number(String(line));
}

async function killRecorder(): Promise<number> {
  const running = child;
  if (running === null) throw new Error('nothing to kill');
  const exited = once(running, 'exit');
  running.kill('SIGKILL');
  const killedUs = Date.now() * 1000;
  await exited;
  child = null;
  return killedUs;
}

async function segments(): Promise<string[]> {
  const all = await readdir(path, { recursive: true });
  return all.filter((name) => name.endsWith('.mp4')).toSorted().map((name) => join(path, name));
}

async function frames(from: FootageReader, key: CameraKey = camera): Promise<number[]> {
  const out: number[] = [];
  for await (const batch of from.read(key, always)) for (const unit of batch.units) out.push(unit.timeUs);
  return out;
}

describe('kill -9 of the recorder', () => {
  it('loses at most half a second of each camera, and what is left is whole', async () => {
    const startUs = await startRecorder(8);
    await new Promise((resolve) => setTimeout(resolve, 5200));
    const killedUs = await killRecorder();
    // Beside the dead recorder, before anybody repaired anything.
    const reader = await openFootageReader(path);
    const before = await reader.coverage({ serverId: 'north', cameraId: 'camera-0' }, always);
    await reader.close();
    const reopened = await openAt(false);
    const all = await reopened.cameras();
    expect(all).toHaveLength(8);
    for (const key of all) {
      const { spans, durableUntilUs } = await reopened.coverage(key, always);
      expect(spans).toHaveLength(1);
      expect(spans[0]?.fromUs).toBe(startUs);
      expect(killedUs - (spans[0]?.toUs ?? 0)).toBeLessThan(500_000);
      expect(durableUntilUs).toBe(spans[0]?.toUs);
      const times = await frames(reopened, key);
      expect(times).toEqual(times.map((_, at) => startUs + at * 40_000));
      const files = (await segments()).filter((file) => file.includes(`/${key.cameraId}/`));
      expect(files.map((file) => countFrames(file))).toEqual([times.length]);
      expect(files.map(complaints)).toEqual(['']);
    }
    expect(before.spans).toEqual((await reopened.coverage({ serverId: 'north', cameraId: 'camera-0' }, always)).spans);
  });

  it('leaves the store path free for the next process', async () => {
    await startRecorder(1);
    await expect(openAt(false)).rejects.toMatchObject({ code: 'store.in-use', message: expect.stringContaining(`process ${child?.pid}`) });
    await killRecorder();
    await openAt(false);
  });
});

async function recordSeconds(to: FootageStore, seconds: number, startUs: number, files: Files = systemFiles, epoch = 1): Promise<number> {
  const writer = cameraWriter(to.writerPort(), { storePath: path, ...camera, files });
  let written = 0;
  try {
    for (const batch of batches(makeStream({ codec: 'h264', seconds, startUs, epoch }))) {
      await writer.append(batch);
      written += batch.units.length;
    }
  } finally {
    await writer.close();
  }
  return written;
}

describe('a writer thread that dies', () => {
  it('leaves all that it wrote readable at once', async () => {
    const opened = await openAt();
    const port = opened.writerPort();
    const thread = startThread(import.meta.url, './writer-thread', { name: 'writer', data: { port, storePath: path, startUs: START }, transfer: [port] });
    await once(thread, 'message');
    await thread.terminate();
    await expect.poll(async () => (await frames(opened)).length, { timeout: 4000 }).toBe(100);
    expect(await opened.coverage(camera, always)).toEqual({
      spans: [{ fromUs: START, toUs: START + 4_000_000 }],
      exactness: 'exact',
      durableUntilUs: START + 4_000_000,
    });
  });
});

describe('a torn or damaged file', () => {
  it('is cut to its last whole fragment and indexed', async () => {
    const first = await openAt();
    await recordSeconds(first, 4, START);
    await first.close();
    const [file = ''] = await segments();
    const whole = (await stat(file)).size;
    await truncate(file, whole - 1000);
    for (const name of await readdir(join(path, '.understudy'))) if (name.startsWith('index')) await rm(join(path, '.understudy', name));
    const again = await openAt(false);
    const left = await frames(again);
    expect(left.length).toBeGreaterThan(90);
    expect(left.length).toBeLessThan(100);
    expect((await stat(file)).size).toBeLessThan(whole - 1000);
    expect(complaints(file)).toBe('');
    expect(countFrames(file)).toBe(left.length);
  });

  it('that is not ours is named, and left alone', async () => {
    const first = await openAt();
    await recordSeconds(first, 1, START);
    const [file = ''] = await segments();
    const foreign = file.replace('170405', '180405');
    await appendFile(foreign, 'not a segment');
    expect((await first.rebuild()).damaged).toEqual([foreign.slice(path.length + 1)]);
    expect((await stat(foreign)).size).toBe(13);
    expect(await frames(first)).toHaveLength(25);
  });

  it('as an index is put aside and made anew from the files', async () => {
    const first = await openAt();
    await recordSeconds(first, 2, START);
    const lock = { ...camera, id: 'a', fromUs: START, toUs: START + 1_000_000, reason: 'theft', lockedBy: 'anna', lockedAtUs: START };
    await first.lock(lock);
    await first.close();
    const index = await open(join(path, '.understudy', 'index.sqlite'), 'r+');
    await index.write(Buffer.alloc(8192, 0x55), 0, 8192, 0);
    await index.close();
    const events: StoreEvent[] = [];
    const again = await openAt(false);
    again.onEvent((event) => events.push(event));
    expect(await frames(again)).toHaveLength(50);
    expect(events.map(({ code }) => code)).toContain('index-rebuilt');
    // I9: a lock outlives the index.
    expect(await again.locks()).toEqual([lock]);
    expect(await again.drop(camera, always)).toBe(0);
    expect((await again.coverage(camera, always)).spans).toEqual([{ fromUs: START, toUs: START + 1_000_000 }]);
  });
});

/** Bad blocks where a table or an index of the database begins. */
async function spoilIndex(name: string): Promise<void> {
  const file = join(path, '.understudy', 'index.sqlite');
  const sql = openSql({ path: file });
  const root = Number(sql.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name)?.['rootpage']);
  const size = Number(sql.prepare('PRAGMA page_size').get()?.['page_size']);
  sql.close();
  const index = await open(file, 'r+');
  await index.write(Buffer.alloc(size, 0x55), 0, size, (root - 1) * size);
  await index.close();
}

describe('an index with bad blocks in its middle', () => {
  const places = ['segments', 'segments_time', 'segments_unfinished', 'locks'];
  it.each(places)('in %s: recording begins, and all footage is found again', async (place) => {
    const first = await openAt();
    for (let at = 0; at < 3; at++) await recordSeconds(first, 1, START + at * 10_000_000, systemFiles, at + 1);
    const lock = { ...camera, id: 'a', fromUs: START, toUs: START + 500_000, reason: 'theft', lockedBy: 'anna', lockedAtUs: START };
    await first.lock(lock);
    await first.close();
    await spoilIndex(place);
    const again = await openAt(false);
    await recordSeconds(again, 1, START + 60_000_000, systemFiles, 9);
    // The damage may be met by one reader; not by the next.
    await frames(again).catch(() => []);
    await expect.poll(async () => (await frames(again)).length, { timeout: 5000 }).toBe(100);
    await expect.poll(() => again.locks().catch(() => []), { timeout: 5000 }).toEqual([lock]);
    await again.close();
    expect(await frames(await openAt(false))).toHaveLength(100);
  });

  it.each(places)('in %s: what a dead recorder left is read from its files', async (place) => {
    const first = await openAt();
    for (let at = 0; at < 3; at++) await recordSeconds(first, 1, START + at * 10_000_000, systemFiles, at + 1);
    await first.close();
    await spoilIndex(place);
    const reader = await openFootageReader(path);
    expect(await frames(reader)).toHaveLength(75);
    expect((await reader.coverage(camera, always)).spans).toHaveLength(3);
    expect(await reader.keys()).toEqual([camera]);
    await reader.close();
  });
});

describe('an index that is being made anew', () => {
  const day = 86_400_000_000;

  it('goes on where a crash stopped it, also behind footage that is older than what was recorded meanwhile', async () => {
    const first = await openAt();
    for (let at = 0; at < 4; at++) await recordSeconds(first, 1, START + at * day, systemFiles, at + 1);
    await first.close();
    // As a crash leaves it: the newest segment was recorded beside the making.
    const sql = openSql({ path: join(path, '.understudy', 'index.sqlite') });
    sql.exec(`DELETE FROM segments WHERE start_us < ${START + 3 * day}; DELETE FROM state`);
    sql.exec("INSERT INTO state (key, value) VALUES ('clean', '0'), ('incomplete', '1')");
    sql.close();
    const reader = await openFootageReader(path);
    expect(await frames(reader)).toHaveLength(100);
    await reader.close();
    expect(await frames(await openAt(false))).toHaveLength(100);
  });

  it('is marked as whole when it is', async () => {
    const first = await openAt();
    await recordSeconds(first, 1, START);
    await first.close();
    await rm(join(path, '.understudy', 'index.sqlite'));
    const child = await openAt(false);
    await child.close();
    const sql = openSql({ path: join(path, '.understudy', 'index.sqlite') });
    expect(sql.prepare("SELECT value FROM state WHERE key = 'incomplete'").get()).toEqual({ value: '0' });
    sql.close();
  });

  it('keeps segments that were finished while files of other cameras were read', async () => {
    const opened = await openAt();
    await recordSeconds(opened, 1, START);
    await opened.close();
    const [file = ''] = await segments();
    const other = file.replace('/gate/', '/yard/');
    await cp(file, other, { recursive: true });
    const ledger = new Ledger(openSql({ path: ':memory:', migrations: fileURLToPath(new URL('../../src/video/store/migrations', import.meta.url)) }));
    const late = file.replace('170405', '170505');
    let asked = 0;
    const stopped = (): boolean => {
      if (++asked === 2) {
        cpSync(file, late);
        ledger.put({ ...camera, path: late.slice(path.length + 1), camera, startUs: START + 60_000_000, endUs: START + 61_000_000, bytes: 1, config: new Uint8Array(1), state: WHOLE, cover: { runs: [], nominalUs: 0, gapFirst: false, lastUs: 0 }, rows: new Uint8Array() });
      }
      return false;
    };
    await rebuildIndex({ ledger, storePath: path, open: new Map(), stopped });
    expect(asked).toBe(2);
    expect(ledger.knows(late.slice(path.length + 1))).toBe(true);
    ledger.sql.close();
  });
});

it('somebody who watched and left is no trouble when the store is closed', async () => {
  const opened = await openAt();
  await recordSeconds(opened, 3, START);
  const unheard: unknown[] = [];
  const hear = (error: unknown): unknown => unheard.push(error);
  process.on('unhandledRejection', hear);
  onTestFinished(() => void process.off('unhandledRejection', hear));
  const left = opened.follow(camera, START, new AbortController().signal)[Symbol.asyncIterator]();
  await left.next();
  await left.return?.();
  const gone = new AbortController();
  const waiting = opened.follow(camera, START, gone.signal)[Symbol.asyncIterator]();
  await waiting.next();
  const end = waiting.next();
  gone.abort();
  expect((await end).done).toBe(true);
  await opened.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(unheard).toEqual([]);
});

it('a file that cannot be deleted does not keep the store from being read, nor others from being deleted', async () => {
  const first = await openAt();
  for (let at = 0; at < 3; at++) await recordSeconds(first, 1, START + at * 10_000_000, systemFiles, at + 1);
  await first.close();
  const [stuck = '', next = ''] = await segments();
  const sql = openSql({ path: join(path, '.understudy', 'index.sqlite') });
  sql.exec(`UPDATE segments SET state = 2 WHERE start_us < ${START + 20_000_000}`);
  sql.close();
  // `unlink` of a folder fails for root too.
  await rm(stuck);
  await mkdir(stuck);
  const events: StoreEvent[] = [];
  const again = await openAt(false);
  again.onEvent((event) => events.push(event));
  expect(await frames(again)).toHaveLength(25);
  expect(events).toEqual([{ code: 'store-trouble', text: expect.stringContaining(stuck) }]);
  expect(await segments()).not.toContain(next);
  expect(again.health().state).toBe('ok');
});

/** A disk that takes `bytes` and then no more, or breaks. */
function failingFiles(bytes: number, code: 'ENOSPC' | 'EIO'): Files & { mended: boolean } {
  let left = bytes;
  const files = {
    ...systemFiles,
    mended: false,
    async open(name: string, flags: string) {
      const file = await systemFiles.open(name, flags);
      const own = {
        async writev(buffers: readonly NodeJS.ArrayBufferView[], position?: number) {
          const wanted = buffers.reduce((sum, part) => sum + part.byteLength, 0);
          if (files.mended || wanted <= left) {
            left -= wanted;
            return await file.writev(buffers, position);
          }
          if (left === 0) throw Object.assign(new Error(`${code}: no`), { code });
          // A part still fits: the kernel writes it and says so.
          const part = Buffer.concat(buffers.map((view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength))).subarray(0, left);
          left = 0;
          return await file.writev([part], position);
        },
        truncate: (length?: number) => file.truncate(length),
        datasync: () => file.datasync(),
        sync: () => file.sync(),
        close: () => file.close(),
      };
      return own as Awaited<ReturnType<Files['open']>>;
    },
  };
  return files;
}

describe('a full or broken disk', () => {
  it.each([
    ['ENOSPC', 'store.full'],
    ['EIO', 'store.io'],
  ] as const)('%s in the middle of a fragment: %s, the file stays decodable, recording goes on later', async (errno, code) => {
    const opened = await openAt();
    const files = failingFiles(200_000, errno);
    const writer = cameraWriter(opened.writerPort(), { storePath: path, ...camera, files });
    const parts = batches(makeStream({ codec: 'h264', seconds: 8, startUs: START }));
    let written = 0;
    let refused = 0;
    for (const [at, batch] of parts.entries()) {
      try {
        await writer.append(batch);
        written += batch.units.length;
      } catch (error) {
        refused++;
        if (refused === 1) expect(error).toMatchObject({ code });
        if (at > parts.length / 2) files.mended = true;
      }
    }
    await writer.close();
    expect(refused).toBeGreaterThan(1);
    expect(await frames(opened)).toHaveLength(written);
    // Files that got nothing are removed.
    await expect.poll(async () => (await segments()).length).toBe(2);
    const kept = (await segments()).map((file) => countFrames(file));
    expect(kept.reduce((sum, count) => sum + count, 0)).toBe(written);
    for (const file of await segments()) expect(complaints(file)).toBe('');
    const { spans } = await opened.coverage(camera, always);
    expect(spans).toHaveLength(2);
  });
});

describe('the marker file', () => {
  it('where the kernel makes no folders, set-up is refused at once', async () => {
    const refused = openStore({ storePath: '/proc/nowhere/store', create: true, processName: 'test' }).then(() => 'opened', (error: unknown) => error);
    expect(await Promise.race([refused, new Promise((resolve) => setTimeout(resolve, 5000, 'it hangs'))])).toMatchObject({ code: 'store.read-only' });
  });

  it('is made only at set-up; without it nothing is written', async () => {
    await expect(openAt(false)).rejects.toMatchObject({ code: 'store.missing' });
    expect(await readdir(path)).toEqual([]);
    const opened = await openAt(true);
    await recordSeconds(opened, 1, START);
    const events: string[] = [];
    opened.onEvent(({ code }) => events.push(code));
    await rename(join(path, '.understudy/store.json'), join(path, 'away.json'));
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await expect(recordSeconds(opened, 1, START + 10_000_000, systemFiles, 2)).rejects.toMatchObject({ code: 'store.missing' });
    expect(opened.health().state).toBe('missing');
    expect(await segments()).toHaveLength(1);
    await rename(join(path, 'away.json'), join(path, '.understudy/store.json'));
    await expect.poll(() => opened.health().state, { timeout: 4000 }).toBe('ok');
    await expect.poll(async () => await recordSeconds(opened, 1, START + 20_000_000, systemFiles, 3), { timeout: 4000 }).toBe(25);
    expect(events).toEqual(['store-missing', 'store-back']);
  });

  it('of another store is refused', async () => {
    const opened = await openAt(true);
    const writer = cameraWriter(opened.writerPort(), { storePath: path, ...camera });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await rm(join(path, '.understudy/store.json'));
    await appendFile(join(path, '.understudy/store.json'), JSON.stringify({ id: 'another', format: 1 }));
    const [batch] = batches(makeStream({ codec: 'h264', seconds: 1, startUs: START }));
    if (batch === undefined) throw new Error('no batch');
    await expect(writer.append(batch)).rejects.toMatchObject({ code: 'store.missing', message: expect.stringContaining('another') });
    await writer.close();
  });
});
