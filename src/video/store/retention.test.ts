import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CameraKey, Span } from '../../core/units.ts';
import { openSql } from '../../platform/sqlite.ts';
import type { EvidenceLock, RetentionRule, StoreEvent } from '../contract.ts';
import { chunkLength, writeChunk } from '../mp4/unit-rows.ts';
import { deleteVictims } from './deleting.ts';
import { Keeper } from './keeper.ts';
import { segmentPath } from './layout.ts';
import { Ledger } from './ledger.ts';
import type { SegmentReport } from './report.ts';

const MINUTE = 60_000_000;
const START = Date.UTC(2026, 10, 22) * 1000;
const gate: CameraKey = { serverId: 'north', cameraId: 'gate' };
const yard: CameraKey = { serverId: 'north', cameraId: 'yard' };
const always: Span = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };

let path = '';
let keeper: Keeper;
let events: StoreEvent[] = [];
let nowUs = START;
let uptimeMs = 0;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'keep-'));
  await mkdir(join(path, '.understudy'));
  events = [];
  nowUs = START + 60 * MINUTE;
  const sql = openSql({ path: ':memory:', migrations: fileURLToPath(new URL('./migrations', import.meta.url)) });
  const clock = { wallMs: () => nowUs / 1000, monotonicMs: () => uptimeMs, uptimeMs: () => uptimeMs };
  keeper = new Keeper({ ledger: new Ledger(sql), storePath: path, clock, tell: (event) => events.push(event), askReports: () => {}, renewIndex: () => sql });
});
afterEach(async () => {
  await keeper.close();
  await rm(path, { recursive: true });
});

/** One unit a second, a key picture every ten. */
function rowsOf(startUs: number, seconds: number): Buffer {
  const units = Array.from({ length: seconds }, (_, at) => ({
    track: 'video' as const, rtpTime: at * 90_000, timeUs: startUs + at * 1_000_000, key: at % 10 === 0,
    vclBytes: 10, vclCrc: at, gapBefore: false, epoch: 1, start: 0, length: 10,
  }));
  const out = Buffer.alloc(chunkLength(seconds));
  writeChunk(out, new DataView(out.buffer, out.byteOffset, out.length), 0, 100, units);
  return out;
}

/** Segments of a minute and 1,000 bytes, from START on. */
async function recorded(camera: CameraKey, minutes: number): Promise<string[]> {
  const reports: SegmentReport[] = [];
  for (let at = 0; at < minutes; at++) {
    const startUs = START + at * MINUTE;
    const segment = segmentPath(camera, startUs, 0);
    await mkdir(join(path, dirname(segment)), { recursive: true });
    await writeFile(join(path, segment), 'data');
    const opened = { camera, startUs, config: Buffer.from(camera.cameraId) };
    reports.push({ path: segment, opened, rows: rowsOf(startUs, 60), bytes: 1000, durableUs: startUs, closed: true });
  }
  keeper.take(reports);
  return reports.map((report) => report.path);
}

async function left(paths: readonly string[]): Promise<number[]> {
  const there = await Promise.all(paths.map((name) => access(join(path, name)).then(() => true, () => false)));
  return there.flatMap((is, at) => (is ? [at] : []));
}

const rule = (camera: CameraKey, more: Partial<RetentionRule>): RetentionRule => ({ ...camera, maxAgeMs: 1e12, maxBytes: null, priority: 1, ...more });
const lock = (camera: CameraKey, fromMinute: number, toMinute: number): EvidenceLock => ({
  ...camera, id: `${camera.cameraId}-${fromMinute}`, fromUs: START + fromMinute * MINUTE, toUs: START + toMinute * MINUTE,
  reason: 'theft', lockedBy: 'anna', lockedAtUs: START,
});

describe('retention', () => {
  it('deletes what is older than its camera may keep, and nothing of other cameras', async () => {
    const [gates, yards] = [await recorded(gate, 10), await recorded(yard, 10)];
    nowUs = START + 14 * MINUTE;
    keeper.setRetention([rule(gate, { maxAgeMs: 8 * 60_000 })]);
    await keeper.tidy();
    expect(await left(gates)).toEqual([6, 7, 8, 9]);
    expect(await left(yards)).toHaveLength(10);
    expect((await keeper.coverage(gate, always)).spans).toEqual([{ fromUs: START + 6 * MINUTE, toUs: START + 10 * MINUTE }]);
  });

  it('deletes the oldest when a camera has more bytes than it may', async () => {
    const gates = await recorded(gate, 10);
    keeper.setRetention([rule(gate, { maxBytes: 4000 })]);
    await keeper.tidy();
    expect(await left(gates)).toEqual([6, 7, 8, 9]);
  });

  it('remembers as one stretch what it deleted, with a hole for what is locked', async () => {
    await recorded(gate, 10);
    const deleted = async () => (await keeper.coverage(gate, always)).deleted?.map(({ fromUs, toUs }) => [(fromUs - START) / MINUTE, (toUs - START) / MINUTE]);
    expect(await deleted()).toBeUndefined();
    await keeper.lock(lock(gate, 2, 3));
    keeper.setRetention([rule(gate, { maxBytes: 8000 })]);
    await keeper.tidy();
    expect(await deleted()).toEqual([[0, 2]]);
    await keeper.makeRoom(2000);
    expect(await deleted()).toEqual([[0, 2], [3, 5]]);
    // Dropped, because another machine has it, is not deleted.
    await keeper.drop(gate, { fromUs: START + 5 * MINUTE, toUs: START + 6 * MINUTE });
    expect(await deleted()).toEqual([[0, 2], [3, 5]]);
  });

  it('remembers no more of what it deleted than an answer over the link may hold: the newest', async () => {
    const ledger = new Ledger(openSql({ path: ':memory:', migrations: fileURLToPath(new URL('./migrations', import.meta.url)) }));
    const camera = ledger.addCamera(gate);
    const flapping = Array.from({ length: 60_000 }, (_, at) => ({ fromUs: START + at * 10_000_000, toUs: START + at * 10_000_000 + 5_000_000 }));
    ledger.replaceSpans('deleted', camera, [], flapping);
    const startUs = START + 700_000_000_000;
    await deleteVictims(ledger, path, [{ path: 'gone.mp4', bytes: 1, camera, startUs, endUs: startUs + MINUTE }]);
    const deleted = ledger.deleted(camera, always);
    expect([deleted.length, deleted.at(-1)]).toEqual([5000, { fromUs: startUs, toUs: startUs + MINUTE }]);
  });

  it('deletes on a disk so full that what it deleted cannot be noted', async () => {
    const sql = openSql({ path: ':memory:', migrations: fileURLToPath(new URL('./migrations', import.meta.url)) });
    const ledger = new Ledger(sql);
    const camera = ledger.addCamera(gate);
    sql.exec("CREATE TRIGGER full_deleted BEFORE INSERT ON deleted BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END");
    await deleteVictims(ledger, path, [{ path: 'gone.mp4', bytes: 1, camera, startUs: START, endUs: START + MINUTE }]);
    expect(ledger.deleted(camera, always)).toEqual([]);
  });

  it('goes on after a round that failed: one file that cannot be deleted must not end retention for good', async () => {
    const gates = await recorded(gate, 10);
    const [stuck] = gates as [string];
    await rm(join(path, stuck));
    await mkdir(join(path, stuck, 'inside'), { recursive: true });
    keeper.setRetention([rule(gate, { maxBytes: 6000 })]);
    await expect(keeper.tidy()).rejects.toThrow();
    expect(await left(gates)).toEqual([0, 4, 5, 6, 7, 8, 9]);
    keeper.setRetention([rule(gate, { maxBytes: 3000 })]);
    await keeper.tidy();
    expect(await left(gates)).toEqual([0, 7, 8, 9]);
  });

  it('counts what was fetched for a camera towards its one ceiling, and deletes the oldest of both', async () => {
    const back: CameraKey = { ...gate, serverId: 'north.back-1' };
    const gates = await recorded(gate, 6);
    const fetched = await recorded(back, 3);
    keeper.setRetention([rule(gate, { also: [back], maxBytes: 9000 })]);
    await keeper.tidy();
    expect([await left(gates), await left(fetched)]).toEqual([[0, 1, 2, 3, 4, 5], [0, 1, 2]]);
    keeper.setRetention([rule(gate, { also: [back], maxBytes: 5000 })]);
    await keeper.tidy();
    expect([await left(gates), await left(fetched)]).toEqual([[2, 3, 4, 5], [2]]);
    keeper.setRetention([rule(gate, { also: [back], maxAgeMs: 57 * 60_000 })]);
    await keeper.tidy();
    expect([await left(gates), await left(fetched)]).toEqual([[3, 4, 5], []]);
  });

  it('does not believe a clock that jumped: deletes nothing by age for an hour', async () => {
    const gates = await recorded(gate, 10);
    keeper.setRetention([rule(gate, { maxAgeMs: 8 * 60_000 })]);
    nowUs = START + 8 * MINUTE;
    await keeper.tidy();
    expect(await left(gates)).toHaveLength(10);
    nowUs += 365 * 24 * 60 * MINUTE;
    uptimeMs += 10_000;
    await keeper.tidy();
    expect(await left(gates)).toHaveLength(10);
    expect(events.map(({ code }) => code)).toEqual(['store-trouble']);
    nowUs += 61 * MINUTE;
    uptimeMs += 61 * 60_000;
    await keeper.tidy();
    expect(await left(gates)).toEqual([]);
  });

  it('I9: never deletes what a lock touches, by age, by size or for room', async () => {
    const gates = await recorded(gate, 10);
    await keeper.lock(lock(gate, 1.5, 3.5));
    keeper.setRetention([rule(gate, { maxAgeMs: 1, maxBytes: 1 })]);
    await keeper.tidy();
    expect(await left(gates)).toEqual([1, 2, 3]);
    expect(await keeper.makeRoom(1e9)).toBe(0);
    expect(await keeper.drop(gate, always)).toBe(0);
    expect(await left(gates)).toEqual([1, 2, 3]);
    await keeper.unlock(lock(gate, 1.5, 3.5).id);
    await keeper.tidy();
    expect(await left(gates)).toEqual([]);
  });
});

describe('making room', () => {
  it('takes proven doubles first, then the oldest of the lowest priority, and says so beforehand', async () => {
    const [gates, yards] = [await recorded(gate, 6), await recorded(yard, 6)];
    keeper.setRetention([rule(gate, { priority: 1 }), rule(yard, { priority: 2 })]);
    keeper.markDouble(gate, { fromUs: START + 2 * MINUTE, toUs: START + 4 * MINUTE });
    expect(await keeper.makeRoom(2000)).toBe(2000);
    expect(await left(gates)).toEqual([0, 1, 4, 5]);
    expect(await keeper.makeRoom(2500)).toBe(3000);
    expect(await left(yards)).toEqual([3, 4, 5]);
    expect(await keeper.makeRoom(4000)).toBe(4000);
    expect(await left(yards)).toEqual([]);
    expect(await left(gates)).toEqual([1, 4, 5]);
    expect(await keeper.makeRoom(1e9)).toBe(3000);
    expect(await keeper.makeRoom(1e9)).toBe(0);
    expect(events.every(({ code }) => code === 'footage-deleted')).toBe(true);
  });
});

describe('drop', () => {
  it('deletes whole segments and hides whole picture groups of the rest', async () => {
    const gates = await recorded(gate, 4);
    const span = { fromUs: START + 30_500_000, toUs: START + 2 * MINUTE + 15_000_000 };
    expect(await keeper.drop(gate, span)).toBe(1000);
    expect(await left(gates)).toEqual([0, 2, 3]);
    expect((await keeper.coverage(gate, always)).spans).toEqual([
      { fromUs: START, toUs: START + 40_000_000 },
      { fromUs: START + 2 * MINUTE + 10_000_000, toUs: START + 4 * MINUTE },
    ]);
  });

  it('deletes a segment once all of it is hidden, piece by piece', async () => {
    const gates = await recorded(gate, 2);
    expect(await keeper.drop(gate, { fromUs: START, toUs: START + 30_000_000 })).toBe(0);
    expect(await keeper.drop(gate, { fromUs: START + 30_000_000, toUs: START + MINUTE })).toBe(1000);
    expect(await left(gates)).toEqual([1]);
  });

  it('leaves locked parts readable', async () => {
    await recorded(gate, 2);
    await keeper.lock(lock(gate, 0.5, 1));
    expect(await keeper.drop(gate, always)).toBe(1000);
    expect((await keeper.coverage(gate, always)).spans).toEqual([{ fromUs: START + 30_000_000, toUs: START + MINUTE }]);
  });

  it('forgets what was hidden when the footage is gone, so that a copy written back is seen', async () => {
    await recorded(gate, 1);
    await keeper.drop(gate, always);
    expect((await keeper.coverage(gate, always)).spans).toEqual([]);
    await recorded(gate, 1);
    expect((await keeper.coverage(gate, always)).spans).toEqual([{ fromUs: START, toUs: START + MINUTE }]);
  });
});
