import { expect, test } from 'vitest';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Span } from '../../core/units.ts';
import type { FootageBatch, FootageUnit, StreamConfig } from '../../video/contract.ts';
import type { FootageSource } from '../../video/playback/merge.ts';
import { followRecorder, steadyShift } from './follow-recorder.ts';

const config: StreamConfig = { version: 1, video: { codec: 'h264', parameterSets: [], width: 1, height: 1, clockRate: 90_000 } };
const frameUs = 40_000;
const start = 1_000_000_000_000;

/** A camera of 25 pictures a second, a key picture every `group`; machines that wrote parts of it. */
function world(group: number) {
  const state = { nowUs: start + 10_000_000, seen: [] as { readonly n: number; readonly atUs: number }[], reads: 0 };
  const picture = (n: number): FootageUnit => ({ track: 'video', key: n % group === 0, rtpTime: n * 3600, timeUs: start + n * frameUs, vclBytes: 10, vclCrc: n, gapBefore: false, data: new Uint8Array([n & 255]) });
  const machine = (id: string, wrote: (n: number) => boolean): FootageSource => {
    /** What lies on the disk and is told of: a second late. */
    const pictures = ({ fromUs, toUs }: Span): FootageUnit[] => {
      const all = Array.from({ length: 3_000 }, (_, n) => n).filter((n) => wrote(n) && start + n * frameUs < Math.min(toUs, state.nowUs - 1_000_000)).map(picture);
      return all.slice(Math.max(0, all.findLastIndex(({ key, timeUs }) => key && timeUs <= fromUs)));
    };
    return {
      id, shiftUs: 0,
      async *rows(span) {
        yield pictures(span);
      },
      async *read(span): AsyncGenerator<FootageBatch> {
        state.reads += 1;
        yield { config, units: pictures(span) };
      },
    };
  };
  const follow = async (sources: () => readonly FootageSource[], untilUs: number): Promise<void> => {
    const gone = new AbortController();
    const pause = (ms: number): Promise<void> => {
      state.nowUs += Math.max(0, ms) * 1000;
      if (state.nowUs >= untilUs) gone.abort();
      return Promise.resolve();
    };
    for await (const { units } of followRecorder({ sources, nowUs: () => state.nowUs, pause, gone: gone.signal }))
      for (const { rtpTime } of units) state.seen.push({ n: rtpTime / 3600, atUs: state.nowUs });
  };
  return { state, machine, follow };
}

const numbers = (seen: readonly { readonly n: number }[]): number[] => seen.map(({ n }) => n);
const run = (from: number, length: number): number[] => Array.from({ length }, (_, at) => from + at);

test.each([50, 400])('every picture once and in order, evenly, a few seconds behind; groups of %i', async (group) => {
  const { state, machine, follow } = world(group);
  await follow(() => [machine('monitored server', () => true)], start + 40_000_000);
  const seen = numbers(state.seen);
  expect(seen.length).toBeGreaterThan(600);
  expect(seen).toEqual(run(seen[0]!, seen.length));
  expect(seen[0]! % group).toBe(0);
  // From the second group on: each at its time, give or take a slice.
  const late = state.seen.slice(group).map(({ n, atUs }) => atUs - start - n * frameUs);
  expect(Math.max(...late) - Math.min(...late)).toBeLessThan(group === 50 ? 600_000 : 4_000_000);
});

test('goes on over a take-over, and when the recorder cannot be asked for a while', async () => {
  const { state, machine, follow } = world(50);
  const recorder = machine('monitored server', (n) => n < 500);
  const failover = machine('failover server', (n) => n >= 450);
  const unreachable: FootageSource = {
    ...recorder,
    // eslint-disable-next-line require-yield
    async *rows() {
      throw new UnderstudyError('link.unreachable', 'gone');
    },
  };
  await follow(() => (state.nowUs < start + 15_000_000 ? [recorder, failover] : state.nowUs < start + 19_000_000 ? [unreachable, failover] : [failover]), start + 60_000_000);
  const seen = numbers(state.seen);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBeGreaterThan(1_300);
  // While it could not be asked, and what it alone had afterwards, is jumped over.
  expect(seen.filter((n, at) => at > 0 && n !== seen[at - 1]! + 1).length).toBeLessThanOrEqual(1);
});

test.each([2_300, 2_400, 2_500, 2_600])('shows the camera again within seconds, however long it sent nothing (%i)', async (again) => {
  const { state, machine, follow } = world(50);
  await follow(() => [machine('monitored server', (n) => n < 500 || n >= again)], start + 119_000_000);
  const first = state.seen.find(({ n }) => n >= again);
  expect(first!.atUs - start - again * frameUs).toBeLessThan(6_000_000);
  const seen = numbers(state.seen);
  expect(seen).toEqual([...run(seen[0]!, 500 - seen[0]!), ...run(again, seen.length - 500 + seen[0]!)]);
});

test('does not plan all the time between anew every second after a long silence', async () => {
  const { machine, follow } = world(50);
  const asked: number[] = [];
  const recorder = machine('monitored server', (n) => n < 500);
  const sources = (): FootageSource[] => [{ ...recorder, rows: (span) => (asked.push(span.toUs - span.fromUs), recorder.rows(span)) }];
  await follow(sources, start + 1_500_000_000);
  expect(Math.max(...asked.slice(-100))).toBeLessThan(120_000_000);
});

test('goes on when the clock of the recorder is set, and bears measures of it that tremble', async () => {
  const { state, machine, follow } = world(50);
  const recorder = machine('monitored server', () => true);
  const hour = 3_600_000_000;
  const steady = steadyShift();
  const shifts = new Set<number>();
  const ahead = (units: readonly FootageUnit[]): FootageUnit[] => units.map((unit) => ({ ...unit, timeUs: unit.timeUs + (unit.rtpTime >= 500 * 3600 ? hour : 0) }));
  const back = ({ fromUs, toUs }: Span): Span => ({ fromUs: fromUs > start + hour / 2 ? fromUs - hour : fromUs, toUs: toUs > start + hour / 2 ? toUs - hour : toUs });
  const set: FootageSource = {
    ...recorder,
    async *rows(span) {
      for await (const page of recorder.rows(back(span))) yield ahead(page as FootageUnit[]);
    },
    async *read(span) {
      for await (const { units } of recorder.read(back(span))) yield { config, units: ahead(units) };
    },
  };
  const sources = (): FootageSource[] => {
    const source = steady({ ...set, shiftUs: (state.nowUs > start + 22_000_000 ? -hour : 0) + (state.nowUs % 7) });
    shifts.add(source.shiftUs);
    return [source];
  };
  await follow(sources, start + 60_000_000);
  const seen = numbers(state.seen);
  expect(shifts.size).toBe(2);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBeGreaterThan(1_300);
});
