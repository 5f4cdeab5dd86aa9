import { describe, expect, test } from 'vitest';
import type { Span, UnitRow } from '../../core/units.ts';
import type { FootageBatch } from '../contract.ts';
import { mergedFootage, type FootageSource } from './merge.ts';

const frameUs = 40_000;
const gop = 25;
const startUs = 1_700_000_000_000_000;
const config = { version: 1, video: { codec: 'h264', parameterSets: [], width: 640, height: 360, clockRate: 90_000 } } as const;

const row = (frame: number, clockUs: number, gapBefore: boolean): UnitRow => ({
  track: 'video', rtpTime: frame * 3600, timeUs: startUs + frame * frameUs + clockUs + (frame % 5) * 300, key: frame % gop === 0,
  vclBytes: 900 + (frame % 11), vclCrc: (frame * 40_503) % 4_294_967_296, gapBefore,
});

/** A machine that recorded the ranges of frames, its clock `clockUs` off, known only to ±`errorUs`. */
function machine(id: string, ranges: readonly (readonly [number, number])[], clockUs = 0, errorUs = 0): FootageSource {
  const rows = ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => row(from + index, clockUs, index === 0)));
  const inside = ({ fromUs, toUs }: Span): UnitRow[] => rows.filter(({ timeUs }) => timeUs >= fromUs && timeUs < toUs);
  return {
    id,
    shiftUs: -clockUs + errorUs,
    async *rows(span) {
      yield await Promise.resolve(inside(span));
    },
    async *read(span) {
      const leadIn = rows.findLast(({ key, timeUs }) => key && timeUs <= span.fromUs)?.timeUs ?? span.fromUs;
      yield await Promise.resolve<FootageBatch>({ config, units: inside({ ...span, fromUs: leadIn }).map((unit) => ({ ...unit, data: new Uint8Array(1) })) });
    },
  };
}

async function frames(sources: readonly FootageSource[], from: number, to: number): Promise<number[]> {
  const found: number[] = [];
  for await (const { units } of mergedFootage(sources, { fromUs: startUs + from * frameUs, toUs: startUs + to * frameUs })) found.push(...units.map(({ rtpTime }) => rtpTime / 3600));
  return found;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const minutes = (count: number): number => count * 60 * 25;

describe('merged footage', () => {
  test('goes on over many windows without a missing or doubled frame', async () => {
    const found = await frames([machine('failover', [[minutes(3), minutes(18)]]), machine('recorder', [[0, minutes(4) + 7], [minutes(17) - 9, minutes(30)]], 3_000_000, 80_000)], 0, minutes(29));
    // The recorder's clock is known 80 ms too late: the edges of the span move by two frames, nothing else.
    expect(found.slice(0, minutes(28))).toEqual(range(0, minutes(28)));
  });

  test('begins at the key frame before and ends with the span', async () => {
    const found = await frames([machine('failover', [[0, 1000]])], 310, 400);
    expect(found[0]).toBe(300);
    expect(found.at(-1)).toBe(399);
  });

  test('a hole in both is a hole, and the window after it starts anew', async () => {
    const found = await frames([machine('failover', [[0, 100], [minutes(12), minutes(13)]]), machine('recorder', [[50, 160]])], 0, minutes(14));
    expect(found).toEqual([...range(0, 160), ...range(minutes(12), minutes(13))]);
  });

  test.each([
    ['an end', [[0, 7510]]],
    ['a hole', [[0, 7510], [7700, 9000]]],
    ['a short hole', [[0, 7510], [7530, 9000]]],
    ['a loss', [[0, 7495], [7498, 7499], [7500, 7524], [7526, 9000]]],
  ] as const)('%s right behind a window doubles nothing, wherever it begins', async (_, ranges) => {
    // What cannot be decoded behind a hole of 7.6 s is no tail of what was before.
    const decodable = ranges.flatMap(([from, to], at) => range(at > 0 && from - (ranges[at - 1]?.[1] ?? 0) > 100 ? Math.ceil(from / gop) * gop : from, to));
    for (let from = 0; from < gop; from += 4) expect(await frames([machine('failover', ranges)], from, 9000)).toEqual(decodable);
  });

  describe('of a camera with B-frames', () => {
    /** Decoded in the order I P B B P B B …, shown in the order of their numbers. `open`: the first two of a group are shown before its key frame. */
    const decoded = (from: number, to: number, open: boolean): number[] => {
      const order: number[] = [];
      for (let key = Math.ceil(from / gop) * gop; key < to; key += gop) {
        order.push(key, ...(open && key > from ? [key - 2, key - 1] : []));
        const end = open ? gop - 2 : gop;
        for (let at = 3; at - 2 < end; at += 3) order.push(...[at, at - 2, at - 1].filter((one) => one < end).map((one) => key + one));
      }
      return order.filter((frame) => frame < to);
    };
    /** As the store reads: from a key frame on, up to the last one shown before the end and what it leans on. */
    const coded = (id: string, ranges: readonly (readonly [number, number])[], open: boolean, clockUs = 0): FootageSource => {
      const rows = ranges.flatMap(([from, to]) => decoded(from, to, open).map((frame, index) => ({ ...row(frame, clockUs, index === 0), key: frame % gop === 0 })));
      return {
        id,
        shiftUs: -clockUs,
        async *rows({ fromUs, toUs }) {
          yield await Promise.resolve(rows.filter(({ timeUs }) => timeUs >= fromUs && timeUs < toUs));
        },
        async *read({ fromUs, toUs }) {
          const first = Math.max(0, rows.findLastIndex(({ key, timeUs }) => key && timeUs <= fromUs));
          const units = rows.slice(first, rows.findLastIndex(({ timeUs }) => timeUs < toUs) + 1);
          yield await Promise.resolve<FootageBatch>({ config, units: units.map((unit) => ({ ...unit, data: new Uint8Array(1) })) });
        },
      };
    };

    test.each([
      ['closed groups', false],
      ['open groups', true],
    ])('every picture once, in decoding order, also over the seams: %s', async (_, open) => {
      const one = await frames([coded('failover', [[0, 2000]], open)], 0, 2000);
      expect(one).toEqual(decoded(0, 2000, open));
      const both = await frames([coded('recorder', [[0, 412], [900, 2000]], open, 3_000_000), coded('failover', [[250, 1130]], open)], 0, 2000);
      expect(both).toEqual(decoded(0, 2000, open));
    });

    test('minutes of them at 30 a second are no flood of interruptions', async () => {
      const found = await frames([coded('failover', [[0, minutes(10)]], false)], 0, minutes(9));
      // The last picture may lean on one that is shown behind the end.
      expect(found.slice(0, minutes(9))).toEqual(decoded(0, minutes(10), false).slice(0, minutes(9)));
    });
  });

  test.each([
    ['without end', (at: number) => ({ ...row(at, 0, false), timeUs: startUs + at })],
    ['that begins anew with each picture', (at: number) => row(at * gop, 0, true)],
    ['that lie hours apart', (at: number) => ({ ...row(at * gop, 0, false), timeUs: startUs + at * 3_600_000_000 })],
    ['that run backwards', (at: number) => ({ ...row(at * gop, 0, false), timeUs: startUs - at })],
  ])('rows of another machine %s are refused before they are worked on', async (_, rowAt) => {
    let told = 0;
    const hostile: FootageSource = {
      ...machine('recorder', [[0, 1]]),
      async *rows() {
        for (let at = 0; ; told = at += 100) yield await Promise.resolve(Array.from({ length: 100 }, (__, index) => rowAt(at + index)));
      },
    };
    await expect(frames([machine('failover', [[0, 1000]]), hostile], 0, 900)).rejects.toMatchObject({ code: 'link.protocol' });
    expect(told).toBeLessThan(300_000);
  });
});
