/** Which parameter set is which, and which of them a picture needs (H.264 §7.3.2, §7.3.3; H.265 §7.3.2, §7.3.6.1). */
import type { VideoCodec } from '../contract.ts';
import { BitReader } from './bits.ts';
import { nalRules } from './nal-types.ts';
import { pictureSize, spsId } from './sps.ts';

export interface SetName {
  readonly type: number;
  readonly id: number;
  /** Id of the set that it builds on: of a PPS its SPS, of an H.265 SPS its VPS. */
  readonly needs: number | null;
}

/** Null if it is no parameter set of the base layer, or cannot be understood: a decoder would complain about it. */
export function nameOfSet(codec: VideoCodec, nal: Uint8Array): SetName | null {
  const type = nalRules[codec].type(nal[0] as number);
  try {
    return codec === 'h264' ? nameH264(type, nal) : nameH265(type, nal);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function nameH264(type: number, nal: Uint8Array): SetName | null {
  if (type === 7) {
    const id = spsId('h264', nal);
    return id <= 31 && pictureSize('h264', nal) !== null ? { type, id, needs: null } : null;
  }
  const bits = new BitReader(nal, 1);
  const [id, needs] = [bits.unsigned(), bits.unsigned()];
  return id <= 255 && needs <= 31 ? { type, id, needs } : null;
}

function nameH265(type: number, nal: Uint8Array): SetName | null {
  // Enhancement layers have sets of their own, with ids of their own; nothing of them is needed.
  if (((nal[0] as number) & 1) !== 0 || (nal[1] as number) >> 3 !== 0) return null;
  const bits = new BitReader(nal, 2);
  const first = type === 34 ? bits.unsigned() : bits.bits(4);
  if (type === 32) {
    bits.skip(12);
    return bits.bits(16) === 0xffff ? { type, id: first, needs: null } : null;
  }
  if (type === 33) {
    const id = spsId('h265', nal);
    return id <= 15 && pictureSize('h265', nal) !== null ? { type, id, needs: first } : null;
  }
  const needs = bits.unsigned();
  return first <= 63 && needs <= 15 ? { type, id: first, needs } : null;
}

/** Id of the PPS that a slice `bytes[from, to)` refers to; the slice is the first of its picture. Null if it cannot be read. */
export function ppsOfSlice(codec: VideoCodec, bytes: Uint8Array, from: number, to: number): number | null {
  try {
    // What is asked for lies in the first few bytes.
    const nal = bytes.subarray(from, Math.min(to, from + 32));
    const bits = new BitReader(nal, codec === 'h264' ? 1 : 2);
    if (codec === 'h264') {
      bits.unsigned(); // first_mb_in_slice
      bits.unsigned(); // slice_type
      return bits.unsigned();
    }
    bits.skip(1); // first_slice_segment_in_pic_flag
    if (nalRules.h265.isKey(nalRules.h265.type(nal[0] as number))) bits.skip(1); // no_output_of_prior_pics_flag
    return bits.unsigned();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
