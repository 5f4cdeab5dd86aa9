/** Picture size out of sequence parameter sets: H.264 §7.3.2.1, H.265 §7.3.2.2. */
import type { VideoCodec } from '../contract.ts';
import { BitReader } from './bits.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Null if the set cannot be understood. */
export function pictureSize(codec: VideoCodec, sps: Uint8Array): PictureSize | null {
  try {
    const { width, height } = codec === 'h264' ? h264Size(new BitReader(sps, 1)) : h265Size(new BitReader(sps, 2));
    return width > 0 && height > 0 && width <= 16_384 && height <= 16_384 ? { width, height } : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** seq_parameter_set_id. Throws `RangeError` if the set ends before it. */
export function spsId(codec: VideoCodec, sps: Uint8Array): number {
  if (codec === 'h265') return h265Size(new BitReader(sps, 2)).id;
  const bits = new BitReader(sps, 1);
  bits.skip(24);
  return bits.unsigned();
}

/** Whether no picture can be a field: H.264 by frame_mbs_only_flag; in H.265 a field is a picture of its own. */
export function isProgressive(codec: VideoCodec, sps: Uint8Array): boolean {
  try {
    return codec === 'h265' || h264Size(new BitReader(sps, 1)).frameOnly;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether pictures may be shown in another order than they come in. H.265 only: an H.264 set need not tell. */
export function mayReorder(sps: Uint8Array): boolean {
  try {
    const bits = new BitReader(sps, 2);
    const { subLayers } = h265Size(bits);
    bits.unsigned(); // bit_depth_luma
    bits.unsigned(); // bit_depth_chroma
    bits.unsigned(); // log2_max_pic_order_cnt_lsb
    let reordered = 0;
    for (let i = bits.bit() === 1 ? 0 : subLayers; i <= subLayers; i += 1) {
      bits.unsigned(); // max_dec_pic_buffering
      reordered = bits.unsigned();
      bits.unsigned(); // max_latency_increase
    }
    return reordered > 0;
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}

const WITH_CHROMA_FORMAT = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

function h264Size(bits: BitReader): PictureSize & { readonly frameOnly: boolean } {
  const profile = bits.bits(8);
  bits.skip(16);
  bits.unsigned();
  const chroma = WITH_CHROMA_FORMAT.has(profile) ? h264Chroma(bits) : 1;
  bits.unsigned(); // log2_max_frame_num
  const orderType = bits.unsigned();
  if (orderType === 0) bits.unsigned();
  else if (orderType === 1) {
    bits.skip(1);
    bits.signed();
    bits.signed();
    const cycle = Math.min(255, bits.unsigned());
    for (let i = 0; i < cycle; i += 1) bits.signed();
  }
  bits.unsigned(); // max_num_ref_frames
  bits.skip(1);
  const width = 16 * (bits.unsigned() + 1);
  const mapUnits = bits.unsigned() + 1;
  const frameOnly = bits.bit();
  if (frameOnly === 0) bits.skip(1);
  bits.skip(1); // direct_8x8_inference
  const height = 16 * mapUnits * (2 - frameOnly);
  if (bits.bit() === 0) return { width, height, frameOnly: frameOnly === 1 };
  const crop = [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] as const;
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
  const unitY = (chroma === 1 ? 2 : 1) * (2 - frameOnly);
  return { width: width - unitX * (crop[0] + crop[1]), height: height - unitY * (crop[2] + crop[3]), frameOnly: frameOnly === 1 };
}

/** Reads up to the scaling lists; answers ChromaArrayType. */
function h264Chroma(bits: BitReader): number {
  const format = bits.unsigned();
  const separate = format === 3 ? bits.bit() : 0;
  bits.unsigned();
  bits.unsigned();
  bits.skip(1);
  if (bits.bit() === 1)
    for (let i = 0; i < (format === 3 ? 12 : 8); i += 1) if (bits.bit() === 1) skipScalingList(bits, i < 6 ? 16 : 64);
  return separate === 1 ? 0 : format;
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size; i += 1) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function h265Size(bits: BitReader): PictureSize & { readonly subLayers: number; readonly id: number } {
  bits.skip(4);
  const subLayers = bits.bits(3);
  bits.skip(1);
  skipProfileTierLevel(bits, subLayers);
  const id = bits.unsigned();
  const format = bits.unsigned();
  const separate = format === 3 ? bits.bit() : 0;
  const width = bits.unsigned();
  const height = bits.unsigned();
  if (bits.bit() === 0) return { width, height, subLayers, id };
  const crop = [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] as const;
  const chroma = separate === 1 ? 0 : format;
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
  const unitY = chroma === 1 ? 2 : 1;
  return { width: width - unitX * (crop[0] + crop[1]), height: height - unitY * (crop[2] + crop[3]), subLayers, id };
}

/** §7.3.3 */
function skipProfileTierLevel(bits: BitReader, subLayers: number): void {
  bits.skip(88 + 8);
  const present: (readonly [number, number])[] = [];
  for (let i = 0; i < subLayers; i += 1) present.push([bits.bit(), bits.bit()]);
  if (subLayers > 0) for (let i = subLayers; i < 8; i += 1) bits.skip(2);
  for (const [profile, level] of present) bits.skip((profile === 1 ? 88 : 0) + (level === 1 ? 8 : 0));
}
