import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { H264Depacketiser } from './h264.ts';
import { H265Depacketiser } from './h265.ts';
import type { NalSink } from './nal-sink.ts';

class Collector implements NalSink {
  readonly nals: string[] = [];
  #parts: Buffer[] = [];
  beginNal(): void {
    this.#parts = [];
  }
  put(bytes: Buffer, from: number, to: number): void {
    this.#parts.push(Buffer.from(bytes.subarray(from, to)));
  }
  putByte(byte: number): void {
    this.#parts.push(Buffer.from([byte]));
  }
  endNal(): void {
    this.nals.push(Buffer.concat(this.#parts).toString('hex'));
  }
}

type Packetise = (nals: readonly Buffer[], size: number) => Buffer[];

/** Written from the RFC, apart from the code under test: large units in fragments, small ones together. */
const packetise264: Packetise = (nals, size) =>
  nals.flatMap((nal, i) => {
    if (i === 0 && nals.length > 1 && nal.length < 40 && (nals[1] as Buffer).length < 40) {
      const both = [nal, nals[1] as Buffer].flatMap((n) => [Buffer.from([n.length >> 8, n.length & 255]), n]);
      return [Buffer.concat([Buffer.from([24]), ...both])];
    }
    if (i === 1 && nal.length < 40 && (nals[0] as Buffer).length < 40) return [];
    if (nal.length <= size) return [nal];
    const [head = 0] = nal;
    const parts: Buffer[] = [];
    for (let at = 1; at < nal.length; at += size) {
      const end = at + size >= nal.length;
      const fu = (at === 1 ? 0x80 : 0) | (end ? 0x40 : 0) | (head & 31);
      parts.push(Buffer.concat([Buffer.from([(head & 0xe0) | 28, fu]), nal.subarray(at, at + size)]));
    }
    return parts;
  });

const packetise265: Packetise = (nals, size) =>
  nals.flatMap((nal, i) => {
    if (i === 0 && nals.length > 1 && nal.length < 40 && (nals[1] as Buffer).length < 40) {
      const both = [nal, nals[1] as Buffer].flatMap((n) => [Buffer.from([n.length >> 8, n.length & 255]), n]);
      return [Buffer.concat([Buffer.from([48 << 1, 1]), ...both])];
    }
    if (i === 1 && nal.length < 40 && (nals[0] as Buffer).length < 40) return [];
    if (nal.length <= size) return [nal];
    const [first = 0, second = 0] = nal;
    const parts: Buffer[] = [];
    for (let at = 2; at < nal.length; at += size) {
      const end = at + size >= nal.length;
      const fu = (at === 2 ? 0x80 : 0) | (end ? 0x40 : 0) | ((first >> 1) & 63);
      parts.push(Buffer.concat([Buffer.from([(first & 0x81) | (49 << 1), second, fu]), nal.subarray(at, at + size)]));
    }
    return parts;
  });

const body = fc.uint8Array({ minLength: 3, maxLength: 200 }).map((b) => Buffer.from(b));
const nal264 = fc.tuple(fc.constantFrom(1, 5, 6, 7, 8), fc.constantFrom(0x00, 0x60), body).map(([type, ref, rest]) => Buffer.concat([Buffer.from([ref | type]), rest]));
const nal265 = fc.tuple(fc.constantFrom(1, 19, 21, 32, 33, 34, 39), body).map(([type, rest]) => Buffer.concat([Buffer.from([type << 1, 1]), rest]));

describe.each([
  ['H.264', nal264, packetise264, (sink: NalSink) => new H264Depacketiser(sink)],
  ['H.265', nal265, packetise265, (sink: NalSink) => new H265Depacketiser(sink, false)],
] as const)('%s', (_name, nal, packetise, make) => {
  it('gives the same NAL units for any fragmentation', () => {
    fc.assert(
      fc.property(fc.array(nal, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 120 }), (nals, size) => {
        const sink = new Collector();
        const depacketiser = make(sink);
        for (const packet of packetise(nals, size)) {
          const within = Buffer.concat([Buffer.alloc(5, 0xaa), packet, Buffer.alloc(3, 0xbb)]);
          expect(depacketiser.payload(within, 5, 5 + packet.length)).toBe(true);
        }
        expect(sink.nals).toEqual(nals.map((n) => n.toString('hex')));
      }),
    );
  });

  it('never throws on hostile payloads', () => {
    const hostile = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 });
    fc.assert(
      fc.property(hostile, (packets) => {
        const depacketiser = make(new Collector());
        for (const packet of packets) depacketiser.payload(Buffer.from(packet), 0, packet.length);
      }),
    );
  });
});

describe('H264Depacketiser', () => {
  it('passes over NAL units of types that nobody defined, and no interleaved ones', () => {
    const sink = new Collector();
    const depacketiser = new H264Depacketiser(sink);
    const take = (packet: number[]): boolean => depacketiser.payload(Buffer.from(packet), 0, packet.length);
    expect([[0, 1, 2], [30, 1, 2], [31, 1, 2], [24, 0, 2, 30, 9, 0, 3, 0x65, 1, 2]].map(take)).toEqual([true, true, true, true]);
    expect([[25, 1, 2], [26, 1, 2], [29, 1, 2]].map(take)).toEqual([false, false, false]);
    expect(sink.nals).toEqual(['650102']);
  });

  it('refuses a fragment whose beginning it never saw', () => {
    const depacketiser = new H264Depacketiser(new Collector());
    expect(depacketiser.payload(Buffer.from([0x7c, 0x05, 1, 2]), 0, 4)).toBe(false);
  });

  it('passes over fragments of what is no NAL unit', () => {
    const sink = new Collector();
    const depacketiser = new H264Depacketiser(sink);
    for (const type of [0, 24, 28, 30]) for (const bits of [0x80, 0, 0x40]) expect(depacketiser.payload(Buffer.from([0x7c, bits | type, 1, 2]), 0, 4)).toBe(true);
    expect(depacketiser.payload(Buffer.from([0x65, 1, 2]), 0, 3)).toBe(true);
    expect(sink.nals).toEqual(['650102']);
  });

  it('leaves out access unit delimiters and filler, also fragmented', () => {
    const sink = new Collector();
    const depacketiser = new H264Depacketiser(sink);
    for (const packet of [[9, 0xf0], [12, 1, 1], [0x1c, 0x8c, 5], [0x1c, 0x4c, 5], [0x1c, 0x89, 0xf0], [0x1c, 0x49, 0x80], [0x65, 1, 2]])
      expect(depacketiser.payload(Buffer.from(packet), 0, packet.length)).toBe(true);
    expect(sink.nals).toEqual(['650102']);
  });
});
