import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AacDepacketiser, aacFrameTicks } from './aac.ts';

const hbr = { sizeBits: 13, indexBits: 3 };

function collect(format = hbr): { readonly frames: string[]; readonly aac: AacDepacketiser } {
  const frames: string[] = [];
  return { frames, aac: new AacDepacketiser(format, (bytes, from, to, at) => frames.push(`${at}:${bytes.subarray(from, to).toString('hex')}`)) };
}

const header = (sizes: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 + 2 * sizes.length);
  bytes.writeUInt16BE(16 * sizes.length);
  sizes.forEach((size, i) => bytes.writeUInt16BE(size << 3, 2 + 2 * i));
  return bytes;
};

it('knows how long a frame lasts on the clock of its stream', () => {
  const ticks = (config: string, clockRate: number): number => aacFrameTicks({ config: Buffer.from(config, 'hex'), clockRate });
  // AAC-LC; HE-AAC with its clock doubled, and not; a clock of its own; nothing told.
  expect([ticks('1408', 16_000), ticks('2c0a8800', 32_000), ticks('2c0a8800', 16_000), ticks('1408', 90_000), ticks('', 8000)]).toEqual([1024, 2048, 1024, 5760, 1024]);
});

describe('AacDepacketiser', () => {
  it('takes several access units out of one packet', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 80 }), { minLength: 1, maxLength: 6 }), (units) => {
        const { frames, aac } = collect();
        const packet = Buffer.concat([header(units.map((u) => u.length)), ...units]);
        expect(aac.payload(packet, 0, packet.length)).toBe(true);
        expect(frames).toEqual(units.map((u, i) => `${i}:${Buffer.from(u).toString('hex')}`));
      }),
    );
  });

  it('joins a fragmented access unit, and drops it whole when a fragment is missing', () => {
    const { frames, aac } = collect();
    const part = (text: string): Buffer => Buffer.concat([header([9]), Buffer.from(text)]);
    for (const text of ['abc', 'def', 'ghi']) aac.payload(part(text), 0, part(text).length);
    expect(frames).toEqual([`0:${Buffer.from('abcdefghi').toString('hex')}`]);
    aac.payload(part('abc'), 0, part('abc').length);
    aac.gap();
    aac.payload(part('ghi'), 0, part('ghi').length);
    expect(frames).toHaveLength(1);
  });

  it('never throws on hostile payloads', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), fc.constantFrom(hbr, { sizeBits: 6, indexBits: 2 }), (packets, format) => {
        const { aac } = collect(format);
        for (const packet of packets) aac.payload(Buffer.from(packet), 0, packet.length);
      }),
    );
  });
});
