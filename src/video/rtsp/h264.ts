/** RTP payload format for H.264, RFC 6184: single NAL unit, STAP-A, FU-A (packetization modes 0 and 1). */
import type { NalSink, VideoDepacketiser } from './nal-sink.ts';

const STAP_A = 24;
const FU_A = 28;

/** Access unit delimiter, end of sequence, end of stream, filler: nothing that a decoder needs. */
function isDispensable(type: number): boolean {
  return type >= 9 && type <= 12;
}

export class H264Depacketiser implements VideoDepacketiser {
  readonly #sink: NalSink;
  #inFragment = false;
  #skipping = false;

  constructor(sink: NalSink) {
    this.#sink = sink;
  }

  payload(bytes: Buffer, start: number, end: number): boolean {
    if (end <= start) return true;
    const type = (bytes[start] as number) & 31;
    if (type === FU_A) return this.#fragment(bytes, start, end);
    this.endUnit();
    if (type === STAP_A) return this.#aggregate(bytes, start + 1, end);
    if (type === 0 || type > 23) return false;
    this.#single(bytes, start, end);
    return true;
  }

  endUnit(): void {
    if (this.#inFragment && !this.#skipping) this.#sink.endNal();
    this.#inFragment = false;
  }

  #single(bytes: Buffer, start: number, end: number): void {
    if (isDispensable((bytes[start] as number) & 31)) return;
    this.#sink.beginNal();
    this.#sink.put(bytes, start, end);
    this.#sink.endNal();
  }

  /** §5.7.1 */
  #aggregate(bytes: Buffer, from: number, end: number): boolean {
    let at = from;
    while (at + 2 < end) {
      const size = bytes.readUInt16BE(at);
      at += 2;
      if (at + size > end) return false;
      if (size > 0) this.#single(bytes, at, at + size);
      at += size;
    }
    return true;
  }

  /** §5.8 */
  #fragment(bytes: Buffer, start: number, end: number): boolean {
    if (end - start < 2) return false;
    const header = bytes[start + 1] as number;
    if ((header & 0x80) !== 0) {
      this.endUnit();
      this.#inFragment = true;
      this.#skipping = isDispensable(header & 31);
      if (!this.#skipping) {
        this.#sink.beginNal();
        this.#sink.putByte(((bytes[start] as number) & 0xe0) | (header & 31));
      }
    } else if (!this.#inFragment) return false;
    if (!this.#skipping) this.#sink.put(bytes, start + 2, end);
    if ((header & 0x40) !== 0) this.endUnit();
    return true;
  }
}
