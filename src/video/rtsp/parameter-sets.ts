/** The parameter sets of a stream, from its description and in band, and the configs they make. */
import type { StreamConfig, VideoCodec } from '../contract.ts';
import { BitReader } from './bits.ts';
import { nalRules } from './nal-types.ts';
import { mayReorder, pictureSize } from './sps.ts';

/** Makes configs with versions that rise within the life of a camera, across its sessions. */
export class ConfigMaker {
  #current: StreamConfig | null = null;

  /** The current config if it says the same, else a new version. */
  make(video: StreamConfig['video'], audio: StreamConfig['audio'] | undefined): StreamConfig {
    const current = this.#current;
    if (current !== null && same(current, video, audio)) return current;
    const version = (current?.version ?? 0) + 1;
    this.#current = audio === undefined ? { version, video } : { version, video, audio };
    return this.#current;
  }
}

export class ParameterSets {
  readonly #codec: VideoCodec;
  readonly #clockRate: number;
  /** By type and id. */
  readonly #sets = new Map<number, Buffer>();
  #video: StreamConfig['video'] | null = null;
  #dirty = true;
  /** H.265: the set allows pictures out of order. H.264 tells only by its slices. */
  reorders = false;

  constructor(codec: VideoCodec, clockRate: number, described: readonly Buffer[]) {
    this.#codec = codec;
    this.#clockRate = clockRate;
    for (const set of described) this.note(set, 0, set.length);
  }

  /** Takes a NAL unit; copies it if it is a parameter set that is new or changed. */
  note(bytes: Buffer, start: number, end: number): void {
    const rules = nalRules[this.#codec];
    const type = rules.type(bytes[start] as number);
    if (!rules.isParameterSet(type) || end - start < rules.headerBytes + 2 || end - start > 4096) return;
    const key = setKey(this.#codec, type, bytes.subarray(start, end));
    const known = this.#sets.get(key);
    if (known !== undefined && bytes.compare(known, 0, known.length, start, end) === 0) return;
    this.#sets.set(key, Buffer.from(bytes.subarray(start, end)));
    this.#dirty = true;
  }

  /** Null while a set that a decoder needs is missing. */
  video(): StreamConfig['video'] | null {
    if (!this.#dirty) return this.#video;
    this.#dirty = false;
    const ordered = [...this.#sets].toSorted(([a], [b]) => a - b);
    const ofType = (type: number): boolean => ordered.some(([key]) => key >> 8 === type);
    const complete = this.#codec === 'h264' ? ofType(7) && ofType(8) : ofType(32) && ofType(33) && ofType(34);
    const spsType = this.#codec === 'h264' ? 7 : 33;
    const sps = ordered.find(([key]) => key >> 8 === spsType)?.[1];
    const size = sps === undefined ? null : pictureSize(this.#codec, sps);
    this.reorders = this.#codec === 'h265' && sps !== undefined && mayReorder(sps);
    this.#video =
      complete && size !== null
        ? { codec: this.#codec, parameterSets: ordered.map(([, set]) => set), ...size, clockRate: this.#clockRate }
        : null;
    return this.#video;
  }
}

/** Type and id in one number, so that sorting gives VPS, SPS, PPS. */
function setKey(codec: VideoCodec, type: number, nal: Uint8Array): number {
  return (type << 8) | (setId(codec, type, nal) & 0xff);
}

function setId(codec: VideoCodec, type: number, nal: Uint8Array): number {
  try {
    if (codec === 'h264') {
      const bits = new BitReader(nal, 1);
      if (type === 7) bits.skip(24);
      return bits.unsigned();
    }
    // An H.265 SPS's id lies behind its profiles; streams with several active SPS are unknown in cameras.
    if (type === 33) return 0;
    const bits = new BitReader(nal, 2);
    return type === 32 ? bits.bits(4) : bits.unsigned();
  } catch (error) {
    if (error instanceof RangeError) return 0xff;
    throw error;
  }
}

function same(config: StreamConfig, video: StreamConfig['video'], audio: StreamConfig['audio'] | undefined): boolean {
  const sets = config.video.parameterSets;
  if (config.video.codec !== video.codec || config.video.clockRate !== video.clockRate) return false;
  if (sets.length !== video.parameterSets.length) return false;
  if (!sets.every((set, i) => Buffer.compare(set, video.parameterSets[i] as Uint8Array) === 0)) return false;
  const a = config.audio;
  if (a === undefined || audio === undefined) return a === audio;
  const sameConfig = Buffer.compare(a.config ?? Buffer.alloc(0), audio.config ?? Buffer.alloc(0)) === 0;
  return a.codec === audio.codec && a.clockRate === audio.clockRate && a.channels === audio.channels && sameConfig;
}
