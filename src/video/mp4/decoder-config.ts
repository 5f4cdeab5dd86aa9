/** Decoder configuration records of ISO/IEC 14496-15: `avcC` (§5.3.3) and `hvcC` (§8.3.3). */
import { BitReader } from './bits.ts';
import { box, u16, u8 } from './box.ts';

const h264Type = (nal: Uint8Array) => (nal[0] ?? 0) & 0x1f;
const h265Type = (nal: Uint8Array) => ((nal[0] ?? 0) >> 1) & 0x3f;

function withLength(nal: Uint8Array): Buffer {
  return Buffer.concat([u16(nal.length), nal]);
}

export function avcC(parameterSets: readonly Uint8Array[]): Buffer {
  const sps = parameterSets.filter((nal) => h264Type(nal) === 7);
  const pps = parameterSets.filter((nal) => h264Type(nal) === 8);
  const first = sps[0];
  if (first === undefined || first.length < 4) throw new RangeError('H.264 stream without a sequence parameter set');
  const profile = first[1] ?? 0;
  const parts = [
    u8(1, profile, first[2] ?? 0, first[3] ?? 0, 0xff, 0xe0 | sps.length),
    ...sps.map(withLength),
    u8(pps.length),
    ...pps.map(withLength),
  ];
  if (![66, 77, 88].includes(profile)) {
    const { chroma, lumaDepth, chromaDepth } = h264Chroma(first);
    parts.push(u8(0xfc | chroma, 0xf8 | lumaDepth, 0xf8 | chromaDepth, 0));
  }
  return box('avcC', ...parts);
}

const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Chroma format and bit depths minus 8 (H.264 §7.3.2.1.1). */
function h264Chroma(sps: Uint8Array): { chroma: number; lumaDepth: number; chromaDepth: number } {
  if (!highProfiles.has(sps[1] ?? 0)) return { chroma: 1, lumaDepth: 0, chromaDepth: 0 };
  const bits = new BitReader(sps.subarray(4));
  bits.ue();
  const chroma = bits.ue();
  if (chroma === 3) bits.skip(1);
  return { chroma: chroma & 3, lumaDepth: bits.ue() & 7, chromaDepth: bits.ue() & 7 };
}

/** `complete`: all parameter sets are in the record (`hvc1`); else some may be in band (`hev1`). */
export function hvcC(parameterSets: readonly Uint8Array[], complete: boolean): Buffer {
  const sps = parameterSets.find((nal) => h265Type(nal) === 33);
  if (sps === undefined || sps.length < 16) throw new RangeError('H.265 stream without a sequence parameter set');
  const general = h265General(sps);
  const arrays = [32, 33, 34]
    .map((type) => ({ type, nals: parameterSets.filter((nal) => h265Type(nal) === type) }))
    .filter(({ nals }) => nals.length > 0);
  return box(
    'hvcC',
    u8(1),
    general.profileTierLevel,
    // Spatial segmentation and parallelism unknown; reserved bits are ones.
    u8(0xf0, 0, 0xfc, 0xfc | general.chroma, 0xf8 | general.lumaDepth, 0xf8 | general.chromaDepth),
    u16(0),
    u8((general.layers << 3) | (general.nested << 2) | 3, arrays.length),
    ...arrays.flatMap(({ type, nals }) => [
      u8((complete ? 0x80 : 0) | type),
      u16(nals.length),
      ...nals.map(withLength),
    ]),
  );
}

/** The fields of an H.265 SPS that `hvcC` repeats (H.265 §7.3.2.2, §7.3.3). */
function h265General(sps: Uint8Array) {
  const bits = new BitReader(sps.subarray(2));
  bits.skip(4);
  const subLayers = bits.bits(3);
  const nested = bits.bits(1);
  const profileTierLevel = u8(...Array.from({ length: 12 }, () => bits.bits(8)));
  skipSubLayers(bits, subLayers);
  bits.ue();
  const chroma = bits.ue();
  if (chroma === 3) bits.skip(1);
  bits.ue();
  bits.ue();
  if (bits.bits(1) === 1) for (let side = 0; side < 4; side++) bits.ue();
  return {
    profileTierLevel,
    layers: subLayers + 1,
    nested,
    chroma: chroma & 3,
    lumaDepth: bits.ue() & 7,
    chromaDepth: bits.ue() & 7,
  };
}

function skipSubLayers(bits: BitReader, subLayers: number): void {
  if (subLayers === 0) return;
  const present = Array.from({ length: subLayers }, () => ({ profile: bits.bits(1), level: bits.bits(1) }));
  bits.skip((8 - subLayers) * 2);
  for (const { profile, level } of present) bits.skip(profile * 88 + level * 8);
}

/** RFC 6381 codec string, as `MediaSource.isTypeSupported` wants it. */
export function codecString(sampleEntry: string, parameterSets: readonly Uint8Array[]): string {
  const hex = (byte: number | undefined) => (byte ?? 0).toString(16).padStart(2, '0');
  if (sampleEntry.startsWith('avc')) {
    const sps = parameterSets.find((nal) => h264Type(nal) === 7);
    return `${sampleEntry}.${hex(sps?.[1])}${hex(sps?.[2])}${hex(sps?.[3])}`;
  }
  const sps = parameterSets.find((nal) => h265Type(nal) === 33);
  if (sps === undefined) return `${sampleEntry}.1.6.L93.B0`;
  const ptl = h265General(sps).profileTierLevel;
  const space = ['', 'A', 'B', 'C'][(ptl[0] ?? 0) >> 6] ?? '';
  const tier = ((ptl[0] ?? 0) & 0x20) === 0 ? 'L' : 'H';
  const flags = reverseBits(ptl.readUInt32BE(1)).toString(16);
  const constraints = [...ptl.subarray(5, 11)];
  while (constraints.at(-1) === 0) constraints.pop();
  const tail = constraints.map((byte) => `.${byte.toString(16)}`).join('');
  return `${sampleEntry}.${space}${(ptl[0] ?? 0) & 0x1f}.${flags}.${tier}${ptl[11] ?? 0}${tail}`;
}

function reverseBits(value: number): number {
  let out = 0;
  for (let bit = 0; bit < 32; bit++) out = out * 2 + ((value >>> bit) & 1);
  return out;
}
