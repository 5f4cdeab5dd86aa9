import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RingUnit } from '../contract.ts';
import { checkChunk, chunkLength, readChunks, writeChunk } from './unit-rows.ts';

const unit = (timeBase: number): fc.Arbitrary<RingUnit> =>
  fc.record({
    track: fc.constantFrom('video' as const, 'audio' as const),
    rtpTime: fc.integer({ min: 0, max: 2 ** 30 }).map((delta) => 2 ** 40 + delta),
    timeUs: fc.integer({ min: -(2 ** 29), max: 2 ** 29 }).map((delta) => timeBase + delta),
    key: fc.boolean(),
    vclBytes: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    vclCrc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    gapBefore: fc.boolean(),
    epoch: fc.constant(1),
    start: fc.constant(0),
    length: fc.integer({ min: 1, max: 1_000_000 }),
  });
const units = fc.array(unit(1.79e15), { minLength: 1, maxLength: 40 });

function packed(rows: readonly RingUnit[], dataAt: number): Buffer {
  const out = Buffer.alloc(chunkLength(rows.length));
  writeChunk(out, new DataView(out.buffer, out.byteOffset, out.length), 0, dataAt, rows);
  return out;
}

describe('packed unit rows', () => {
  it('come back as they were, in order, with the place of their data', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const back = [...readChunks(Buffer.concat([packed(a, 1000), packed(b, 2 ** 33)]))];
        const sent = [...a, ...b].map(({ epoch: _epoch, start: _start, ...row }) => row);
        expect(back.map(({ fileOffset: _fileOffset, ...row }) => row)).toEqual(sent);
        const video = a.filter(({ track }) => track === 'video');
        let at = 1000;
        const places = back.slice(0, a.length).filter(({ track }) => track === 'video').map(({ fileOffset }) => fileOffset);
        expect(places).toEqual(video.map(({ length }) => (at += length) - length));
        const firstAudio = back.slice(0, a.length).find(({ track }) => track === 'audio');
        if (firstAudio !== undefined) expect(firstAudio.fileOffset).toBe(at);
      }),
    );
  });

  it('are refused when any byte is changed or any is missing', () => {
    fc.assert(
      fc.property(units, fc.nat(), fc.integer({ min: 1, max: 255 }), (rows, place, change) => {
        const bytes = packed(rows, 5);
        expect(checkChunk(bytes.subarray(0, bytes.length - 1), 0)).toBeNull();
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect(checkChunk(bytes, 0)).toBeNull();
      }),
    );
  });
});
