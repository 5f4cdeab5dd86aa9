import type { Clip } from './clips.ts';
import { FRAMES_PER_SECOND } from './options.ts';
import { addAggregate, addNal, PacketBuilder, type PacketRun } from './packets.ts';

/** One frame ready to send; the camera's own stamp goes between `head` and `body`. */
export interface Picture {
  readonly key: boolean;
  /** The parameter sets, before key frames only. */
  readonly head: PacketRun | null;
  /** Slice and padding; the last packet has the marker. */
  readonly body: PacketRun;
}

export interface PictureOptions {
  readonly bitrate: number;
  readonly padding: 'filler' | 'slice';
  readonly distinctLoops: boolean;
  readonly mtu: number;
}

export const VIDEO_PAYLOAD_TYPE = 96;
export const VIDEO_TICKS_PER_SECOND = 90_000;
/** A padded key frame is as large as this many other frames. */
const KEY_WEIGHT = 6;
const LOOP_VARIANTS = 16;
const ZERO_WORD = Buffer.from([0, 0, 3]);

/**
 * The pictures of one clip at one bit rate, packed once per frame number for all cameras that show
 * it: what is left per session is a copy and four fields per packet.
 */
export class Pictures {
  readonly clip: Clip;
  readonly #options: PictureOptions;
  readonly #recent: { frame: number; picture: Picture }[] = [];

  constructor(clip: Clip, options: PictureOptions) {
    this.clip = clip;
    this.#options = options;
  }

  isKey(frame: number): boolean {
    return this.clip.frames[frame % this.clip.frames.length]!.key;
  }

  at(frame: number): Picture {
    const known = this.#recent.find((entry) => entry.frame === frame);
    if (known) return known.picture;
    const picture = this.#pack(frame);
    this.#recent.unshift({ frame, picture });
    this.#recent.length = Math.min(this.#recent.length, 3);
    return picture;
  }

  #pack(frame: number): Picture {
    const { clip } = this;
    const { key, slice } = clip.frames[frame % clip.frames.length]!;
    const { mtu, padding } = this.#options;
    const variant = this.#options.distinctLoops ? Math.floor(frame / clip.frames.length) % LOOP_VARIANTS : 0;
    const missing = this.#target(key) - slice.length;
    const zeroWords = variant + (padding === 'slice' ? Math.max(0, Math.floor(missing / 3)) : 0);
    const filler = padding === 'filler' && missing > 16 ? fillerNal(clip.kind, missing) : null;

    const head = new PacketBuilder(VIDEO_PAYLOAD_TYPE);
    if (key) addAggregate(head, clip.kind, clip.parameterSets);
    const body = new PacketBuilder(VIDEO_PAYLOAD_TYPE);
    addNal(body, clip.kind, withZeroWords(slice, zeroWords), mtu, filler === null);
    if (filler) addNal(body, clip.kind, filler, mtu, true);
    return { key, head: key ? head.done() : null, body: body.done() };
  }

  /** Bytes this frame shall have. */
  #target(key: boolean): number {
    const { bitrate } = this.#options;
    if (bitrate === 0) return 0;
    const gopBytes = (bitrate / 8 / FRAMES_PER_SECOND) * this.clip.gop;
    const share = gopBytes / (this.clip.gop - 1 + KEY_WEIGHT);
    return Math.round(key ? share * KEY_WEIGHT : share);
  }
}

/** cabac_zero_words (H.264 7.3.2.10, H.265 7.3.2.11): part of the slice's NAL unit, no part of the picture. */
function withZeroWords(slice: Uint8Array, words: number): Uint8Array {
  if (words === 0) return slice;
  const out = Buffer.allocUnsafe(slice.length + words * 3);
  out.set(slice);
  out.fill(ZERO_WORD, slice.length);
  return out;
}

/** Filler data (H.264 type 12, H.265 type 38): every decoder skips it. */
function fillerNal(kind: Clip['kind'], size: number): Uint8Array {
  const out = Buffer.alloc(size, 0xff);
  if (kind === 'h264') out[0] = 12;
  else out.set([38 << 1, 1]);
  out[size - 1] = 0x80;
  return out;
}
