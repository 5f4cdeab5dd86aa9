import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CameraKey, Span, UnitRow } from '../../src/core/units.ts';
import type { FootageReader, FootageStore, FootageUnit } from '../../src/video/contract.ts';
import { openFootageReader } from '../../src/video/store/open-reader.ts';
import { importFootage } from '../../src/video/store/import.ts';
import { openStore } from '../../src/video/store/store.ts';
import { cameraWriter } from '../../src/video/store/writer.ts';
import { asRead, batches, makeStream, type StreamOptions, type TestStream } from './streams.ts';
import { complaints, countFrames, frameTimes } from './verify.ts';

const START = Date.UTC(2026, 10, 22, 17, 4, 5) * 1000 + 123_456;
const camera: CameraKey = { serverId: 'north', cameraId: 'gate' };
const always: Span = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };

let path = '';
let store: FootageStore;
const open = (create = true) => openStore({ storePath: path, create, processName: 'test' });

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'store-'));
  store = await open();
});
afterEach(async () => {
  await store.close();
  await rm(path, { recursive: true });
});

async function record(...streams: readonly TestStream[]): Promise<void> {
  const writer = cameraWriter(store.writerPort(), { storePath: path, ...camera });
  for (const stream of streams) for (const batch of batches(stream)) await writer.append(batch);
  await writer.close();
}

async function segments(): Promise<string[]> {
  const all = await readdir(path, { recursive: true });
  return all.filter((name) => name.endsWith('.mp4')).toSorted().map((name) => join(path, name));
}

async function readAll(from: FootageReader, span: Span): Promise<FootageUnit[]> {
  const out: FootageUnit[] = [];
  for await (const batch of from.read(camera, span)) out.push(...batch.units);
  return out;
}

async function allRows(from: FootageReader, span: Span): Promise<UnitRow[]> {
  const out: UnitRow[] = [];
  for await (const page of from.rows(camera, span)) out.push(...page);
  return out;
}

const plain = ({ track, rtpTime, timeUs, key, vclBytes, vclCrc, gapBefore }: UnitRow): UnitRow => ({ track, rtpTime, timeUs, key, vclBytes, vclCrc, gapBefore });

it('hands out once what a second run of writing has again from its key frame on', async () => {
  const stream = makeStream({ codec: 'h264', seconds: 4, gop: 25, startUs: START, audio: 'aac' });
  const cut = stream.units.findIndex(({ track, key, timeUs }) => track === 'video' && !key && timeUs >= START + 1_600_000);
  const again = stream.units.findLastIndex(({ track, key }, at) => track === 'video' && key && at < cut);
  await record({ ...stream, units: stream.units.slice(0, cut) });
  await record({ ...stream, units: stream.units.slice(again) });
  expect(await segments()).toHaveLength(2);
  const times = (units: readonly UnitRow[]): string[] => units.map(({ track, timeUs }) => `${track} ${timeUs}`);
  expect(times(await allRows(store, always))).toEqual(times(stream.units));
  expect(times(await readAll(store, always))).toEqual(times(stream.units));
  // From within what is there twice: begins at the key frame, whichever file it is taken from.
  const later = await readAll(store, { fromUs: START + 1_700_000, toUs: Number.MAX_SAFE_INTEGER });
  expect(times(later)).toEqual(times(stream.units.slice(again)));
});

it('drops two runs of writing that share a group of pictures, whichever goes first', async () => {
  const stream = makeStream({ codec: 'h264', seconds: 6, gop: 25, startUs: START });
  await record({ ...stream, units: stream.units.slice(0, 65) });
  await record({ ...stream, units: stream.units.slice(50) });
  // The first file goes whole, of the second all but its end is hidden.
  await store.drop(camera, { fromUs: 0, toUs: START + 5_000_000 });
  expect((await allRows(store, always)).map(({ timeUs }) => timeUs)).toEqual(stream.units.slice(125).map(({ timeUs }) => timeUs));
  await store.drop(camera, always);
  expect(await allRows(store, always)).toEqual([]);
  expect(await segments()).toEqual([]);
});

describe('segment files', () => {
  const kinds: (Omit<StreamOptions, 'startUs'> & { name: string })[] = [
    { name: 'H.264', codec: 'h264', seconds: 6 },
    { name: 'H.264 with B-frames', codec: 'h264', seconds: 6, bFrames: 3 },
    { name: 'H.265', codec: 'h265', seconds: 4 },
    { name: 'H.265 with B-frames', codec: 'h265', seconds: 4, bFrames: 4 },
    { name: 'H.264 with AAC', codec: 'h264', seconds: 6, audio: 'aac' },
    { name: 'H.264 with G.711 µ-law', codec: 'h264', seconds: 6, audio: 'pcmu' },
    { name: 'H.265 with G.711 A-law', codec: 'h265', seconds: 4, audio: 'pcma' },
  ];
  it.each(kinds)('$name: ffmpeg decodes every frame without a complaint', async (kind) => {
    const stream = makeStream({ ...kind, startUs: START });
    await record(stream);
    const [file] = await segments();
    if (file === undefined) throw new Error('no segment');
    expect(complaints(file)).toBe('');
    expect(countFrames(file)).toBe(kind.seconds * 25);
    const times = frameTimes(file);
    for (const [at, time] of times.entries()) expect(time).toBeCloseTo(at / 25, 3);
    if (kind.audio !== undefined) expect(countFrames(file, 'a:0')).toBeGreaterThan(0);
    const back = await readAll(store, always);
    expect(back.map(plain)).toEqual(stream.units.map(plain));
    for (const [at, unit] of back.entries()) {
      const sent = stream.units[at];
      expect(Buffer.compare(unit.data, stream.memory.subarray(sent?.start, (sent?.start ?? 0) + (sent?.length ?? 0)))).toBe(0);
    }
  });

  it('shows a gap of the recording in the media time', async () => {
    const first = makeStream({ codec: 'h264', seconds: 2, startUs: START });
    const later = makeStream({ codec: 'h264', seconds: 2, startUs: START + 7_000_000 });
    // Same RTP epoch: five seconds missing within one segment.
    const shifted = { ...later, units: later.units.map((unit) => ({ ...unit, rtpTime: unit.rtpTime + 7 * 90_000 })) };
    await record(first, shifted);
    const files = await segments();
    expect(files).toHaveLength(1);
    const times = frameTimes(files[0] ?? '');
    expect((times[50] ?? 0) - (times[49] ?? 0)).toBeCloseTo(5.04, 2);
    expect(complaints(files[0] ?? '')).toBe('');
    const { spans } = await store.coverage(camera, always);
    expect(spans).toEqual([
      { fromUs: START, toUs: START + 2_000_000 },
      { fromUs: START + 7_000_000, toUs: START + 9_000_000 },
    ]);
  });

  it('begins a new segment after a minute, for another configuration, and for a new epoch', async () => {
    const long = makeStream({ codec: 'h264', seconds: 70, fps: 5, startUs: START });
    const other = makeStream({ codec: 'h264', seconds: 2, size: '160x120', startUs: START + 70_000_000, version: 2 });
    const epoch = makeStream({ codec: 'h264', seconds: 2, size: '160x120', startUs: START + 90_000_000, version: 2, epoch: 2 });
    await record(long, other, epoch);
    const files = await segments();
    expect(files.map((file) => countFrames(file))).toEqual([300, 50, 50, 50]);
    expect(files.map(complaints)).toEqual(['', '', '', '']);
    const { spans } = await store.coverage(camera, always);
    expect(spans).toEqual([
      { fromUs: START, toUs: START + 72_000_000 },
      { fromUs: START + 90_000_000, toUs: START + 92_000_000 },
    ]);
  });
});

describe('reading', () => {
  it('starts at the key picture at or before the asked time and ends before the asked end', async () => {
    await record(makeStream({ codec: 'h264', seconds: 10, startUs: START }));
    const units = await readAll(store, { fromUs: START + 4_500_000, toUs: START + 6_200_000 });
    expect(units[0]).toMatchObject({ timeUs: START + 4_000_000, key: true });
    expect(units.at(-1)?.timeUs).toBe(START + 6_160_000);
    const rows = await allRows(store, { fromUs: START + 4_500_000, toUs: START + 6_200_000 });
    expect(rows).toHaveLength(42);
  });

  it('starts at the first key picture after a gap, not before it', async () => {
    await record(makeStream({ codec: 'h264', seconds: 4, startUs: START }), makeStream({ codec: 'h264', seconds: 4, startUs: START + 30_000_000, epoch: 2 }));
    const units = await readAll(store, { fromUs: START + 10_000_000, toUs: START + 31_000_000 });
    expect(units[0]?.timeUs).toBe(START + 30_000_000);
  });

  it('reads what is reported of a segment still being written, here and in another process’s place', async () => {
    const stream = makeStream({ codec: 'h264', seconds: 6, startUs: START });
    const writer = cameraWriter(store.writerPort(), { storePath: path, ...camera });
    for (const batch of batches(stream)) await writer.append(batch);
    await expect.poll(async () => (await readAll(store, always)).length, { timeout: 4000 }).toBe(150);
    const reader = await openFootageReader(path);
    expect(await readAll(reader, always)).toHaveLength(150);
    await expect.poll(async () => (await store.coverage(camera, always)).durableUntilUs, { timeout: 4000 }).toBe(START + 6_000_000);
    expect(writer.progress()).toMatchObject({ newestWrittenUs: START + 5_960_000, durableUs: START + 5_960_000 });
    expect(await reader.coverage(camera, always)).toEqual({
      spans: [{ fromUs: START, toUs: START + 6_000_000 }],
      exactness: 'exact',
      durableUntilUs: START + 6_000_000,
    });
    await writer.close();
    await reader.close();
  });

  it('follows a camera live', async () => {
    const stream = makeStream({ codec: 'h264', seconds: 6, startUs: START });
    const writer = cameraWriter(store.writerPort(), { storePath: path, ...camera });
    const parts = batches(stream);
    const stop = new AbortController();
    const seen: number[] = [];
    const following = (async () => {
      for await (const batch of store.follow(camera, START + 1_500_000, stop.signal)) seen.push(...batch.units.map(({ timeUs }) => timeUs));
    })();
    for (const batch of parts.slice(0, 15)) await writer.append(batch);
    await expect.poll(() => seen.length, { timeout: 5000 }).toBeGreaterThan(0);
    for (const batch of parts.slice(15)) await writer.append(batch);
    await expect.poll(() => seen.at(-1), { timeout: 5000 }).toBe(START + 5_960_000);
    stop.abort();
    await following;
    await writer.close();
    expect(seen).toEqual(stream.units.slice(25).map(({ timeUs }) => timeUs));
  });
});

describe('copying back', () => {
  it('writes what was read elsewhere, unit for unit', async () => {
    const stream = makeStream({ codec: 'h264', seconds: 4, bFrames: 2, audio: 'aac', startUs: START });
    const later = makeStream({ codec: 'h264', seconds: 2, audio: 'aac', startUs: START + 8_000_000, epoch: 2 });
    const writer = cameraWriter(store.writerPort(), { storePath: path, ...camera });
    expect(await importFootage(writer, asRead(stream, later))).toBe(stream.units.length + later.units.length);
    await writer.close();
    expect((await readAll(store, always)).map(plain)).toEqual([...stream.units, ...later.units].map(plain));
    expect((await segments()).map(complaints)).toEqual(['', '']);
  });
});

describe('the index', () => {
  it('is rebuilt exactly from the files alone', async () => {
    await record(makeStream({ codec: 'h264', seconds: 5, bFrames: 2, audio: 'aac', startUs: START }), makeStream({ codec: 'h265', seconds: 3, startUs: START + 60_000_000, version: 2 }));
    const before = [await store.coverage(camera, always), await allRows(store, always), await store.cameras()];
    await store.close();
    for (const name of await readdir(join(path, '.understudy')))
      if (name.startsWith('index')) await rm(join(path, '.understudy', name));
    store = await open(false);
    expect([await store.coverage(camera, always), await allRows(store, always), await store.cameras()]).toEqual(before);
    expect(await store.rebuild()).toMatchObject({ segments: 2, damaged: [] });
    expect([await store.coverage(camera, always), await allRows(store, always), await store.cameras()]).toEqual(before);
  });
});
