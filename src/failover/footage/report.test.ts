import { expect, test } from 'vitest';
import type { FailoverServer, OutageView } from '../server-types.ts';
import { measure, reportOf } from './report.ts';

const hour = 3_600_000;
const span = { fromUs: 99 * hour * 1000, toUs: 103 * hour * 1000 };
const answer = { spans: [span], exactness: 'exact', durableUntilUs: span.toUs } as const;
const server = {
  clockSteps: () => [], servers: () => [{ id: 'alpha', name: 'Alpha', cameras: [{ id: 'cam-1', name: 'Gate' }], link: { connected: true, clockOffsetMs: 0 }, detector: { state: 'alive', code: null } }],
  find: () => ({}),
  store: { coverage: () => Promise.resolve(answer) },
  link: { request: () => Promise.resolve(answer) },
  audit: () => [],
} as unknown as FailoverServer;
const outage = (timesSureFromMs: number | null): OutageView => ({
  id: 'o1', serverId: 'alpha', serverName: 'Alpha', cause: { code: 'silent', text: 'silent' }, standby: 'hot', startedMs: 100 * hour, decidedMs: null, restoredMs: null, endedMs: 101 * hour,
  steps: [], handBacks: [], runs: [], timesSureFromMs,
});
const report = async (timesSureFromMs: number | null) => reportOf(outage(timesSureFromMs), await measure(server, outage(timesSureFromMs), 102 * hour));

test('a report over a step of a clock says that its times may be wrong, and waits for nothing', async () => {
  expect(await report(null)).toMatchObject({ state: 'final', missing: [] });
  expect(await report(50 * hour)).toMatchObject({ state: 'final', missing: [] });
  expect(await report(100.5 * hour)).toMatchObject({ state: 'closed', missing: [{ code: 'clock set' }] });
});
