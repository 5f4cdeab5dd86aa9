/** The parameter sets of a stream, from its description and in band, and the configs they make. */
import type { StreamConfig, VideoCodec } from '../contract.ts';
import { nalRules } from './nal-types.ts';
import { nameOfSet, type SetName } from './set-ids.ts';
import { isProgressive, mayReorder, pictureSize } from './sps.ts';

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

interface Kept {
  readonly nal: Buffer;
  readonly name: SetName;
}

/** Stands in no NAL unit, but where an encoder glued several together. */
const START_CODE = Buffer.from([0, 0, 1]);
/** Far more than any encoder has; what a camera tells must not grow without end, and must fit into a file's head. */
const MOST_SETS = 64;
const MOST_BYTES = 24 * 1024;

export class ParameterSets {
  readonly #codec: VideoCodec;
  readonly #clockRate: number;
  /** By type and id, those told longest ago first. */
  readonly #sets = new Map<number, Kept>();
  #video: { readonly pps: number; readonly of: StreamConfig['video'] | null } | null = null;
  /** H.265: the set allows pictures out of order. H.264 tells only by its slices. */
  reorders = false;
  /** No picture can be a field. False while no set is known. */
  progressive = false;

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
    const name = nameOfSet(this.#codec, bytes.subarray(start, end));
    if (name === null || bytes.subarray(start, end).indexOf(START_CODE) >= 0) return;
    const key = keyOf(type, name.id);
    const known = this.#sets.get(key)?.nal;
    if (known !== undefined && bytes.compare(known, 0, known.length, start, end) === 0) return;
    this.#sets.delete(key);
    this.#sets.set(key, { nal: Buffer.from(bytes.subarray(start, end)), name });
    this.#bound();
    this.#video = null;
    const spsType = this.#codec === 'h264' ? 7 : 33;
    if (type === spsType) this.progressive = [...this.#sets.values()].every((set) => set.name.type !== spsType || isProgressive(this.#codec, set.nal));
  }

  #bound(): void {
    let bytes = 0;
    for (const { nal } of this.#sets.values()) bytes += nal.length;
    for (const [key, { nal }] of this.#sets) {
      if (this.#sets.size <= MOST_SETS && bytes <= MOST_BYTES) return;
      this.#sets.delete(key);
      bytes -= nal.length;
    }
  }

  /**
   * What a picture needs that refers to this PPS; null while a set is missing. Sets of the same type with
   * other ids may be left over from before a change, or be described for another stream: they say nothing.
   */
  video(pps: number): StreamConfig['video'] | null {
    if (this.#video?.pps !== pps) this.#video = { pps, of: this.#make(pps) };
    return this.#video.of;
  }

  #make(pps: number): StreamConfig['video'] | null {
    const [vpsType, spsType, ppsType] = this.#codec === 'h264' ? [null, 7, 8] : [32, 33, 34];
    const spsId = this.#sets.get(keyOf(ppsType, pps))?.name.needs ?? null;
    const sps = spsId === null ? undefined : this.#sets.get(keyOf(spsType, spsId));
    if (sps === undefined) return null;
    const vps = vpsType === null ? null : this.#sets.get(keyOf(vpsType, sps.name.needs ?? 0));
    const size = pictureSize(this.#codec, sps.nal);
    if (vps === undefined || size === null) return null;
    const pictureSets = [...this.#sets.values()].filter(({ name }) => name.type === ppsType && name.needs === spsId).toSorted((a, b) => a.name.id - b.name.id);
    this.reorders = this.#codec === 'h265' && mayReorder(sps.nal);
    const parameterSets = [...(vps === null ? [] : [vps]), sps, ...pictureSets].map(({ nal }) => nal);
    return { codec: this.#codec, parameterSets, ...size, clockRate: this.#clockRate };
  }
}

const keyOf = (type: number, id: number): number => (type << 8) | id;

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
