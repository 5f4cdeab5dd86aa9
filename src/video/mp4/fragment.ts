/**
 * Writes the front of one fragment: `uuid` (unit rows) + `moof` + the head of `mdat`
 * (ISO/IEC 14496-12 §8.8). The data follow from ring memory, uncopied. Hot path: one reused buffer.
 */
import type { RingUnit, StreamConfig } from '../contract.ts';
import { aacFrameTicks } from '../rtsp/aac.ts';
import { AUDIO_TRACK, VIDEO_TRACK } from './movie.ts';
import { Pace } from './pace.ts';
import { AudioTimeline, VideoTimeline } from './timeline.ts';
import { chunkLength, writeChunk } from './unit-rows.ts';

/** Marks our `uuid` box with unit rows. */
export const ROWS_UUID = Buffer.from('6d1f0c5a94de4b7f8a3e52c7e0b1d94b', 'hex');
/** `uuid` box head: size, type, user type. */
export const UUID_HEAD = 24;

const MOOF = 0x6d6f6f66;
const MFHD = 0x6d666864;
const TRAF = 0x74726166;
const TFHD = 0x74666864;
const TFDT = 0x74666474;
const TRUN = 0x7472756e;
const MDAT = 0x6d646174;
const UUID = 0x75756964;

const KEY_FLAGS = 0x02000000;
const DELTA_FLAGS = 0x01010000;

export class FragmentWriter {
  /** Fronts lie in it one behind the other, from `rewind` on; a larger one takes its place where it is full. */
  #buffer: Buffer = Buffer.alloc(4096);
  #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length);
  readonly #video: VideoTimeline;
  readonly #pace: Pace;
  readonly #audio: AudioTimeline | null;
  #videoTimes = new Float64Array(16);
  #audioRtp = new Float64Array(16);
  #videoUnits: readonly RingUnit[] = [];
  #audioUnits: readonly RingUnit[] = [];
  #sequence = 0;
  #at = 0;
  #filled = 0;

  /** `lean` as in `Pace`. */
  constructor(config: StreamConfig, lean = 0) {
    this.#pace = new Pace(config.video.clockRate, lean);
    this.#video = new VideoTimeline(config.video.clockRate);
    const { audio } = config;
    const samples = audio?.codec === 'aac' ? aacFrameTicks(audio) : (audio?.clockRate ?? 8000) / 50;
    this.#audio = audio === undefined ? null : new AudioTimeline(audio.clockRate, samples);
  }

  /** A new file begins whose media time zero is `baseUs`. */
  restart(baseUs: number): void {
    this.#sequence = 0;
    this.#pace.restart();
    this.#video.restart(baseUs);
    this.#audio?.restart(baseUs);
  }

  /** Video units of the last `front()`, then its audio units: the order of data in `mdat`. */
  get ordered(): readonly (readonly RingUnit[])[] {
    return [this.#videoUnits, this.#audioUnits];
  }

  /** What was handed out is written: its memory may be used again. */
  rewind(): void {
    this.#filled = 0;
  }

  /** The front for units that will lie at `fileOffset`, untouched until `rewind`. `joined` as in `VideoTimeline.place`. */
  front(units: readonly RingUnit[], fileOffset: number, joined = false): Buffer {
    const dataBytes = this.#sort(units);
    const rowsLength = UUID_HEAD + chunkLength(units.length);
    this.#room(rowsLength + 256 + units.length * 16);
    const from = this.#filled;
    this.#at = from + rowsLength;
    const moofAt = this.#at;
    const dataOffsets = this.#moof(joined);
    const length = this.#at + 8 - from;
    let data = from + length - moofAt;
    for (const [index, place] of dataOffsets.entries()) {
      this.#view.setUint32(place, data);
      if (index === 0 && this.#videoUnits.length > 0) for (const unit of this.#videoUnits) data += unit.length;
    }
    this.#u32(8 + dataBytes);
    this.#u32(MDAT);
    this.#view.setUint32(from, rowsLength);
    this.#view.setUint32(from + 4, UUID);
    this.#buffer.set(ROWS_UUID, from + 8);
    writeChunk(this.#buffer, this.#view, from + UUID_HEAD, fileOffset + length, units);
    this.#filled = from + length;
    return this.#buffer.subarray(from, this.#filled);
  }

  #sort(units: readonly RingUnit[]): number {
    if (units.length > this.#videoTimes.length) {
      this.#videoTimes = new Float64Array(units.length * 2);
      this.#audioRtp = new Float64Array(units.length * 2);
    }
    let bytes = 0;
    let video = 0;
    let audio = 0;
    for (const unit of units) {
      bytes += unit.length;
      if (unit.track === 'video') this.#videoTimes[video++] = this.#pace.time(unit.rtpTime, unit.timeUs);
      else this.#audioRtp[audio++] = unit.rtpTime;
    }
    this.#videoUnits = audio === 0 ? units : units.filter((unit) => unit.track === 'video');
    this.#audioUnits = audio === 0 ? [] : units.filter((unit) => unit.track === 'audio');
    return bytes;
  }

  /** Returns the places of the data offsets still to be filled in. */
  #moof(joined: boolean): number[] {
    const start = this.#at;
    const places: number[] = [];
    this.#head(0, MOOF);
    this.#head(16, MFHD);
    this.#u32(0);
    this.#u32(++this.#sequence);
    if (this.#videoUnits.length > 0) places.push(this.#videoTraf(joined));
    if (this.#audioUnits.length > 0) places.push(this.#audioTraf());
    this.#view.setUint32(start, this.#at - start);
    return places;
  }

  #videoTraf(joined: boolean): number {
    const units = this.#videoUnits;
    const times = this.#video;
    times.place(this.#videoTimes, units.length, joined);
    const start = this.#trafHead(VIDEO_TRACK, times.decodeTime);
    const trun = this.#at;
    this.#head(0, TRUN);
    this.#u32(0x01000000 | 0x701 | (times.reordered ? 0x800 : 0));
    this.#u32(units.length);
    const place = this.#at;
    this.#u32(0);
    for (let at = 0; at < units.length; at++) {
      const unit = units[at];
      if (unit === undefined) break;
      this.#u32(times.durations[at] ?? 0);
      this.#u32(unit.length);
      this.#u32(unit.key ? KEY_FLAGS : DELTA_FLAGS);
      if (times.reordered) this.#u32(times.offsets[at] ?? 0);
    }
    this.#view.setUint32(trun, this.#at - trun);
    this.#view.setUint32(start, this.#at - start);
    return place;
  }

  #audioTraf(): number {
    const units = this.#audioUnits;
    const times = this.#audio;
    if (times === null) throw new TypeError('audio unit in a stream whose config has no audio');
    times.place(units[0]?.timeUs ?? 0, this.#audioRtp, units.length);
    const start = this.#trafHead(AUDIO_TRACK, times.decodeTime);
    this.#head(20 + units.length * 8, TRUN);
    this.#u32(0x301);
    this.#u32(units.length);
    const place = this.#at;
    this.#u32(0);
    for (let at = 0; at < units.length; at++) {
      this.#u32(times.durations[at] ?? 0);
      this.#u32(units[at]?.length ?? 0);
    }
    this.#view.setUint32(start, this.#at - start);
    return place;
  }

  #trafHead(track: number, decodeTime: number): number {
    const start = this.#at;
    this.#head(0, TRAF);
    // default-base-is-moof, default-sample-flags
    this.#head(20, TFHD);
    this.#u32(0x020020);
    this.#u32(track);
    this.#u32(KEY_FLAGS);
    this.#head(20, TFDT);
    this.#u32(0x01000000);
    this.#u32(Math.floor(decodeTime / 2 ** 32));
    this.#u32(decodeTime);
    return start;
  }

  #head(size: number, type: number): void {
    this.#u32(size);
    this.#u32(type);
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  #room(bytes: number): void {
    if (this.#filled + bytes <= this.#buffer.length) return;
    // Fronts that were handed out keep the old memory alive as long as they need it.
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(bytes * 2, this.#buffer.length * 2));
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length);
    this.#filled = 0;
  }
}
