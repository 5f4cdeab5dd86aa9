/**
 * The packed form of unit rows: one *chunk* per fragment. The same bytes lie in the fragment's `uuid`
 * box, travel to the index thread, and lie in the index, so they are made once per fragment.
 *
 * Chunk, little endian: u16 version, u16 count, f64 offset of the `mdat` content in the file, f64 time
 * base µs, f64 RTP base of video, f64 RTP base of audio, u32 CRC-32 of all other bytes of the chunk;
 * then per unit u8 flags, u32 bytes, u32 VCL bytes, u32 VCL CRC-32, i32 RTP delta, i32 time delta µs.
 * Data lie in `mdat` as all video units, then all audio units.
 */
import { crc32 } from 'node:zlib';
import type { UnitRow } from '../../core/units.ts';
import type { RingUnit } from '../contract.ts';

export const CHUNK_HEAD = 40;
export const CHUNK_ROW = 21;
const VERSION = 1;
const AUDIO = 1;
const KEY = 2;
const GAP = 4;

export function chunkLength(units: number): number {
  return CHUNK_HEAD + units * CHUNK_ROW;
}

/** Whether the deltas of `unit` fit beside `first`; if not, a new fragment must begin. */
export function fitsChunk(first: UnitRow, unit: UnitRow): boolean {
  return (
    Math.abs(unit.timeUs - first.timeUs) < 2 ** 31 &&
    (unit.track !== first.track || Math.abs(unit.rtpTime - first.rtpTime) < 2 ** 31)
  );
}

/** Writes a chunk at `at`; the view must have room. `out` is the memory behind `view`. */
export function writeChunk(out: Buffer, view: DataView, at: number, dataAt: number, units: readonly RingUnit[]): void {
  const timeBase = units[0]?.timeUs ?? 0;
  const videoBase = units.find((unit) => unit.track === 'video')?.rtpTime ?? 0;
  const audioBase = units.find((unit) => unit.track === 'audio')?.rtpTime ?? 0;
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 2, units.length, true);
  view.setFloat64(at + 4, dataAt, true);
  view.setFloat64(at + 12, timeBase, true);
  view.setFloat64(at + 20, videoBase, true);
  view.setFloat64(at + 28, audioBase, true);
  let row = at + CHUNK_HEAD;
  for (const unit of units) {
    const audio = unit.track === 'audio';
    view.setUint8(row, (audio ? AUDIO : 0) | (unit.key ? KEY : 0) | (unit.gapBefore ? GAP : 0));
    view.setUint32(row + 1, unit.length, true);
    view.setUint32(row + 5, unit.vclBytes, true);
    view.setUint32(row + 9, unit.vclCrc, true);
    view.setInt32(row + 13, unit.rtpTime - (audio ? audioBase : videoBase), true);
    view.setInt32(row + 17, unit.timeUs - timeBase, true);
    row += CHUNK_ROW;
  }
  view.setUint32(at + 36, chunkCrc(out, at, row), true);
}

function chunkCrc(bytes: Uint8Array, from: number, to: number): number {
  return crc32(bytes.subarray(from + CHUNK_HEAD, to), crc32(bytes.subarray(from, from + 36)));
}

/** A row with the place of its data in the segment file. */
export interface StoredRow extends UnitRow {
  readonly fileOffset: number;
  readonly length: number;
}

/** Length of the chunk at `at`, or null if it is torn, of another version, or its checksum is wrong. */
export function checkChunk(bytes: Uint8Array, at: number): number | null {
  if (bytes.length - at < CHUNK_HEAD) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const length = chunkLength(view.getUint16(2, true));
  if (view.getUint16(0, true) !== VERSION || bytes.length - at < length) return null;
  return view.getUint32(36, true) === chunkCrc(bytes, at, at + length) ? length : null;
}

/** All rows of chunks lying one behind another, in arrival order. Stops at the first damaged chunk. */
export function* readChunks(bytes: Uint8Array): Generator<StoredRow> {
  for (let at = 0; at < bytes.length; ) {
    const length = checkChunk(bytes, at);
    if (length === null) return;
    yield* readChunk(bytes.subarray(at, at + length));
    at += length;
  }
}

function* readChunk(bytes: Uint8Array): Generator<StoredRow> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const timeBase = view.getFloat64(12, true);
  const bases = [view.getFloat64(20, true), view.getFloat64(28, true)] as const;
  let videoAt = view.getFloat64(4, true);
  let audioAt = videoAt + videoBytes(view);
  for (let row = CHUNK_HEAD; row < bytes.length; row += CHUNK_ROW) {
    const flags = view.getUint8(row);
    const audio = (flags & AUDIO) !== 0;
    const length = view.getUint32(row + 1, true);
    yield {
      track: audio ? 'audio' : 'video',
      rtpTime: bases[audio ? 1 : 0] + view.getInt32(row + 13, true),
      timeUs: timeBase + view.getInt32(row + 17, true),
      key: (flags & KEY) !== 0,
      vclBytes: view.getUint32(row + 5, true),
      vclCrc: view.getUint32(row + 9, true),
      gapBefore: (flags & GAP) !== 0,
      fileOffset: audio ? audioAt : videoAt,
      length,
    };
    if (audio) audioAt += length;
    else videoAt += length;
  }
}

function videoBytes(view: DataView): number {
  let sum = 0;
  for (let row = CHUNK_HEAD; row < view.byteLength; row += CHUNK_ROW)
    if ((view.getUint8(row) & AUDIO) === 0) sum += view.getUint32(row + 1, true);
  return sum;
}
