import { videoOfMp4 } from './mp4.ts';
import { nalRole, splitAnnexB, unescape, type VideoKind } from './nal.ts';
import { readStamp, type Stamp } from './stamp.ts';

/** Reads the stamps back and counts frames. For tests and the story; the product never uses this. */

/** Stamps of an Annex B byte stream, in its order. */
export function stampsOfAnnexB(bytes: Uint8Array, kind: VideoKind): Stamp[] {
  return splitAnnexB(bytes).flatMap((nal) => stampsOfNal(nal, kind));
}

/** Stamps of samples of length-prefixed NAL units (ISO 14496-15), in their order. */
export function stampsOfLengthPrefixed(sample: Uint8Array, kind: VideoKind, lengthBytes = 4): Stamp[] {
  const stamps: Stamp[] = [];
  for (let at = 0; at + lengthBytes <= sample.length; ) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + sample[at + i]!;
    at += lengthBytes;
    if (at + length > sample.length) throw new Error(`A NAL unit of ${length} bytes does not fit its sample of ${sample.length}.`);
    stamps.push(...stampsOfNal(sample.subarray(at, at + length), kind));
    at += length;
  }
  return stamps;
}

/** Stamps of the video track of an MP4 file, fragmented or not, in file order. */
export function stampsOfMp4(file: Uint8Array): Stamp[] {
  const { kind, lengthBytes, samples } = videoOfMp4(file);
  return samples.flatMap((sample) => stampsOfLengthPrefixed(sample, kind, lengthBytes));
}

function stampsOfNal(nal: Uint8Array, kind: VideoKind): Stamp[] {
  if (nal.length < 3 || nalRole(kind, nal) !== 'sei') return [];
  const stamps: Stamp[] = [];
  const rbsp = unescape(nal);
  // Messages follow each other: type and size are sums of 255s and a last byte (H.264 7.3.2.3.1).
  let at = kind === 'h264' ? 1 : 2;
  const sum = (): number => {
    let value = 0;
    while (rbsp[at] === 255) value += rbsp[at++]!;
    return value + (rbsp[at++] ?? 0);
  };
  while (at + 2 < rbsp.length) {
    const type = sum();
    const size = sum();
    const stamp = type === 5 ? readStamp(rbsp.subarray(at, at + size)) : null;
    if (stamp) stamps.push(stamp);
    at += size;
  }
  return stamps;
}

export interface Continuity {
  /** First and last frame number looked at. */
  readonly from: number;
  readonly to: number;
  /** Different frames found between them. */
  readonly found: number;
  readonly missing: number;
  /** Missing frames as closed ranges. */
  readonly missingRanges: readonly (readonly [from: number, to: number])[];
  /** Frame numbers that were found more than once. */
  readonly doubled: readonly number[];
  /** Frame numbers that came after a later one. */
  readonly late: readonly number[];
}

/**
 * Are all frames there, once and in order? Without `from` and `to`, between the smallest and the
 * largest found. Throws if stamps of several cameras are mixed: that is never what was meant.
 */
export function checkContinuity(stamps: readonly Stamp[], bounds: { readonly from?: number; readonly to?: number } = {}): Continuity {
  const cameras = new Set(stamps.map((stamp) => stamp.camera));
  if (cameras.size > 1) throw new Error(`Frames of cameras ${[...cameras].join(', ')} are mixed.`);
  const frames = stamps.map((stamp) => stamp.frame);
  const sorted = [...frames].sort((a, b) => a - b);
  const from = bounds.from ?? sorted[0] ?? 0;
  const to = bounds.to ?? sorted.at(-1) ?? -1;

  const missingRanges: (readonly [number, number])[] = [];
  const doubled = new Set<number>();
  let found = 0;
  let expected = from;
  for (const [index, frame] of sorted.entries()) {
    if (frame < from || frame > to) continue;
    if (index > 0 && sorted[index - 1] === frame) {
      doubled.add(frame);
      continue;
    }
    found++;
    if (frame > expected) missingRanges.push([expected, frame - 1]);
    expected = frame + 1;
  }
  if (expected <= to) missingRanges.push([expected, to]);
  const missing = missingRanges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return { from, to, found, missing, missingRanges, doubled: [...doubled], late: lateFrames(frames) };
}

function lateFrames(frames: readonly number[]): number[] {
  let newest = -1;
  return frames.filter((frame) => {
    const late = frame < newest;
    newest = Math.max(newest, frame);
    return late;
  });
}
