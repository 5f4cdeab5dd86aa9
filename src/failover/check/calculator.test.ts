import { expect, test } from 'vitest';
import { defaultTimeouts } from '../../core/timeouts.ts';
import { jobsFor, type Wanted } from '../recording/jobs.ts';
import type { CameraView, ServerView } from '../server-types.ts';
import { calculate, type CalculatorFacts } from './calculator.ts';

const camera = (id: string, priority: number, megabits: number | null, more: Partial<CameraView> = {}): CameraView =>
  ({ id, name: `Camera ${id}`, url: '', enabled: true, priority, maxSessions: null, peakBitsPerSecond: megabits === null ? null : megabits * 1e6, gopMs: 2000, standby: 'hot', standbyReason: null, recordedBy: [], recorder: null, own: null, ...more });

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
