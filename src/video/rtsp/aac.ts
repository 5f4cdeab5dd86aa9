/** RTP payload format for AAC, RFC 3640 mode AAC-hbr: several access units in a packet, or one in several. */
import type { AudioFormat } from './sdp.ts';

/** Sampling rates by their index (ISO 14496-3 §1.6.3.4). */
export const AAC_RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

/**
 * Ticks of the stream's clock that one access unit lasts: 1024 samples of the rate that is coded. The clock may be
 * another one: twice that with spectral band replication (HE-AAC), or 90 kHz.
 */
export function aacFrameTicks({ config, clockRate }: { readonly config?: Uint8Array | null; readonly clockRate: number }): number {
  const [first = 0, second = 0] = config ?? [];
  const coded = (config?.length ?? 0) < 2 ? undefined : AAC_RATES[((first & 7) << 1) | (second >> 7)];
  return coded === undefined ? 1024 : Math.round((1024 * clockRate) / coded);
}

const MAX_FRAME_BYTES = 64 * 1024;

export class AacDepacketiser {
  readonly #sizeBits: number;
  readonly #indexBits: number;
  readonly #emit: (bytes: Buffer, from: number, to: number, frame: number) => void;
  #fragment: Buffer | null = null;
  #filled = 0;

  /** `emit` gets each access unit with its place in the packet, for its time. */
  constructor(format: Pick<AudioFormat, 'sizeBits' | 'indexBits'>, emit: (bytes: Buffer, from: number, to: number, frame: number) => void) {
    this.#sizeBits = format.sizeBits;
    this.#indexBits = format.indexBits;
    this.#emit = emit;
  }

  /** Packets are missing: a fragmented access unit is lost. */
  gap(): void {
    this.#fragment = null;
  }

  /** False if the payload is malformed. */
  payload(bytes: Buffer, start: number, end: number): boolean {
    const perUnit = this.#sizeBits + this.#indexBits;
    if (end - start < 2 || perUnit === 0) return false;
    const headerBits = bytes.readUInt16BE(start);
    const data = start + 2 + ((headerBits + 7) >> 3);
    const count = Math.floor(headerBits / perUnit);
    if (data > end || count === 0) return false;
    if (count === 1) return this.#one(bytes, data, end, this.#size(bytes, start + 2, 0));
    this.#fragment = null;
    let at = data;
    for (let i = 0; i < count; i += 1) {
      const size = this.#size(bytes, start + 2, i * perUnit);
      if (at + size > end) return false;
      this.#emit(bytes, at, at + size, i);
      at += size;
    }
    return true;
  }

  /** §3.2.3.2: a unit that is larger than what came with it is continued in the next packets. */
  #one(bytes: Buffer, from: number, to: number, size: number): boolean {
    if (this.#fragment === null) {
      if (to - from >= size) {
        this.#emit(bytes, from, from + size, 0);
        return true;
      }
      if (size > MAX_FRAME_BYTES) return false;
      this.#fragment = Buffer.alloc(size);
      this.#filled = 0;
    }
    const fragment = this.#fragment;
    if (fragment.length !== size || this.#filled + to - from > size) {
      this.#fragment = null;
      return false;
    }
    this.#filled += bytes.copy(fragment, this.#filled, from, to);
    if (this.#filled === size) {
      this.#fragment = null;
      this.#emit(fragment, 0, size, 0);
    }
    return true;
  }

  #size(bytes: Buffer, headers: number, bit: number): number {
    let value = 0;
    for (let i = bit; i < bit + this.#sizeBits; i += 1)
      value = (value << 1) | (((bytes[headers + (i >> 3)] as number) >> (7 - (i & 7))) & 1);
    return value;
  }
}
