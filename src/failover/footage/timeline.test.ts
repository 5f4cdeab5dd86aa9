import { expect, test } from 'vitest';
import type { OutageView } from '../server-types.ts';
import type { HostCoverage } from './sources.ts';
import { timelineOf } from './timeline.ts';

const second = 1_000_000;

function host(name: HostCoverage['host'], spans: readonly (readonly [fromS: number, toS: number])[]): HostCoverage {
  return {
    host: name,
    answer: { spans: spans.map(([fromS, toS]) => ({ fromUs: fromS * second, toUs: toS * second })), exactness: 'exact', durableUntilUs: 100 * second },
    reason: null,
  };
}

const outage: OutageView = {
  id: 'outage-1',
  serverId: 'server-1',
  serverName: 'North',
  cause: { code: 'keep alive', text: 'no keep-alive message came' },
  standby: 'cold',
  startedMs: 30_000,
  decidedMs: 33_000,
  restoredMs: 60_000,
  endedMs: 60_000,
  steps: [],
  runs: [],
  handBacks: [],
  timesSureFromMs: null,
};

const gapsWith = (monitored: readonly (readonly [number, number])[], failover: readonly (readonly [number, number])[], outages: readonly OutageView[] = [outage]) =>
  timelineOf({
    cameraId: 'gate',
    span: { fromUs: 0, toUs: 100 * second },
    coverage: [host('monitored server', monitored), host('failover server', failover)],
    locks: [],
    outages,
    nowUs: 103 * second,
    resolutionUs: 0,
  }).gaps.map(({ fromUs, toUs, reason }) => [fromUs / second, toUs / second, reason.code]);

test('the seconds of detection and opening end where the failover server’s footage begins', () => {
  expect(gapsWith([[0, 30], [55, 100]], [[34, 58]])).toEqual([[30, 34, 'detection and opening']]);
});

test('a hole while the failover server records is not blamed on the detection', () => {
  expect(gapsWith([[0, 30], [55, 100]], [[30, 40], [40.3, 58]])).toEqual([[40, 40.3, 'camera silent']]);
});

test('a hole in what both recorded is the camera’s silence', () => {
  expect(gapsWith([[0, 30], [50, 55], [55.2, 100]], [[30, 55], [55.2, 58]])).toEqual([[55, 55.2, 'camera silent']]);
});

test('a gap between the failover server’s last and the monitored server’s first picture is the hand-over', () => {
  expect(gapsWith([[0, 30], [58.4, 100]], [[30, 58]])).toEqual([[58, 58.4, 'handed back']]);
});

test('without an outage the text says whether the recorder recorded on both sides', () => {
  const gaps = (spans: readonly (readonly [number, number])[]) =>
    timelineOf({
      cameraId: 'gate',
      span: { fromUs: 0, toUs: 100 * second },
      coverage: [host('monitored server', spans), host('failover server', [])],
      locks: [],
      outages: [],
      nowUs: 103 * second,
      resolutionUs: 0,
    }).gaps.map(({ reason }) => reason.text);
  expect(gaps([[0, 30], [30.2, 100]])[0]).toContain('the camera sent no pictures');
  expect(gaps([[0, 30]])[0]).toContain('recorded nothing');
});

test('an outage without a take-over gives its cause, as a sentence', () => {
  const crash = { ...outage, cause: { code: 'recorder exit', text: 'the recorder ended with an error' }, decidedMs: null };
  const line = timelineOf({
    cameraId: 'gate',
    span: { fromUs: 0, toUs: 100 * second },
    coverage: [host('monitored server', [[0, 30], [36, 100]]), host('failover server', [])],
    locks: [],
    outages: [crash],
    nowUs: 103 * second,
    resolutionUs: 0,
  });
  expect(line.gaps.map(({ reason }) => reason.text)).toEqual(['The recorder ended with an error.']);
});

test('a second outage right after the first: what the recorder lost in between is not put down to the failover server', () => {
  expect(gapsWith([], [[0, 20], [35, 100]])).toEqual([[20, 35, 'detection and opening']]);
});

test('a machine that cannot be asked is the reason, before any other', () => {
  const line = timelineOf({
    cameraId: 'gate',
    span: { fromUs: 0, toUs: 100 * second },
    coverage: [{ host: 'monitored server', answer: null, reason: { code: 'link.down', text: 'It cannot be reached.' } }, host('failover server', [[0, 20], [40, 100]])],
    locks: [],
    outages: [outage],
    nowUs: 103 * second,
    resolutionUs: 0,
  });
  expect(line.gaps).toMatchObject([{ unreachable: true, reason: { code: 'link.down' } }]);
});

test('a view that lies within a gap, or begins in it, tells the whole gap', () => {
  const within = (fromS: number, toS: number) =>
    timelineOf({
      cameraId: 'gate',
      span: { fromUs: fromS * second, toUs: toS * second },
      around: { fromUs: 0, toUs: 100 * second },
      coverage: [host('monitored server', [[10, 30], [60, 100]]), host('failover server', [])],
      locks: [],
      outages: [outage],
      nowUs: 103 * second,
      resolutionUs: 0,
    });
  for (const view of [within(40, 50), within(25, 45), within(45, 70)]) expect(view.gaps.map(({ fromUs, toUs }) => [fromUs / second, toUs / second])).toEqual([[30, 60]]);
  expect(within(40, 50).spans).toEqual([]);
  expect(within(70, 90).gaps, 'a gap beside the view is not in it').toEqual([]);
  expect(within(0, 20).gaps, 'before the first footage nothing was promised').toEqual([]);
});

// What grows with the square of the spans takes minutes here and runs into the time limit.
test('100,000 spans of a camera are a timeline', { timeout: 60_000 }, () => {
  const count = 100_000;
  const spans = Array.from({ length: count }, (_, at) => ({ fromUs: at * 2 * second, toUs: (at * 2 + 1) * second }));
  const toUs = count * 2 * second;
  const { gaps } = timelineOf({
    cameraId: 'gate', span: { fromUs: 0, toUs }, locks: [], outages: [outage], nowUs: toUs + 3 * second, resolutionUs: 0,
    coverage: [{ host: 'monitored server', answer: { spans, exactness: 'exact', durableUntilUs: toUs }, reason: null }, host('failover server', [])],
  });
  expect(gaps).toHaveLength(count);
});

test('what a replaced server had recorded is blamed on its old disk, not on the camera', () => {
  const later = { ...outage, id: 'outage-2', startedMs: 60_000, decidedMs: 63_000, restoredMs: 80_000, endedMs: 80_000 };
  const earlier = { ...outage, startedMs: 10_000, decidedMs: 12_000, restoredMs: 30_000, endedMs: 30_000 };
  const gaps = (replacedUs: readonly number[]) =>
    timelineOf({
      cameraId: 'gate', span: { fromUs: 0, toUs: 100 * second }, coverage: [host('monitored server', [[82, 100]]), host('failover server', [[12, 20], [25, 30], [63, 84]])],
      locks: [], outages: [earlier, later], replacedUs, nowUs: 103 * second, resolutionUs: 0,
    }).gaps.map(({ fromUs, reason }) => [fromUs / second, reason.code]);
  expect(gaps([75 * second])).toEqual([[20, 'camera silent'], [30, 'disk replaced']]);
  // A replacement before the gap says nothing of it.
  expect(gaps([5 * second]).some(([, code]) => code === 'disk replaced')).toBe(false);
});

test('behind locked footage that outlived its time, what is gone was deleted by rule, whatever happened then', () => {
  const gaps = (keptFromUs?: number) =>
    timelineOf({
      cameraId: 'gate', span: { fromUs: 0, toUs: 1000 * second }, coverage: [host('monitored server', [[10, 20], [560, 700], [710, 1000]]), host('failover server', [])],
      locks: [], outages: [outage], nowUs: 1003 * second, resolutionUs: 0, ...(keptFromUs === undefined ? {} : { keptFromUs }),
    }).gaps.map(({ fromUs, reason }) => [fromUs / second, reason.code]);
  expect(gaps(500 * second)).toEqual([[20, 'past retention'], [700, 'not recorded']]);
  // Without a known rule, and within its time, the outage is what is known.
  for (const keptFromUs of [undefined, 100 * second]) expect(gaps(keptFromUs)).toEqual([[20, 'keep alive'], [700, 'not recorded']]);
});

test('what a recorder had and deleted for room is not blamed on the outage beside it', () => {
  const cut = { ...outage, startedMs: 30_000, decidedMs: 33_000, restoredMs: 70_000, endedMs: 70_000 };
  const gaps = (deleted: readonly (readonly [number, number])[], kept: readonly (readonly [number, number])[] = [[5, 10], [68, 100]]) => {
    const monitored = host('monitored server', kept);
    return timelineOf({
      cameraId: 'gate', span: { fromUs: 0, toUs: 100 * second }, locks: [], outages: [cut], nowUs: 103 * second, resolutionUs: 0,
      coverage: [{ ...monitored, answer: { ...monitored.answer!, deleted: deleted.map(([fromS, toS]) => ({ fromUs: fromS * second, toUs: toS * second })) } }, host('failover server', [[34, 70]])],
    }).gaps.map(({ fromUs, toUs, reason }) => [fromUs / second, toUs / second, reason.code]);
  };
  expect(gaps([]), 'not known').toEqual([[10, 34, 'detection and opening']]);
  expect(gaps([[0, 5], [10, 34]]), 'all of it').toEqual([[10, 34, 'deleted']]);
  expect(gaps([[10.04, 29.96]]), 'up to the failure').toEqual([[10, 29.96, 'deleted'], [29.96, 34, 'detection and opening']]);
  // What lies on the other machine is no gap, whoever deleted it.
  expect(gaps([[5, 30]], [[68, 100]])).toEqual([]);
});

test('a second outage at the very moment of the hand-over is detection and opening, not the camera’s silence', () => {
  const second = { ...outage, startedMs: 59_990, decidedMs: 63_000, restoredMs: 80_000, endedMs: 80_000 };
  expect(gapsWith([[0, 30], [55, 60], [70, 100]], [[34, 59.9], [63.2, 80]], [{ ...outage, restoredMs: 59_900, endedMs: 59_900 }, second])).toEqual([[30, 34, 'detection and opening'], [60, 63.2, 'detection and opening']]);
});

test('what nobody recorded since a person stopped it here is told as that, until the next take-over too', () => {
  const stopped = { ...outage, steps: [{ atMs: 50_010, from: 'active', to: 'stopping', text: 'Anna stopped it' }], restoredMs: 50_100, endedMs: 80_000 };
  expect(gapsWith([[0, 30], [80, 100]], [[33, 50]], [stopped])).toEqual([[30, 33, 'detection and opening'], [50, 80, 'stopped']]);
  expect(gapsWith([[0, 30]], [[33, 50], [70, 100]], [{ ...stopped, endedMs: null }])).toEqual([[30, 33, 'detection and opening'], [50, 70, 'stopped']]);
});

test('a gap long after the restore is not the hand-over, nor the outage before it', () => {
  expect(gapsWith([[0, 30], [69, 100]], [[30, 60]])).toEqual([[60, 69, 'handed back']]);
  expect(gapsWith([[0, 30], [95, 100]], [[30, 60]])).toEqual([[60, 95, 'not recorded']]);
});

test('of a gap that was in part recorded and deleted since, only the parts within the view are told', () => {
  const monitored = host('monitored server', [[10, 20], [68, 100]]);
  const line = timelineOf({
    cameraId: 'gate', span: { fromUs: 50 * second, toUs: 90 * second }, around: { fromUs: 0, toUs: 100 * second }, locks: [], outages: [], nowUs: 103 * second, resolutionUs: 0,
    coverage: [{ ...monitored, answer: { ...monitored.answer!, deleted: [{ fromUs: 40 * second, toUs: 60 * second }] } }, host('failover server', [])],
  });
  expect(line.gaps.map(({ fromUs, toUs, reason }) => [fromUs / second, toUs / second, reason.code])).toEqual([[40, 60, 'deleted'], [60, 68, 'not recorded']]);
});

test('a camera that never had a picture is one gap since its server is monitored', () => {
  const gaps = (monitored: HostCoverage, promisedFromUs?: number) =>
    timelineOf({
      cameraId: 'gate', span: { fromUs: 0, toUs: 100 * second }, coverage: [monitored, host('failover server', [])], locks: [], outages: [outage], nowUs: 90 * second, resolutionUs: 0, ...(promisedFromUs === undefined ? {} : { promisedFromUs }),
    }).gaps.map(({ fromUs, toUs, reason, unreachable }) => [fromUs / second, toUs / second, reason.code, unreachable]);
  expect(gaps(host('monitored server', []), 20 * second)).toEqual([[20, 87, 'never recorded', false]]);
  expect(gaps({ host: 'monitored server', answer: null, reason: { code: 'link.unreachable', text: 'no answer' } }, 20 * second)).toEqual([[20, 87, 'link.unreachable', true]]);
  expect(gaps(host('monitored server', []))).toEqual([]);
});

test('what a machine that cannot be asked has from before the first known footage is not known, instead of nothing', () => {
  const gaps = (monitored: HostCoverage) =>
    timelineOf({
      cameraId: 'gate', span: { fromUs: 0, toUs: 100 * second }, coverage: [monitored, host('failover server', [[60, 90]])], locks: [], outages: [outage], nowUs: 93 * second, resolutionUs: 0, promisedFromUs: 20 * second,
    }).gaps.map(({ fromUs, toUs, reason, unreachable }) => [fromUs / second, toUs / second, reason.code, unreachable]);
  expect(gaps({ host: 'monitored server', answer: null, reason: { code: 'link.unreachable', text: 'no answer' } })).toEqual([[20, 60, 'link.unreachable', true]]);
  expect(gaps(host('monitored server', [])), 'asked, it had nothing').toEqual([]);
});
