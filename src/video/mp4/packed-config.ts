/**
 * A stream configuration as bytes, as it lies in segment files and in the index. Little endian:
 * u32 version, u8 codec, u16 width, u16 height, u32 clock rate, u8 count of parameter sets and each as
 * u16 length + bytes; u8 audio codec (0 none), and if any u32 clock rate, u8 channels, u16 length +
 * AudioSpecificConfig.
 */
import { UnderstudyError } from '../../contract/errors.ts';
import type { StreamConfig } from '../contract.ts';

const videoCodecs = ['h264', 'h265'] as const;
const audioCodecs = ['aac', 'pcmu', 'pcma'] as const;

export function packConfig(config: StreamConfig): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(configLength(config));
  writeConfig(new Sink(out), config);
  return out;
}

/** Throws `store.damaged` on anything that `packConfig` did not make. */
export function unpackConfig(bytes: Uint8Array): StreamConfig {
  const source = new Source(bytes);
  const config = readConfig(source);
  if (source.left > 0) throw wrong('has bytes behind its end');
  return config;
}

function wrong(what: string): UnderstudyError {
  return new UnderstudyError('store.damaged', `A packed stream configuration ${what}.`);
}

function configLength({ video, audio }: StreamConfig): number {
  let length = 14;
  for (const nal of video.parameterSets) length += 2 + nal.length;
  return length + 1 + (audio === undefined ? 0 : 7 + (audio.config?.length ?? 0));
}

function writeConfig(sink: Sink, { version, video, audio }: StreamConfig): void {
  sink.u32(version);
  sink.u8(videoCodecs.indexOf(video.codec));
  sink.u16(video.width);
  sink.u16(video.height);
  sink.u32(video.clockRate);
  sink.u8(video.parameterSets.length);
  for (const nal of video.parameterSets) {
    sink.u16(nal.length);
    sink.bytes(nal);
  }
  sink.u8(audio === undefined ? 0 : audioCodecs.indexOf(audio.codec) + 1);
  if (audio === undefined) return;
  sink.u32(audio.clockRate);
  sink.u8(audio.channels);
  sink.u16(audio.config?.length ?? 0);
  if (audio.config !== undefined) sink.bytes(audio.config);
}

function readConfig(source: Source): StreamConfig {
  const version = source.u32();
  const codec = videoCodecs[source.u8()];
  if (codec === undefined) throw wrong('names an unknown video codec');
  const [width, height, clockRate] = [source.u16(), source.u16(), source.u32()];
  if (clockRate === 0) throw wrong('has a video clock rate of 0');
  const parameterSets: Uint8Array[] = [];
  for (let left = source.u8(); left > 0; left--) parameterSets.push(source.bytes(source.u16()));
  const video = { codec, parameterSets, width, height, clockRate };
  const kind = source.u8();
  if (kind === 0) return { version, video };
  const audioCodec = audioCodecs[kind - 1];
  if (audioCodec === undefined) throw wrong('names an unknown audio codec');
  const [rate, channels, length] = [source.u32(), source.u8(), source.u16()];
  if (rate === 0) throw wrong('has an audio clock rate of 0');
  const audio = { codec: audioCodec, clockRate: rate, channels };
  return { version, video, audio: length === 0 ? audio : { ...audio, config: source.bytes(length) } };
}

class Sink {
  readonly #out: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(out: Uint8Array) {
    this.#out = out;
    this.#view = new DataView(out.buffer, out.byteOffset, out.length);
  }
  u8(value: number): void {
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
  }
  u16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }
  u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }
  bytes(value: Uint8Array): void {
    this.#out.set(value, this.#at);
    this.#at += value.length;
  }
}

class Source {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  get left(): number {
    return this.#bytes.length - this.#at;
  }
  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }
  bytes(count: number): Uint8Array {
    const at = this.#step(count);
    return this.#bytes.subarray(at, at + count);
  }
  #step(count: number): number {
    if (count > this.left) throw wrong('is cut short');
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
