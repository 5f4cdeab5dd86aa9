/**
 * H.264 coded field by field (PAFF), which no encoder at hand makes: Main profile, CAVLC, blocks of plain samples
 * and skipped ones (ITU-T H.264 §7.3). Some studio and body cameras, and many encoders of analogue video, send such.
 */
import type { Picture } from './packets.ts';

class Bits {
  #text = '';

  u(count: number, value: number): this {
    this.#text += value.toString(2).padStart(count, '0');
    return this;
  }

  ue(...values: readonly number[]): this {
    for (const value of values) {
      const code = (value + 1).toString(2);
      this.#text += '0'.repeat(code.length - 1) + code;
    }
    return this;
  }

  align(): this {
    this.#text += '0'.repeat((8 - (this.#text.length % 8)) % 8);
    return this;
  }

  /** A NAL unit, with its stop bit and emulation prevention. */
  nal(head: number): Buffer {
    this.u(1, 1).align();
    const out = [head];
    let zeros = 0;
    for (let at = 0; at < this.#text.length; at += 8) {
      const byte = Number.parseInt(this.#text.slice(at, at + 8), 2);
      if (zeros === 2 && byte <= 3) {
        out.push(3);
        zeros = 0;
      }
      out.push(byte);
      zeros = byte === 0 ? zeros + 1 : 0;
    }
    return Buffer.from(out);
  }
}

/** 64 × 64: a field has 4 × 2 blocks. */
const BLOCKS = 8;

const sps = new Bits().u(8, 77).u(8, 0).u(8, 30).ue(0, 0, 0, 4, 2).u(1, 0).ue(3, 1).u(5, 0b00100).nal(0x67);
const pps = new Bits().ue(0, 0).u(2, 0).ue(0, 0, 0).u(3, 0).ue(0, 0, 0).u(3, 0b100).nal(0x68);

interface Field {
  readonly key: boolean;
  readonly bottom: boolean;
  readonly group: number;
  /** Number of its frame within the group. */
  readonly frame: number;
  readonly shade: number;
}

function plainBlock(bits: Bits, type: number, shade: number): void {
  bits.ue(type).align();
  for (let at = 0; at < 384; at += 1) bits.u(8, at < 256 ? shade : 128);
}

function slice({ key, bottom, group, frame, shade }: Field): Buffer {
  const bits = new Bits().ue(0, key ? 7 : 5, 0).u(4, frame % 16).u(1, 1).u(1, bottom ? 1 : 0);
  if (key) bits.ue(group % 2);
  bits.u(8, (2 * frame + (bottom ? 1 : 0)) % 256);
  // No other order of references; then how this field is marked; the quantiser; no filter over the edges.
  if (!key) bits.u(2, 0);
  bits.u(key ? 2 : 1, 0).ue(0, 1);
  if (key) for (let block = 0; block < BLOCKS; block += 1) plainBlock(bits, 25, (shade + 16 * block) & 255);
  else {
    bits.ue(0);
    plainBlock(bits, 30, shade);
    bits.ue(BLOCKS - 1);
  }
  return bits.nal(key ? 0x65 : 0x61);
}

/** 25 frames a second, a key frame each second; each field with a time of its own, or both with that of their frame. */
export function fieldPictures(seconds: number, ownTimes: boolean): Picture[] {
  const out: Picture[] = [];
  for (let at = 0; at < 25 * seconds; at += 1) {
    const [group, frame] = [Math.floor(at / 25), at % 25];
    const key = frame === 0;
    const top = slice({ key, bottom: false, group, frame, shade: (37 * at) & 255 });
    const bottom = slice({ key: false, bottom: true, group, frame, shade: (37 * at + 19) & 255 });
    const sets = key ? [sps, pps] : [];
    if (ownTimes) out.push({ nals: [...sets, top], key, ticks: at * 3600 }, { nals: [bottom], key: false, ticks: at * 3600 + 1800 });
    else out.push({ nals: [...sets, top, bottom], key, ticks: at * 3600 });
  }
  return out;
}
