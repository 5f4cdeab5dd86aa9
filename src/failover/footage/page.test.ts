import { expect, test } from 'vitest';
import type { OutageReport } from '../../contract/api/outages.ts';
import { reportPage } from './page.ts';

test('the page to print tells every gap, and their sum, in milliseconds', () => {
  const reason = { code: 'not recorded', text: 'Why.' };
  const gaps = [{ fromUs: 1e15, toUs: 1e15 + 10_049e3, gapMs: 10_049, reason }, { fromUs: 2e15, toUs: 2e15 + 65_123e3, gapMs: 65_123, reason }];
  const report = {
    serverName: 'North', trigger: { text: 'Silent.' }, startedMs: 1e12, endedMs: 1e12, takenOver: false, decidedMs: null, restoredMs: null, standby: 'cold', state: 'final', missing: [], steps: [],
    totals: { promisedMs: 3_600_000, keptMs: 3_524_828, gapMs: 75_172 },
    perCamera: [{ cameraId: 'a', name: 'Gate', spans: [], gaps, gapMs: 75_172, firstFrameAfterDecisionMs: null }],
  } as unknown as OutageReport;
  const page = reportPage(report);
  expect(page).toContain('10.049 s. Why.');
  expect(page).toContain('1 min 5.123 s. Why.');
  expect(page).toContain('<strong>1 min 15.172 s</strong>');
  expect(page).toContain('Footage missing: 1 min 15.172 s</strong> of 1 h 0.000 s');
});
