import { expect, test } from 'vitest';
import { loadClip } from './clips.ts';
import { nalType } from './nal.ts';
import { FRAMING, RTP_HEADER, type PacketRun } from './packets.ts';
import { Pictures, type PictureOptions } from './pictures.ts';

const plain: PictureOptions = { bitrate: 0, padding: 'filler', distinctLoops: true, mtu: 1400 };

function mediaBytes(run: PacketRun): number {
  return run.bytes.length - run.starts.length * (FRAMING + RTP_HEADER);
}

/** The slice and filler NAL units of a run, joined from their fragments (H.264). */
function nalsOf(run: PacketRun): Buffer[] {
  const nals: Buffer[][] = [];
  for (const [index, start] of run.starts.entries()) {
    const payload = run.bytes.subarray(start + FRAMING + RTP_HEADER, run.starts[index + 1] ?? run.bytes.length);
    if ((payload[0]! & 0x1f) !== 28) nals.push([payload]);
    else if (payload[1]! & 0x80) nals.push([Buffer.from([(payload[0]! & 0xe0) | (payload[1]! & 0x1f)]), payload.subarray(2)]);
    else nals.at(-1)!.push(payload.subarray(2));
  }
  return nals.map((parts) => Buffer.concat(parts));
}

test.each(['yard', 'gate', 'dock', 'hall', 'second', 'long-gop'])('the H.264 clip %s is a loop of 250 single slices in an even number of GOPs', (name) => {
  const clip = loadClip(name, 'h264');
  expect(clip.frames).toHaveLength(250);
  expect((250 / clip.gop) % 2).toBe(0);
  expect(clip.frames.every((frame, index) => frame.key === (index % clip.gop === 0))).toBe(true);
  expect(clip.parameterSets.map((set) => nalType('h264', set))).toEqual([7, 8]);
});

test.each(['yard', 'second', 'long-gop'])('the H.265 clip %s too', (name) => {
  const clip = loadClip(name, 'h265');
  expect(clip.frames).toHaveLength(250);
  expect(clip.frames.every((frame, index) => frame.key === (index % clip.gop === 0))).toBe(true);
  expect(clip.parameterSets.map((set) => nalType('h265', set))).toEqual([32, 33, 34]);
});

test.each(['filler', 'slice'] as const)('padding with %s reaches the bit rate within 2 %%', (padding) => {
  const pictures = new Pictures(loadClip('yard', 'h264'), { ...plain, bitrate: 4_000_000, padding });
  let bytes = 0;
  for (let frame = 0; frame < 250; frame++) bytes += mediaBytes(pictures.at(frame).body);
  expect((bytes * 8) / 10 / 4_000_000).toBeCloseTo(1, 1);
  expect(Math.abs((bytes * 8) / 10 / 4_000_000 - 1)).toBeLessThan(0.02);
});

test('filler comes behind the slice and leaves it untouched; slice padding lies within it', () => {
  const clip = loadClip('yard', 'h264');
  const filled = nalsOf(new Pictures(clip, { ...plain, bitrate: 1_000_000 }).at(1).body);
  expect(filled.map((nal) => nalType('h264', nal))).toEqual([1, 12]);
  expect(filled[0]).toEqual(Buffer.from(clip.frames[1]!.slice));
  const padded = nalsOf(new Pictures(clip, { ...plain, bitrate: 1_000_000, padding: 'slice' }).at(1).body);
  expect(padded).toHaveLength(1);
  expect(padded[0]!.subarray(0, clip.frames[1]!.slice.length)).toEqual(Buffer.from(clip.frames[1]!.slice));
  expect(padded[0]!.subarray(-6)).toEqual(Buffer.from([0, 0, 3, 0, 0, 3]));
});

test('successive loops have different slices, and identical ones if wanted', () => {
  const clip = loadClip('yard', 'h264');
  const slices = (options: PictureOptions): Set<string> => {
    const pictures = new Pictures(clip, options);
    return new Set(Array.from({ length: 16 }, (_unused, loop) => nalsOf(pictures.at(loop * 250 + 3).body)[0]!.toString('hex')));
  };
  expect(slices(plain).size).toBe(16);
  expect(slices({ ...plain, distinctLoops: false }).size).toBe(1);
});

test('only key frames bring parameter sets', () => {
  const pictures = new Pictures(loadClip('yard', 'h265'), plain);
  expect(pictures.at(25).head).not.toBeNull();
  expect(pictures.at(26).head).toBeNull();
});
