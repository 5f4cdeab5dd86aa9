/** A span over a change of the codec: by which clips it comes whole. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Span } from '../../src/core/units.ts';
import type { FootageReader } from '../../src/video/contract.ts';
import { exportClip } from '../../src/video/playback/clip.ts';
import { clipParts, demandOnePart } from '../../src/video/playback/clip-parts.ts';
import { mergedFootage } from '../../src/video/playback/merge.ts';
import { openStore } from '../../src/video/store/store.ts';
import { cameraWriter } from '../../src/video/store/writer.ts';
import { batches, makeStream } from './streams.ts';
import { complaints, countFrames } from './verify.ts';

const START = Date.UTC(2026, 10, 22, 17, 4, 5) * 1000;
const at = (seconds: number): number => START + seconds * 1e6;
const camera = { serverId: 'north', cameraId: 'gate' };
let folder = '';
let store: FootageReader;

/** 6 s of H.264, 4 s of H.265 with B-frames, nothing for 50 s, H.265, and H.264 again. */
const recorded = [
  { codec: 'h264', seconds: 6, from: 0 },
  { codec: 'h265', seconds: 4, from: 6.02, bFrames: 3 },
  { codec: 'h265', seconds: 3, from: 60.02 },
  { codec: 'h264', seconds: 3, from: 180 },
] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parts-'));
  const opened = await openStore({ storePath: folder, create: true, processName: 'test' });
  store = opened;
  const writer = cameraWriter(opened.writerPort(), { storePath: folder, ...camera });
  for (const [i, { from, ...stream }] of recorded.entries())
    for (const batch of batches(makeStream({ ...stream, startUs: at(from), version: i + 1, epoch: i + 1 }))) await writer.append(batch);
  await writer.close();
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const sources = () => [{ id: 'recorder', shiftUs: 0, rows: (span: Span) => store.rows(camera, span), read: (span: Span) => store.read(camera, span) }];
const codecs = async (from: number, to: number) =>
  (await clipParts(sources(), { fromUs: at(from), toUs: at(to) })).map(({ codec, fromUs, toUs }) => [codec, (fromUs - START) / 1e6, (toUs - START) / 1e6]);

it('names the clips, cut at the first picture of each codec', async () => {
  expect(await codecs(0, 5)).toEqual([['h264', 0, 5]]);
  expect(await codecs(2, 9)).toEqual([['h264', 2, 6.02], ['h265', 6.02, 9]]);
  expect(await codecs(5.9, 6.1)).toEqual([['h264', 5.9, 6.02], ['h265', 6.02, 6.1]]);
  expect(await codecs(0, 190)).toEqual([['h264', 0, 6.02], ['h265', 6.02, 180], ['h264', 180, 190]]);
  // Into nothing, and out of it.
  expect(await codecs(3, 40)).toEqual([['h264', 3, 6.02], ['h265', 6.02, 40]]);
  expect(await codecs(30, 200)).toEqual([['h265', 30, 180], ['h264', 180, 200]]);
  expect(await codecs(100, 150)).toEqual([]);
});

it('loses no picture between the clips, and each decodes by itself', async () => {
  const frames: number[] = [];
  for (const [i, part] of (await clipParts(sources(), { fromUs: at(0), toUs: at(190) })).entries()) {
    const bytes: Uint8Array[] = [];
    for await (const chunk of exportClip(mergedFootage(sources(), part))) bytes.push(chunk);
    const path = join(folder, `${i}.mp4`);
    await writeFile(path, Buffer.concat(bytes));
    expect(complaints(path)).toBe('');
    frames.push(countFrames(path));
  }
  expect(frames).toEqual([150, 175, 75]);
});

it('refuses one clip over a change before anything is sent, with the moment and what to ask for', async () => {
  await expect(demandOnePart(sources(), { fromUs: at(0), toUs: at(5) })).resolves.toBeUndefined();
  await expect(demandOnePart(sources(), { fromUs: at(2), toUs: at(9) })).rejects.toMatchObject({
    code: 'input.invalid',
    message: expect.stringContaining('from H.264 to H.265 at 2026-11-22T17:04:11.020Z'),
    advice: expect.stringContaining(`fromUs=${at(2)}&toUs=${at(6.02)}, fromUs=${at(6.02)}&toUs=${at(9)}`),
  });
});
