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
  /** A payload with information about the payload within (PACI); -1: there is none. */
  readonly carrier: number;
  /** A payload that is one NAL unit. */
  isSingle(type: number): boolean;
  /** Delimiters, ends of sequence, filler: nothing that a decoder needs. */
  isDispensable(type: number): boolean;
  /** Packets of an interleaved stream, whose NAL units come out of order: not supported. */
  isInterleaved(type: number): boolean;
  /** A picture's data. */
  isSlice(type: number): boolean;
  /** Never between two slices of a picture. */
  isFront(type: number): boolean;
  /** First byte of a fragmented NAL unit, out of the payload's first byte and the fragment header's type. */
  firstByte(first: number, type: number): number;
}

export class NalDepacketiser implements VideoDepacketiser {
  readonly #format: PayloadFormat;
  readonly #sink: NalSink;
  /** Decoding order numbers lie in the payloads: passed over, what comes is taken in the order of the packets. */
  readonly #numbered: boolean;
  #inFragment = false;
  #skipping = false;

  constructor(format: PayloadFormat, sink: NalSink, numbered = false) {
    this.#format = format;
    this.#sink = sink;
    this.#numbered = numbered;
  }

  payload(bytes: Buffer, start: number, end: number): boolean {
    const { headerBytes, aggregation, fragment } = this.#format;
    if (end - start < headerBytes) return end <= start;
    const first = bytes[start] as number;
    const type = this.#format.type(first);
    if (type === fragment) return this.#fragment(bytes, start, end);
    if (type === this.#format.carrier) return this.#carried(bytes, start, end);
    this.endUnit();
    if (type === aggregation) return this.#aggregate(bytes, start + headerBytes, end);
    if (first === 0 && bytes[start + 1] === 0) return this.#annexB(bytes, start, end);
    // Types that the payload format leaves open hold a maker's own data: to be passed over (RFC 6184 §5.2, RFC 7798 §4.2).
    if (!this.#format.isSingle(type)) return !this.#format.isInterleaved(type);
    if (this.#format.isDispensable(type)) this.#behind(bytes, start, end);
    else if (!this.#numbered) this.#single(bytes, start, end);
    else if (end - start > headerBytes + 2) {
      bytes.copyWithin(start + 2, start, start + headerBytes);
      this.#single(bytes, start + 2, end);
    }
    return true;
  }

  /** RFC 7798 §4.4.4: the payload within has its own type, and this header for the rest. */
  #carried(bytes: Buffer, start: number, end: number): boolean {
    if (end - start < 5) return false;
    const about = bytes.readUInt16BE(start + 2);
    const inner = start + 2 + ((about >> 4) & 31);
    if (inner + 2 >= end) return false;
    const header = (bytes.readUInt16BE(start) & 0x01ff) | (about & 0xfe00);
    bytes.writeUInt16BE(header, inner);
    return this.#format.type(header >> 8) !== this.#format.carrier && this.payload(bytes, inner, end);
  }

  interleaves(bytes: Buffer, start: number, end: number): boolean {
    return start < end && this.#format.isInterleaved(this.#format.type(bytes[start] as number));
  }

  begins(bytes: Buffer, start: number, end: number): 'picture' | 'front' | 'nothing' {
    const { headerBytes, aggregation, fragment } = this.#format;
    const numbers = this.#numbered ? 2 : 0;
    if (end - start <= headerBytes) return 'nothing';
    let type = this.#format.type(bytes[start] as number);
    let slice = start + headerBytes + numbers;
    if (type === fragment) {
      const header = bytes[start + headerBytes] as number;
      if ((header & 0x80) === 0) return 'nothing';
      type = header & (headerBytes === 1 ? 31 : 63);
      slice += 1;
    } else if (type === aggregation) {
      const nal = start + headerBytes + numbers + 2;
      if (nal + headerBytes >= end) return 'nothing';
      type = this.#format.type(bytes[nal] as number);
      slice = nal + headerBytes;
    }
    // first_mb_in_slice = 0, first_slice_segment_in_pic_flag = 1: both are a first bit of 1.
    if (this.#format.isSlice(type)) return slice < end && ((bytes[slice] as number) & 0x80) !== 0 ? 'picture' : 'nothing';
    return this.#format.isFront(type) ? 'front' : 'nothing';
  }

  endUnit(): void {
    if (this.#inFragment && !this.#skipping) this.#sink.endNal();
    this.#inFragment = false;
  }

  #single(bytes: Buffer, start: number, end: number): void {
    const type = this.#format.type(bytes[start] as number);
    if (this.#format.isDispensable(type) || !this.#format.isSingle(type)) return;
    this.#sink.beginNal();
    this.#sink.put(bytes, start, end);
    this.#sink.endNal();
  }

  /** RFC 6184 §5.7.1, RFC 7798 §4.4.2 */
  #aggregate(bytes: Buffer, from: number, end: number): boolean {
    let at = from;
    for (let skip = this.#numbered ? 2 : 0; at + skip + 2 < end; skip = this.#numbered ? 1 : 0) {
      at += skip;
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
    const from = startCode(bytes, start, end);
    if (from < 0 || bytes.subarray(start, from - 3).some((byte) => byte !== 0)) return false;
    this.#behind(bytes, start, end);
    return true;
  }

  /** NAL units behind start codes, from the first of those on. */
  #behind(bytes: Buffer, start: number, end: number): void {
    let from = startCode(bytes, start, end);
    while (from >= 0 && from < end) {
      const next = startCode(bytes, from, end);
      let to = next < 0 ? end : next - 3;
      while (to > from && next >= 0 && bytes[to - 1] === 0) to -= 1;
      if (to - from >= this.#format.headerBytes) this.#single(bytes, from, to);
      from = next < 0 ? end : next;
    }
  }

  /** RFC 6184 §5.8, RFC 7798 §4.4.3 */
  #fragment(bytes: Buffer, start: number, end: number): boolean {
    const { headerBytes } = this.#format;
    if (end - start <= headerBytes) return false;
    const header = bytes[start + headerBytes] as number;
    if ((header & 0x80) !== 0) this.#beginFragment(bytes, start, header);
    else if (!this.#inFragment) return false;
    const from = start + headerBytes + 1 + ((header & 0x80) !== 0 && this.#numbered ? 2 : 0);
    if (!this.#skipping && from < end) this.#sink.put(bytes, from, end);
    if ((header & 0x40) !== 0) this.endUnit();
    return true;
  }

  #beginFragment(bytes: Buffer, start: number, header: number): void {
    const { headerBytes } = this.#format;
    const type = header & (headerBytes === 1 ? 31 : 63);
    this.endUnit();
    this.#inFragment = true;
    // What is passed over when it comes whole.
    this.#skipping = this.#format.isDispensable(type) || !this.#format.isSingle(type);
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
