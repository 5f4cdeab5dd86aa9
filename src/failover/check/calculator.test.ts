import { expect, test } from 'vitest';
import { defaultTimeouts } from '../../core/timeouts.ts';
import { assumedBitsPerSecond, peakMargin } from '../assumed.ts';
import { jobsFor, type Wanted } from '../recording/jobs.ts';
import { prerollRingBytes } from '../recording/preroll.ts';
import type { CameraView, ServerView } from '../server-types.ts';
import { calculate } from './calculator.ts';
import type { CalculatorFacts } from './memory-shares.ts';
import { cameraBits } from './needs.ts';

const camera = (id: string, priority: number, megabits: number | null, more: Partial<CameraView> = {}): CameraView =>
  ({ id, name: `Camera ${id}`, url: '', enabled: true, priority, maxSessions: null, keepDays: 30, peakBitsPerSecond: megabits === null ? null : megabits * 1e6, gopMs: 2000, standby: 'hot', standbyChoice: null, standbyReason: null, lacksMemory: false, recordedBy: [], recorder: null, own: null, ...more });

const server = (id: string, cameras: readonly CameraView[], more: Partial<ServerView> = {}): ServerView =>
  ({ id, name: `Server ${id}`, priority: 1, standby: 'hot', role: { state: 'standby' }, cameras, ...more }) as unknown as ServerView;

const ask = (asked: ServerView, others: readonly ServerView[] = [], more: Partial<CalculatorFacts> = {}): ReturnType<typeof calculate> =>
  calculate({ server: asked, all: [asked, ...others], limits: { cameras: 100, bitsPerSecond: 1e9, prerollBytes: 40e6 }, freeBytes: 1e12, timeouts: defaultTimeouts, mode: 'hot', cameras: {}, ...more });

const unequal = [camera('a', 1, 8), camera('b', 2, 16), camera('c', 3, 2)];

test('who would stay cold for want of memory is who will', () => {
  const wanted = unequal.map(({ id, priority, peakBitsPerSecond, gopMs }): Wanted => ({
    serverId: 'north', serverPriority: 1, wish: 'standby', hot: true, gopMs, peakBitsPerSecond,
    camera: { id, name: id, url: 'rtsp://192.0.2.1/', transport: 'auto', audio: false, priority, enabled: true },
  }));
  const then = jobsFor(wanted, { storePath: '/store', timeouts: defaultTimeouts, prerollBytes: 40e6, before: [] });
  const { hot } = ask(server('north', unequal));
  expect(hot.stayCold.map(({ cameraId }) => cameraId)).toEqual(['b', 'c']);
  expect(hot.stayCold.map(({ cameraId }) => cameraId)).toEqual(then.noMemory.map(({ cameraId }) => cameraId));
  expect(hot.memory.value).toBe(then.prerollUsed);
});

test('hot cameras of other servers take their turn', () => {
  const other = (priority: number): ServerView => server('south', [camera('big', 1, 12)], { priority });
  const cold = (priority: number): readonly string[] => ask(server('north', [camera('a', 1, 8)], { priority: 5 }), [other(priority)]).hot.stayCold.map(({ name }) => name);
  expect(cold(1)).toEqual(['Camera a']);
  expect(cold(9)).not.toContain('Camera a');
});

test('cameras of other servers that would lose their memory are told, too', () => {
  const own = { mode: 'standby', preroll: null } as unknown as CameraView['own'];
  const south = server('south', [camera('s', 1, 8, { own }), camera('t', 2, 16)], { priority: 9 });
  const { hot } = ask(server('north', [camera('a', 1, 12)]), [south]);
  expect(hot.stayCold.map(({ serverId, cameraId, name }) => [serverId, cameraId, name])).toEqual([['south', 's', 'Server south: Camera s']]);
  expect(hot.coldCameras).toMatchObject({ value: 1, unit: 'cameras', source: 'measured' });
});

test('a second failure names the cameras that would not fit, with half as much again of every peak', () => {
  const north = server('north', [camera('a', 1, 4)]);
  const south = server('south', [camera('s', 2, 4), camera('t', 1, 4), camera('u', 3, 4, { enabled: false })]);
  const limits = (megabits: number, cameras = 100): Partial<CalculatorFacts> => ({ limits: { cameras, bitsPerSecond: megabits * 1e6, prerollBytes: 1e9 } });
  const second = (more: Partial<CalculatorFacts>): unknown => ask(north, [south], more).secondFailure.map(({ name, camerasNotFitting, cameras }) => [name, camerasNotFitting, cameras.map((one) => one.name)]);
  // 12 of 12 Mbit/s would do for the bare peaks.
  expect(second(limits(12))).toEqual([['Server south', 1, ['Camera s']]]);
  expect(second(limits(18))).toEqual([]);
  expect(second(limits(100, 2))).toEqual([['Server south', 1, ['Camera s']]]);
  expect(ask(north, [south], limits(12)).secondFailureCameras).toMatchObject({ value: 1, unit: 'cameras', source: 'measured' });
});

test('each figure says whether it was measured or assumed', () => {
  const unknown = camera('b', 2, null, { gopMs: null });
  const measured = ask(server('north', [camera('a', 1, 4)]));
  expect([measured.hot.network, measured.hot.memory, measured.hot.prerollSeconds, measured.outageDayBytes, measured.secondFailureCameras].map(({ source }) => source)).toEqual(Array(5).fill('measured'));
  const assumed = ask(server('north', [camera('a', 1, 4), unknown]), [], { limits: { cameras: 100, bitsPerSecond: 1e9, prerollBytes: 10e6 } });
  expect([assumed.hot.network, assumed.hot.memory, assumed.hot.prerollSeconds, assumed.hot.coldCameras, assumed.outageDayBytes, assumed.secondFailureCameras].map(({ source }) => source)).toEqual(Array(6).fill('assumed'));
  expect(assumed.hot.stayCold.map(({ source }) => source)).toEqual(['assumed']);
  // Of a server that would not fit, and of nobody else, a camera is not measured.
  const south = ask(server('north', [camera('a', 1, 4)]), [server('south', [unknown])], { limits: { cameras: 1, bitsPerSecond: 1e9, prerollBytes: 1e9 } });
  expect([south.secondFailure[0]?.source, south.hot.network.source]).toEqual(['assumed', 'measured']);
});

test('all figures stand on the peak and half as much again; what is not measured counts the same everywhere', () => {
  const { hot, outageDayBytes } = ask(server('north', [camera('a', 1, 4), camera('b', 2, null)]), [], { limits: { cameras: 100, bitsPerSecond: 1e9, prerollBytes: 1e9 } });
  expect(hot.network.value).toBe((4e6 + assumedBitsPerSecond) * peakMargin);
  expect(outageDayBytes.value).toBe(((4e6 + assumedBitsPerSecond) * peakMargin * 86_400) / 8);
  expect(hot.memory.value).toBe(prerollRingBytes(13_000, 4e6) + prerollRingBytes(13_000, assumedBitsPerSecond));
  expect(prerollRingBytes(13_000, null)).toBe(prerollRingBytes(13_000, assumedBitsPerSecond));
  expect(cameraBits({ peakBitsPerSecond: null })).toBe(assumedBitsPerSecond);
});

test('a camera that has a choice of its own keeps it, unless it is asked about', () => {
  const north = server('north', [camera('a', 1, 4, { standby: 'cold', standbyChoice: 'cold' }), camera('b', 2, 4)]);
  const cold = (more: Partial<CalculatorFacts>): readonly string[] => ask(north, [], more).hot.stayCold.map(({ cameraId }) => cameraId);
  expect(cold({})).toEqual(['a']);
  expect(cold({ cameras: { a: 'hot', b: 'cold' } })).toEqual(['b']);
});

test('a camera that is known to refuse the second session stays cold in the reckoning, too', () => {
  const reason = 'The camera refuses a second session; it is opened at take-over instead.';
  const { hot } = ask(server('north', [camera('a', 1, 4), camera('b', 2, 4, { standbyReason: reason })]));
  expect(hot.stayCold).toEqual([{ serverId: 'north', cameraId: 'b', name: 'Camera b', reason, source: 'measured' }]);
  expect(hot.network.value).toBe(4e6 * peakMargin);
});

test('what cold loses is told for crashes and restarts on purpose, too: their time-outs are longer than silence', () => {
  const { lostSeconds } = ask(server('north', [camera('a', 1, 4)])).cold;
  expect(lostSeconds.value).toBe(31.5);
  expect(lostSeconds.text).toMatch(/5 min after a crash.*15 min while it is restarted on purpose/);
});
