/**
 * What the RTP payload formats of H.264 and H.265 have in common: single NAL units, aggregation
 * packets, fragments. `h264.ts` and `h265.ts` say where their headers differ.
 */
import type { NalSink, VideoDepacketiser } from './nal-sink.ts';

export interface PayloadFormat {
  /** Bytes of a NAL unit's header, which is also the payload's. */
  readonly headerBytes: 1 | 2;
  type(first: number): number;
  readonly aggregation: number;
  readonly fragment: number;
  /** A payload that is one NAL unit. */
  isSingle(type: number): boolean;
  /** Delimiters, ends of sequence, filler: nothing that a decoder needs. */
  isDispensable(type: number): boolean;
  /** First byte of a fragmented NAL unit, out of the payload's first byte and the fragment header's type. */
  firstByte(first: number, type: number): number;
}

export class NalDepacketiser implements VideoDepacketiser {
  readonly #format: PayloadFormat;
  readonly #sink: NalSink;
  #inFragment = false;
  #skipping = false;

  constructor(format: PayloadFormat, sink: NalSink) {
    this.#format = format;
    this.#sink = sink;
  }

  payload(bytes: Buffer, start: number, end: number): boolean {
    const { headerBytes, aggregation, fragment } = this.#format;
    if (end - start < headerBytes) return end <= start;
    const first = bytes[start] as number;
    const type = this.#format.type(first);
    if (type === fragment) return this.#fragment(bytes, start, end);
    this.endUnit();
    if (type === aggregation) return this.#aggregate(bytes, start + headerBytes, end);
    if (first === 0 && bytes[start + 1] === 0) return this.#annexB(bytes, start, end);
    if (!this.#format.isSingle(type)) return false;
    this.#single(bytes, start, end);
    return true;
  }

  endUnit(): void {
    if (this.#inFragment && !this.#skipping) this.#sink.endNal();
    this.#inFragment = false;
  }

  #single(bytes: Buffer, start: number, end: number): void {
    if (this.#format.isDispensable(this.#format.type(bytes[start] as number))) return;
    this.#sink.beginNal();
    this.#sink.put(bytes, start, end);
    this.#sink.endNal();
  }

  /** RFC 6184 §5.7.1, RFC 7798 §4.4.2 */
  #aggregate(bytes: Buffer, from: number, end: number): boolean {
    let at = from;
    while (at + 2 < end) {
      const size = bytes.readUInt16BE(at);
      at += 2;
      if (at + size > end) return false;
      if (size >= this.#format.headerBytes) this.#single(bytes, at, at + size);
      at += size;
    }
    return true;
  }

  /** Two zeros are no NAL header: some encoders leave their start codes in the payload. */
  #annexB(bytes: Buffer, start: number, end: number): boolean {
    let from = startCode(bytes, start, end);
    if (from < 0 || bytes.subarray(start, from - 3).some((byte) => byte !== 0)) return false;
    while (from < end) {
      const next = startCode(bytes, from, end);
      let to = next < 0 ? end : next - 3;
      while (to > from && next >= 0 && bytes[to - 1] === 0) to -= 1;
      if (to - from >= this.#format.headerBytes) this.#single(bytes, from, to);
      from = next < 0 ? end : next;
    }
    return true;
  }

  /** RFC 6184 §5.8, RFC 7798 §4.4.3 */
  #fragment(bytes: Buffer, start: number, end: number): boolean {
    const { headerBytes } = this.#format;
    if (end - start <= headerBytes) return false;
    const header = bytes[start + headerBytes] as number;
    if ((header & 0x80) !== 0) this.#beginFragment(bytes, start, header);
    else if (!this.#inFragment) return false;
    if (!this.#skipping) this.#sink.put(bytes, start + headerBytes + 1, end);
    if ((header & 0x40) !== 0) this.endUnit();
    return true;
  }

  #beginFragment(bytes: Buffer, start: number, header: number): void {
    const { headerBytes } = this.#format;
    const type = header & (headerBytes === 1 ? 31 : 63);
    this.endUnit();
    this.#inFragment = true;
    this.#skipping = this.#format.isDispensable(type);
    if (this.#skipping) return;
    this.#sink.beginNal();
    this.#sink.putByte(this.#format.firstByte(bytes[start] as number, type));
    if (headerBytes === 2) this.#sink.putByte(bytes[start + 1] as number);
  }
}

/** Place behind the next `00 00 01`, or -1. */
function startCode(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at + 3 <= end; at += 1) if (bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1) return at + 3;
  return -1;
}
