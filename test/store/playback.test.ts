import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportClip } from '../../src/video/playback/clip.ts';
import { muxFragmented, muxParts } from '../../src/video/playback/mux.ts';
import { asRead, makeStream, type StreamOptions } from './streams.ts';
import { complaints, countFrames, frameTimes } from './verify.ts';

const START = Date.UTC(2026, 10, 22, 17, 4, 5) * 1000;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playback-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function save(name: string, bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  const path = join(folder, name);
  await writeFile(path, Buffer.concat(parts));
  return path;
}

const kinds: (Omit<StreamOptions, 'startUs'> & { name: string })[] = [
  { name: 'h264', codec: 'h264', seconds: 5 },
  { name: 'h264-b', codec: 'h264', seconds: 5, bFrames: 3 },
  { name: 'h265', codec: 'h265', seconds: 3 },
  { name: 'h265-b', codec: 'h265', seconds: 3, bFrames: 4 },
  { name: 'aac', codec: 'h264', seconds: 5, audio: 'aac' },
  { name: 'pcmu', codec: 'h264', seconds: 5, audio: 'pcmu' },
  { name: 'pcma', codec: 'h265', seconds: 3, audio: 'pcma' },
];

async function packetsByMediabunny(path: string): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('mediabunny finds no video');
  let count = 0;
  for await (const _ of new EncodedPacketSink(track).packets()) count++;
  return count;
}

describe.each(kinds)('$name', (kind) => {
  const expected = kind.seconds * 25;

  it('is streamed as fragmented MP4 that decodes in full', async () => {
    const path = await save(`${kind.name}-stream.mp4`, muxFragmented(asRead(makeStream({ ...kind, startUs: START }))));
    expect(complaints(path)).toBe('');
    expect(countFrames(path)).toBe(expected);
    expect(await packetsByMediabunny(path)).toBe(expected);
  });

  it('is exported as a clip that decodes in full, at the right times', async () => {
    const stream = makeStream({ ...kind, startUs: START });
    const path = await save(`${kind.name}-clip.mp4`, exportClip(asRead(stream)));
    expect(complaints(path)).toBe('');
    expect(countFrames(path)).toBe(expected);
    expect(await packetsByMediabunny(path)).toBe(expected);
    for (const [at, time] of frameTimes(path).entries()) expect(time).toBeCloseTo(at / 25, 3);
    if (kind.audio !== undefined) expect(countFrames(path, 'a:0')).toBeGreaterThan(40);
  });
});

describe('a change of parameter sets', () => {
  const change = () => [
    makeStream({ codec: 'h264', seconds: 2, startUs: START }),
    makeStream({ codec: 'h264', seconds: 2, size: '160x120', startUs: START + 2_000_000, version: 2 }),
    makeStream({ codec: 'h264', seconds: 2, startUs: START + 4_000_000, version: 3 }),
  ];

  it('is told to the player by a new init segment', async () => {
    const kinds: string[] = [];
    for await (const part of muxParts(asRead(...change()))) kinds.push(part.kind);
    expect(kinds.filter((kind) => kind === 'init')).toHaveLength(3);
  });

  it('leaves one clip in which every frame decodes', async () => {
    const path = await save('change.mp4', exportClip(asRead(...change())));
    expect(complaints(path)).toBe('');
    expect(countFrames(path)).toBe(150);
  });

  it('leaves one H.265 clip too', async () => {
    const two = [
      makeStream({ codec: 'h265', seconds: 2, startUs: START }),
      makeStream({ codec: 'h265', seconds: 2, size: '480x320', startUs: START + 2_000_000, version: 2 }),
    ];
    const path = await save('change265.mp4', exportClip(asRead(...two)));
    expect(complaints(path)).toBe('');
    expect(countFrames(path)).toBe(100);
  });

  it('refuses a clip over a change of the codec', async () => {
    const two = asRead(makeStream({ codec: 'h264', seconds: 1, startUs: START }), makeStream({ codec: 'h265', seconds: 1, startUs: START + 1_000_000 }));
    await expect(save('codec.mp4', exportClip(two))).rejects.toMatchObject({ code: 'input.invalid' });
  });
});

it('says when a clip would be empty', async () => {
  await expect(save('empty.mp4', exportClip(asRead()))).rejects.toMatchObject({ code: 'input.not-found' });
});
