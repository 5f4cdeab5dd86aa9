/** NAL units within a length-prefixed access unit (ISO/IEC 14496-15 §5.3.2). */
import type { VideoCodec } from '../contract.ts';

/** Stops at the first length that does not fit. */
export function* nalUnits(data: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let at = 0; at + 4 <= data.length; ) {
    const length = view.getUint32(at);
    if (length === 0 || at + 4 + length > data.length) return;
    yield data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

export function isParameterSet(nal: Uint8Array, codec: VideoCodec): boolean {
  const first = nal[0] ?? 0;
  if (codec === 'h264') return [7, 8, 13].includes(first & 0x1f);
  return [32, 33, 34].includes((first >> 1) & 0x3f);
}

export function joinNalUnits(nals: readonly Uint8Array[]): Buffer {
  const out = Buffer.alloc(nals.reduce((sum, nal) => sum + 4 + nal.length, 0));
  let at = 0;
  for (const nal of nals) {
    out.writeUInt32BE(nal.length, at);
    out.set(nal, at + 4);
    at += 4 + nal.length;
  }
  return out;
}
