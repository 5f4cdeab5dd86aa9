import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBatches, decodeRows, encodeBatches, encodeRows, type WireBatch, type WireConfig } from './footage-wire.ts';

const config: WireConfig = {
  version: 1,
  video: { codec: 'h264', parameterSets: [new Uint8Array([0x67, 1, 2]), new Uint8Array([0x68])], width: 1920, height: 1080, clockRate: 90_000 },
  audio: { codec: 'aac', clockRate: 48_000, channels: 2, config: new Uint8Array([0x11, 0x90]) },
};
const second: WireConfig = { version: 2, video: { ...config.video, width: 640, height: 360 } };

const unit = fc.record({
  track: fc.constantFrom('video' as const, 'audio' as const),
  rtpTime: fc.maxSafeInteger(),
  timeUs: fc.maxSafeInteger(),
  key: fc.boolean(),
  vclBytes: fc.nat(),
  vclCrc: fc.integer({ min: 0, max: 0xffff_ffff }),
  gapBefore: fc.boolean(),
  data: fc.uint8Array({ maxLength: 300 }),
});
const batches = fc.array(fc.record({ config: fc.constantFrom(config, second), units: fc.array(unit, { maxLength: 5 }) }), { maxLength: 6 });

async function* from<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};
const bytesOf = async (body: AsyncIterable<Uint8Array>): Promise<Uint8Array> => Uint8Array.from((await all(body)).flatMap((part) => Array.from(part)));
/** The network cuts where it likes. */
const cutAnew = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
const plain = (list: readonly WireBatch[]): unknown => JSON.parse(JSON.stringify(list, (_key, value: unknown) => (value instanceof Uint8Array ? [...value] : value)));

describe('footage on the wire', () => {
  test('batches come out as they went in, however they were cut', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 700 }), async (list, size) => {
        const bytes = await bytesOf(encodeBatches(from(list)));
        expect(plain(await all(decodeBatches(from(cutAnew(bytes, size)))))).toEqual(plain(list));
      }),
      { numRuns: 60 },
    );
  });

  test('a large batch comes in parts, so that what came is of use before all of it is there', async () => {
    const units = Array.from({ length: 100 }, (_, at) => ({ track: 'video' as const, rtpTime: at, timeUs: at * 40_000, key: at % 25 === 0, vclBytes: 1, vclCrc: at, gapBefore: false, data: new Uint8Array(40_000 + at) }));
    const parts = await all(decodeBatches(encodeBatches(from([{ config, units }]))));
    expect(parts.flatMap((part) => part.units)).toEqual(units);
    expect(Math.max(...parts.map((part) => part.units.reduce((sum, { data }) => sum + data.length, 0)))).toBeLessThanOrEqual(256 * 1024);
  });

  test('rows come out as they went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(unit.map(({ data: _data, ...row }) => row), { maxLength: 5 }), { maxLength: 4 }), async (pages) => {
        const bytes = await bytesOf(encodeRows(from(pages)));
        expect(await all(decodeRows(from(cutAnew(bytes, 100))))).toEqual(pages);
      }),
      { numRuns: 60 },
    );
  });

  test('a cut or garbled body is an error, never a shorter answer', async () => {
    const bytes = await bytesOf(encodeBatches(from([{ config, units: [] }])));
    await expect(all(decodeBatches(from([bytes.subarray(0, bytes.length - 1)])))).rejects.toMatchObject({ code: 'link.protocol' });
    await expect(all(decodeBatches(from([new Uint8Array(64).fill(255)])))).rejects.toMatchObject({ code: 'link.protocol' });
    await expect(all(decodeRows(from([bytes])))).resolves.toEqual([[]]);
  });
});
