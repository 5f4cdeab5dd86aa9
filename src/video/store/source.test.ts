import { join } from 'node:path';
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { openSql } from '../../platform/sqlite.ts';
import { clip } from '../../core/coverage.ts';
import { Ledger, WHOLE } from './ledger.ts';
import { joinCovers, type SegmentCover } from './runs.ts';
import { coverageOf } from './source.ts';

const minuteUs = 60_000_000;

test('coverage of a long span is what its segments one by one say, wherever the span begins and ends', () => {
  const camera = { serverId: 's', cameraId: 'c' };
  const oneSegment = fc.record({ lateUs: fc.integer({ min: 0, max: 5_000_000 }), lengthUs: fc.integer({ min: 1_000_000, max: minuteUs }), gapFirst: fc.boolean(), hole: fc.boolean() });
  fc.assert(
    fc.property(fc.array(oneSegment, { minLength: 1, maxLength: 300 }), fc.integer({ min: -10, max: 250 }), fc.integer({ min: 1, max: 300 }), (segments, first, length) => {
      const ledger = new Ledger(openSql({ path: ':memory:', migrations: join(import.meta.dirname, 'migrations') }));
      try {
        const covers: SegmentCover[] = [];
        ledger.addCamera(camera);
        for (const [index, { lateUs, lengthUs, gapFirst, hole }] of segments.entries()) {
          const startUs = index * minuteUs + lateUs;
          const endUs = startUs + lengthUs;
          const half = startUs + lengthUs / 2;
          const runs = hole ? [{ fromUs: startUs, toUs: half - 100_000 }, { fromUs: half, toUs: endUs }] : [{ fromUs: startUs, toUs: endUs }];
          const cover = { runs, nominalUs: 40_000, gapFirst, lastUs: endUs - 40_000 };
          covers.push(cover);
          ledger.put({ path: `s/c/${String(index).padStart(4, '0')}.mp4`, camera, startUs, endUs, bytes: 1, config: new Uint8Array([1]), state: WHOLE, cover, rows: new Uint8Array() });
        }
        const span = { fromUs: first * minuteUs, toUs: (first + length) * minuteUs };
        expect(coverageOf(ledger, new Map(), camera, span).spans).toEqual(clip(joinCovers(covers), span));
      } finally {
        ledger.sql.close();
      }
    }),
    { numRuns: 40 },
  );
});
