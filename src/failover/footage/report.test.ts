import { expect, test } from 'vitest';
import type { FailoverServer, OutageView } from '../server-types.ts';
import { measure, reportOf } from './report.ts';

const hour = 3_600_000;
const span = { fromUs: 99 * hour * 1000, toUs: 103 * hour * 1000 };
const answer = { spans: [span], exactness: 'exact', durableUntilUs: span.toUs } as const;
const server = {
  clockSteps: () => [], servers: () => [{ id: 'alpha', name: 'Alpha', cameras: [{ id: 'cam-1', name: 'Gate', enabled: true }, { id: 'cam-2', name: 'Yard', enabled: false }], link: { connected: true, clockOffsetMs: 0 }, detector: { state: 'alive', code: null } }],
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

test('a camera that is switched off is not among what was promised, unless it was written in the outage', async () => {
  const off = await report(null);
  expect(off.perCamera.map(({ cameraId }) => cameraId)).toEqual(['cam-1']);
  expect(off.totals.promisedMs).toBe((off.span.toUs - off.span.fromUs) / 1000);
  const runs = [{ cameraId: 'cam-2', name: 'Yard', fromUs: 100 * hour * 1000, toUs: 100.5 * hour * 1000, fate: 'kept' }] as unknown as OutageView['runs'];
  const written = await measure(server, { ...outage(null), runs }, 102 * hour);
  expect(written.perCamera.map(({ cameraId }) => cameraId)).toEqual(['cam-1', 'cam-2']);
});

test('what nobody can tell any more is neither missing nor kept', async () => {
  const removed = { ...server, servers: () => [], find: () => null, store: { coverage: () => Promise.resolve({ ...answer, spans: [{ fromUs: span.fromUs, toUs: 100 * hour * 1000 }, { fromUs: 100.2 * hour * 1000, toUs: span.toUs }] }) } } as unknown as FailoverServer;
  const runs = [{ cameraId: 'cam-1', name: 'Gate', fromUs: 100 * hour * 1000, toUs: 101 * hour * 1000, fate: 'kept' }] as unknown as OutageView['runs'];
  const view = { ...outage(null), runs };
  const told = reportOf(view, await measure(removed, view, 103 * hour));
  expect(told.state).toBe('closed');
  expect(told.perCamera[0]?.gaps).toMatchObject([{ unreachable: true }]);
  expect(told.totals.gapMs).toBe(0);
  expect(told.totals.unknownMs).toBeGreaterThan(0.19 * hour);
  expect(told.totals.promisedMs + told.totals.unknownMs).toBeLessThanOrEqual((told.span.toUs - told.span.fromUs) / 1000 + 1);
  expect(told.totals.keptMs).toBe(told.totals.promisedMs);
});
