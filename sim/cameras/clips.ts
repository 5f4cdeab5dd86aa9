import { readFileSync } from 'node:fs';
import { nalRole, splitAnnexB, type VideoKind } from './nal.ts';

/** One coded picture of a clip: a single slice (make-clip.mjs sees to that). */
export interface ClipFrame {
  readonly key: boolean;
  readonly slice: Uint8Array;
}

/** A seamless loop of coded pictures that starts with a key frame. */
export interface Clip {
  readonly kind: VideoKind;
  /** H.264: SPS, PPS. H.265: VPS, SPS, PPS. */
  readonly parameterSets: readonly Uint8Array[];
  readonly frames: readonly ClipFrame[];
  /** Frames from one key frame to the next. */
  readonly gop: number;
}

const folder = new URL('./clips/', import.meta.url);
const loaded = new Map<string, Clip>();

/** Reads a committed clip once; `name` without ending, e.g. `yard`. */
export function loadClip(name: string, kind: VideoKind): Clip {
  const file = `${name}.${kind}`;
  const known = loaded.get(file);
  if (known) return known;
  const clip = parseClip(readFileSync(new URL(file, folder)), kind);
  loaded.set(file, clip);
  return clip;
}

export function parseClip(bytes: Uint8Array, kind: VideoKind): Clip {
  const parameterSets = new Map<number, Uint8Array>();
  const frames: ClipFrame[] = [];
  for (const nal of splitAnnexB(bytes)) {
    const role = nalRole(kind, nal);
    if (role === 'parameters' && frames.length === 0) parameterSets.set(nal[0]!, nal);
    if (role === 'slice' || role === 'key slice') frames.push({ key: role === 'key slice', slice: nal });
  }
  const second = frames.findIndex((frame, index) => index > 0 && frame.key);
  if (!frames[0]?.key) throw new Error('The clip does not begin with a key frame. Make it again with scripts/make-clip.mjs.');
  return { kind, parameterSets: [...parameterSets.values()], frames, gop: second < 0 ? frames.length : second };
}

/** The raw AAC frames of the committed sound loop (ADTS headers removed). */
export function loadAac(): readonly Uint8Array[] {
  const bytes = readFileSync(new URL('tone.aac', folder));
  const frames: Uint8Array[] = [];
  for (let at = 0; at + 7 <= bytes.length; ) {
    const length = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
    const header = bytes[at + 1]! & 1 ? 7 : 9;
    frames.push(bytes.subarray(at + header, at + length));
    at += length;
  }
  return frames;
}
