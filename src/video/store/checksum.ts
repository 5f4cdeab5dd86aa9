import { crc32 } from 'node:zlib';
import type { FootageUnit, VideoCodec } from '../contract.ts';
import { nalRules } from '../rtsp/nal-types.ts';
import { storeFault } from './errors.ts';

/** Throws `store.damaged` if the bytes of a unit are not those that its recorder named when it received them. */
export function checkUnit(codec: VideoCodec, unit: FootageUnit): void {
  const { track, data, vclBytes, vclCrc } = unit;
  const found = track === 'audio' ? { bytes: data.length, crc: crc32(data) } : ofPictures(codec, data);
  if (found.bytes === vclBytes && found.crc === vclCrc) return;
  throw storeFault('store.damaged', `A ${track === 'audio' ? 'sound' : 'picture'} of ${new Date(unit.timeUs / 1000).toISOString()} does not match its checksum.`);
}

/** Over the VCL NAL units alone, as the ring does when it receives them. */
function ofPictures(codec: VideoCodec, data: Uint8Array): { readonly bytes: number; readonly crc: number } {
  const rules = nalRules[codec];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let bytes = 0;
  let crc = 0;
  for (let at = 0; at + 4 < data.length; ) {
    const from = at + 4;
    const to = from + view.getUint32(at);
    if (to <= from || to > data.length) break;
    if (rules.isVcl(rules.type(data[from]!))) {
      bytes += to - from;
      crc = crc32(data.subarray(from, to), crc);
    }
    at = to;
  }
  return { bytes, crc };
}
