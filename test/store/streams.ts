/** Camera-like streams for tests of the store, made by ffmpeg, as units lying in a ring's memory. */
import { execFileSync } from 'node:child_process';
import { crc32 } from 'node:zlib';
import type { FootageBatch, FootageUnit, RingUnit, StreamConfig, UnitBatch } from '../../src/video/contract.ts';

export interface StreamOptions {
  readonly codec: 'h264' | 'h265';
  readonly seconds: number;
  readonly fps?: number;
  readonly gop?: number;
  readonly bFrames?: number;
  readonly size?: string;
  readonly audio?: 'aac' | 'pcmu' | 'pcma';
  readonly startUs: number;
  readonly version?: number;
  readonly epoch?: number;
  /** Further options of x264 or x265, joined by colons. */
  readonly coder?: string;
}

export interface TestStream {
  readonly config: StreamConfig;
  readonly memory: Buffer;
  readonly units: readonly RingUnit[];
}

export function makeStream(options: StreamOptions): TestStream {
  const fps = options.fps ?? 25;
  const size = options.size ?? '320x240';
  const [width, height] = size.split('x').map(Number);
  const coded = encode(options, fps, size);
  const nals = accessUnits(annexB(coded, options.codec), options.codec);
  const order = showOrder(coded);
  const parts: Buffer[] = [];
  const units: RingUnit[] = [];
  let at = 0;
  const add = (data: Buffer, row: Omit<RingUnit, 'start' | 'length'>) => {
    parts.push(data);
    units.push({ ...row, start: at, length: data.length });
    at += data.length;
  };
  const parameterSets: Buffer[] = [];
  const video = nals.map((unit, index) => {
    for (const nal of unit)
      if (isParameterSet(nal, options.codec) && !parameterSets.some((known) => known.equals(nal))) parameterSets.push(nal);
    const vcl = unit.filter((nal) => isVcl(nal, options.codec));
    const shown = order[index] ?? index;
    return {
      data: Buffer.concat(unit.map(withLength)),
      row: {
        track: 'video' as const,
        rtpTime: 1_000_000 + Math.round((shown * 90_000) / fps),
        timeUs: options.startUs + Math.round((shown * 1e6) / fps),
        key: vcl.some((nal) => isKey(nal, options.codec)),
        vclBytes: vcl.reduce((sum, nal) => sum + nal.length, 0),
        vclCrc: vcl.reduce((crc, nal) => crc32(nal, crc), 0),
        gapBefore: index === 0,
        epoch: options.epoch ?? 1,
      },
    };
  });
  const audio = options.audio === undefined ? null : makeAudio(options.audio, options);
  const frames = audio?.frames ?? [];
  let nextAudio = 0;
  for (const [index, { data, row }] of video.entries()) {
    add(data, row);
    // Audio lies between the pictures, as it arrives from a camera.
    for (; nextAudio < frames.length; nextAudio++) {
      const frame = frames[nextAudio];
      if (frame === undefined || frame.row.timeUs >= options.startUs + ((index + 1) * 1e6) / fps) break;
      add(frame.data, frame.row);
    }
  }
  const config: StreamConfig = {
    version: options.version ?? 1,
    video: { codec: options.codec, parameterSets, width: width ?? 0, height: height ?? 0, clockRate: 90_000 },
    ...(audio === null ? {} : { audio: audio.config }),
  };
  return { config, memory: Buffer.concat(parts), units };
}

/** Batches of at most 240 ms, as the camera's session makes them; key pictures begin one. */
export function batches({ config, memory, units }: TestStream): UnitBatch[] {
  const out: { config: StreamConfig; memory: Buffer; units: RingUnit[] }[] = [];
  let endUs = 0;
  for (const unit of units) {
    const last = out.at(-1);
    if (last === undefined || unit.timeUs >= endUs || (unit.key && unit.track === 'video')) {
      out.push({ config, memory, units: [unit] });
      endUs = unit.timeUs + 240_000;
    } else last.units.push(unit);
  }
  return out;
}

/** As a reader gives it, about a second at a time. */
export async function* asRead(...streams: readonly TestStream[]): AsyncGenerator<FootageBatch> {
  for (const { config, memory, units } of streams)
    for (let at = 0; at < units.length; at += 40) yield { config, units: units.slice(at, at + 40).map((unit) => withData(unit, memory)) };
}

function withData({ track, rtpTime, timeUs, key, vclBytes, vclCrc, gapBefore, start, length }: RingUnit, memory: Buffer): FootageUnit {
  return { track, rtpTime, timeUs, key, vclBytes, vclCrc, gapBefore, data: memory.subarray(start, start + length) };
}

/** As Matroska, because that keeps the order of showing. */
function encode(options: StreamOptions, fps: number, size: string): Buffer {
  const gop = options.gop ?? fps;
  const b = options.bFrames ?? 0;
  const coder =
    options.codec === 'h264'
      ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', `${gop}`, '-keyint_min', `${gop}`, '-sc_threshold', '0', '-bf', `${b}`, ...(options.coder === undefined ? [] : ['-x264-params', options.coder])]
      : ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=${b}:open-gop=0:log-level=none${options.coder === undefined ? '' : `:${options.coder}`}`];
  return ffmpeg(['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps}:duration=${options.seconds}`, '-pix_fmt', 'yuv420p', ...coder, '-f', 'matroska', '-']);
}

/** With parameter sets in band before each key picture, as cameras send them. */
function annexB(matroska: Buffer, codec: 'h264' | 'h265'): Buffer {
  const filter = codec === 'h264' ? 'h264_mp4toannexb,h264_metadata=aud=insert' : 'hevc_mp4toannexb,hevc_metadata=aud=insert';
  return ffmpeg(['-f', 'matroska', '-i', '-', '-c', 'copy', '-bsf:v', filter, '-f', codec === 'h264' ? 'h264' : 'hevc', '-'], matroska);
}

/** Place of each coded picture in the order of showing. */
function showOrder(matroska: Buffer): number[] {
  const text = execFileSync('ffprobe', ['-v', 'error', '-i', '-', '-show_entries', 'packet=pts', '-of', 'csv=p=0'], { input: matroska, maxBuffer: 1e9 }).toString();
  const shown = text.split('\n').flatMap((line) => (line === '' ? [] : [Number.parseFloat(line)]));
  const sorted = shown.toSorted((x, y) => x - y);
  return shown.map((time) => sorted.indexOf(time));
}

function ffmpeg(args: readonly string[], input: Buffer = Buffer.alloc(0)): Buffer {
  return execFileSync('ffmpeg', ['-v', 'error', '-threads', '1', ...args], { input, maxBuffer: 1e9 });
}

function makeAudio(codec: 'aac' | 'pcmu' | 'pcma', options: StreamOptions) {
  const source = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${options.seconds}`, '-ac', '1'];
  const rate = codec === 'aac' ? 16_000 : 8000;
  const samples = codec === 'aac' ? 1024 : 160;
  const frames = (codec === 'aac' ? adtsFrames(ffmpeg([...source, '-ar', '16000', '-c:a', 'aac', '-f', 'adts', '-'])) : cut(ffmpeg([...source, '-ar', '8000', '-f', codec === 'pcmu' ? 'mulaw' : 'alaw', '-']), 160)).map(
    (data, index) => ({
      data,
      row: {
        track: 'audio' as const,
        rtpTime: 500_000 + index * samples,
        timeUs: options.startUs + Math.round((index * samples * 1e6) / rate),
        key: true,
        vclBytes: data.length,
        vclCrc: crc32(data),
        gapBefore: index === 0,
        epoch: options.epoch ?? 1,
      },
    }),
  );
  const config = { codec, clockRate: rate, channels: 1, ...(codec === 'aac' ? { config: Buffer.from([0x14, 0x08]) } : {}) };
  return { frames, config };
}

function cut(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.floor(bytes.length / length) }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
}

function adtsFrames(bytes: Buffer): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at + 7 <= bytes.length; ) {
    const length = (bytes.readUInt32BE(at + 3) >> 13) & 0x1fff;
    const head = ((bytes[at + 1] ?? 0) & 1) === 1 ? 7 : 9;
    out.push(bytes.subarray(at + head, at + length));
    at += length;
  }
  return out;
}

function withLength(nal: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(nal.length);
  return Buffer.concat([head, nal]);
}

const typeOf = (nal: Buffer, codec: 'h264' | 'h265') => (codec === 'h264' ? (nal[0] ?? 0) & 0x1f : ((nal[0] ?? 0) >> 1) & 0x3f);
const isDelimiter = (nal: Buffer, codec: 'h264' | 'h265') => typeOf(nal, codec) === (codec === 'h264' ? 9 : 35);
const isParameterSet = (nal: Buffer, codec: 'h264' | 'h265') => (codec === 'h264' ? [7, 8] : [32, 33, 34]).includes(typeOf(nal, codec));
const isVcl = (nal: Buffer, codec: 'h264' | 'h265') => (codec === 'h264' ? typeOf(nal, codec) >= 1 && typeOf(nal, codec) <= 5 : typeOf(nal, codec) < 32);
const isKey = (nal: Buffer, codec: 'h264' | 'h265') => (codec === 'h264' ? typeOf(nal, codec) === 5 : typeOf(nal, codec) >= 16 && typeOf(nal, codec) <= 21);

/** NAL units of each access unit; delimiters begin one and are dropped. */
function accessUnits(annexB: Buffer, codec: 'h264' | 'h265'): Buffer[][] {
  const out: Buffer[][] = [];
  for (const nal of splitNals(annexB))
    if (isDelimiter(nal, codec)) out.push([]);
    else out.at(-1)?.push(nal);
  return out;
}

function splitNals(bytes: Buffer): Buffer[] {
  const starts: number[] = [];
  const code = Buffer.from([0, 0, 1]);
  for (let at = bytes.indexOf(code); at >= 0; at = bytes.indexOf(code, at + 3)) starts.push(at + 3);
  return starts.map((start, index) => {
    let end = (starts[index + 1] ?? bytes.length + 3) - 3;
    while (end > start && bytes[end - 1] === 0) end--;
    return bytes.subarray(start, end);
  });
}
