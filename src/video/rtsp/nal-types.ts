/** What the first bytes of a NAL unit tell (ITU-T H.264 §7.4.1, H.265 §7.4.2). */
import type { VideoCodec } from '../contract.ts';

export interface NalRules {
  readonly headerBytes: number;
  type(first: number): number;
  isVcl(type: number): boolean;
  /** Random access: IDR; IRAP. */
  isKey(type: number): boolean;
  /** A key picture behind which nothing refers to what came before it: IDR, BLA. */
  isClean(type: number): boolean;
  /** VPS, SPS or PPS. */
  isParameterSet(type: number): boolean;
  /** Supplemental information in front of a picture. */
  isSei(type: number): boolean;
}

const h264: NalRules = {
  headerBytes: 1,
  type: (first) => first & 31,
  isVcl: (type) => type >= 1 && type <= 5,
  isKey: (type) => type === 5,
  isClean: (type) => type === 5,
  isParameterSet: (type) => type === 7 || type === 8,
  isSei: (type) => type === 6,
};

const h265: NalRules = {
  headerBytes: 2,
  type: (first) => (first >> 1) & 63,
  isVcl: (type) => type <= 31,
  isKey: (type) => type >= 16 && type <= 23,
  isClean: (type) => type >= 16 && type <= 20,
  isParameterSet: (type) => type >= 32 && type <= 34,
  isSei: (type) => type === 39,
};

export const nalRules: Readonly<Record<VideoCodec, NalRules>> = { h264, h265 };
