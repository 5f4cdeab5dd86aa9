/** RTP payload format for H.265, RFC 7798: single NAL unit, AP, FU, without DONL (sprop-max-don-diff = 0). */
import type { NalSink, VideoDepacketiser } from './nal-sink.ts';

const AP = 48;
const FU = 49;

/** Access unit delimiter, end of sequence, end of bitstream, filler. */
function isDispensable(type: number): boolean {
  return type >= 35 && type <= 38;
}

export class H265Depacketiser implements VideoDepacketiser {
  readonly #sink: NalSink;
  #inFragment = false;
  #skipping = false;

  constructor(sink: NalSink) {
    this.#sink = sink;
  }

  payload(bytes: Buffer, start: number, end: number): boolean {
    if (end - start < 3) return end <= start;
    const type = ((bytes[start] as number) >> 1) & 63;
    if (type === FU) return this.#fragment(bytes, start, end);
    this.endUnit();
    if (type === AP) return this.#aggregate(bytes, start + 2, end);
    if (type > 47) return false;
    this.#single(bytes, start, end);
    return true;
  }

  endUnit(): void {
    if (this.#inFragment && !this.#skipping) this.#sink.endNal();
    this.#inFragment = false;
  }

  #single(bytes: Buffer, start: number, end: number): void {
    if (isDispensable(((bytes[start] as number) >> 1) & 63)) return;
    this.#sink.beginNal();
    this.#sink.put(bytes, start, end);
    this.#sink.endNal();
  }

  /** §4.4.2 */
  #aggregate(bytes: Buffer, from: number, end: number): boolean {
    let at = from;
    while (at + 2 < end) {
      const size = bytes.readUInt16BE(at);
      at += 2;
      if (at + size > end) return false;
      if (size > 2) this.#single(bytes, at, at + size);
      at += size;
    }
    return true;
  }

  /** §4.4.3 */
  #fragment(bytes: Buffer, start: number, end: number): boolean {
    const header = bytes[start + 2] as number;
    const type = header & 63;
    if ((header & 0x80) !== 0) {
      this.endUnit();
      this.#inFragment = true;
      this.#skipping = isDispensable(type);
      if (!this.#skipping) {
        this.#sink.beginNal();
        this.#sink.putByte(((bytes[start] as number) & 0x81) | (type << 1));
        this.#sink.putByte(bytes[start + 1] as number);
      }
    } else if (!this.#inFragment) return false;
    if (!this.#skipping) this.#sink.put(bytes, start + 3, end);
    if ((header & 0x40) !== 0) this.endUnit();
    return true;
  }
}
