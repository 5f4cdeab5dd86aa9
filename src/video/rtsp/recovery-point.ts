/**
 * Recovery point SEI (H.264 §D.1.8, H.265 §D.2.8): where streams without IDR may be entered, above all
 * those that refresh the picture bit by bit.
 */
import { BitReader } from './bits.ts';

const RECOVERY_POINT = 6;
/** It stands among the first messages; a megabyte of others is not read bit by bit. */
const LOOKED_AT_BYTES = 4096;

/**
 * Pictures until what is shown is right: 0 at an I picture, the length of a refresh otherwise. Null if
 * the SEI NAL unit `bytes[from, to)` tells of no recovery point.
 */
export function recoveryPoint(codec: 'h264' | 'h265', bytes: Uint8Array, from: number, to: number): number | null {
  try {
    return find(codec, bytes.subarray(from, Math.min(to, from + LOOKED_AT_BYTES)));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function find(codec: 'h264' | 'h265', nal: Uint8Array): number | null {
  const bits = new BitReader(nal, codec === 'h264' ? 1 : 2);
  for (let left = nal.length; left > 2; ) {
    const type = sum(bits);
    const size = sum(bits);
    if (type === RECOVERY_POINT) return codec === 'h264' ? bits.unsigned() : Math.max(0, bits.signed());
    bits.skip(8 * size);
    left -= size + 2;
  }
  return null;
}

/** §7.3.2.3.1: bytes of 255 and a last one, added up. */
function sum(bits: BitReader): number {
  let value = 0;
  for (;;) {
    const byte = bits.bits(8);
    value += byte;
    if (byte !== 255) return value;
  }
}
