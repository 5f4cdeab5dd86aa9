import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSql, type Sql } from '../../platform/sqlite.ts';
import { readFigures, readReport, saveFigures, sumFigures } from './outage-figures.ts';

const report = { missing: [{ code: 'input.not-found', text: 'gone' }], span: { fromUs: 1_000_000, toUs: 31_000_000 }, perCamera: [{ cameraId: 'cam-1', name: 'Gate', spans: [], gaps: [], gapMs: 0, unknownMs: 0, firstFrameAfterDecisionMs: -9_000 }] };

test('figures of outages outlive the process that measured them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'figures-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const open = (): Sql => openSql({ path: join(folder, 'failover.sqlite'), migrations: new URL('./migrations', import.meta.url).pathname, synchronous: 'full' });
  const before = open();
  expect(sumFigures(before)).toEqual({ promisedMs: 0, gapMs: 0 });
  saveFigures(before, 'one', { cameras: 1, promisedMs: 30_000, gapMs: 0, worstGapMs: 0 }, report);
  saveFigures(before, 'two', { cameras: 4, promisedMs: 120_000, gapMs: 3_500, worstGapMs: 1_000 }, report);
  before.close();
  const after = open();
  onTestFinished(() => after.close());
  expect(sumFigures(after)).toEqual({ promisedMs: 150_000, gapMs: 3_500 });
  expect(readFigures(after, 'two')).toEqual({ cameras: 4, promisedMs: 120_000, gapMs: 3_500, worstGapMs: 1_000 });
  expect(readReport(after, 'one')).toEqual({ cameras: 1, promisedMs: 30_000, gapMs: 0, worstGapMs: 0, ...report });
  expect(readFigures(after, 'three')).toBeNull();
});
