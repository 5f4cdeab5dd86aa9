import { expect, test } from 'vitest';
import { defaultTimeouts } from '../../core/timeouts.ts';
import type { CameraDocument } from '../../contract/settings.ts';
import { jobsFor, sameJobs, type JobSettings, type Wanted } from './jobs.ts';
import { coldRingBytes, prerollMs, prerollRingBytes, slowestSuspicionMs } from './preroll.ts';

const settings: JobSettings = { storePath: '/store', timeouts: defaultTimeouts, prerollBytes: 2 ** 40, before: [] };

const camera = (id: string, more: Partial<CameraDocument> = {}): CameraDocument => ({
  id, name: `Camera ${id}`, url: `rtsp://192.0.2.1/${id}`, transport: 'auto', audio: false, priority: 1, enabled: true, ...more,
});

const wanted = (id: string, more: Partial<Wanted> = {}): Wanted => ({
  serverId: 'alpha', serverPriority: 1, camera: camera(id), wish: 'standby', hot: true, gopMs: 2000, peakBitsPerSecond: 4e6, ...more,
});

/** Named by its priority. */
const one = (id: string, megabits: number, more: Partial<Wanted> = {}): Wanted =>
  wanted(id, { camera: camera(id, { priority: Number(id) }), peakBitsPerSecond: megabits * 1e6, ...more });

test('the store path is ours, the source the owner’s, and taken-over cameras come first', () => {
  const { jobs } = jobsFor(
    [wanted('hot'), wanted('taken', { wish: 'taken over', hot: false, camera: camera('taken', { username: 'u', password: 'p', audio: true }) })],
    settings,
  );
  expect(jobs.map((job) => [job.cameraId, job.mode, job.storePath])).toEqual([['taken', 'record', '/store'], ['hot', 'standby', '/store']]);
  expect(jobs[0]?.source).toEqual({ url: 'rtsp://192.0.2.1/taken', username: 'u', password: 'p', transport: 'auto', audio: true });
  expect(jobs[0]!.priority).toBeLessThan(jobs[1]!.priority);
  expect(jobs[0]?.prerollMs).toBe(0);
});

test('without memory the lowest priority goes cold, by name; what must be written is written all the same', () => {
  const ring = prerollRingBytes(prerollMs(defaultTimeouts, 2000), 4e6);
  const two = [wanted('first', { serverPriority: 1 }), wanted('second', { serverPriority: 2 })];
  const { jobs, noMemory, prerollUsed } = jobsFor(two, { ...settings, prerollBytes: ring });
  expect(jobs.map((job) => job.cameraId)).toEqual(['first']);
  expect(noMemory).toEqual([{ serverId: 'alpha', cameraId: 'second', name: 'Camera second' }]);
  expect(prerollUsed).toBe(ring);
  const writing = jobsFor([wanted('only', { wish: 'provisional' })], { ...settings, prerollBytes: 0 });
  expect(writing.jobs[0]).toMatchObject({ mode: 'record', prerollMs: 0 });
});

test('behind the first that finds no memory all that stand by are cold, however small', () => {
  const ceiling = { ...settings, prerollBytes: 40e6 };
  const ids = (list: readonly Wanted[]): readonly string[] => jobsFor(list, ceiling).jobs.map((job) => job.cameraId);
  const cold = (list: readonly Wanted[]): readonly string[] => jobsFor(list, ceiling).noMemory.map((camera) => camera.cameraId);
  const unequal = [one('1', 8), one('2', 16), one('3', 2), one('4', 1, { serverPriority: 2 })];
  expect(ids(unequal)).toEqual(['1']);
  expect(cold(unequal)).toEqual(['2', '3', '4']);
  // A camera that is chosen cold takes none, and is no reason for others.
  expect(ids([one('1', 8), one('2', 16, { hot: false }), one('3', 2)])).toEqual(['1', '3']);
});

test('what is written comes before what stands by, and makes nothing cold that is more important', () => {
  const { jobs, noMemory } = jobsFor([one('1', 4), one('2', 4), one('3', 60, { wish: 'provisional' }), one('4', 1)], { ...settings, prerollBytes: 40e6 });
  expect(jobs.map((job) => [job.cameraId, job.mode, job.prerollMs > 0])).toEqual([['3', 'record', false], ['1', 'standby', true], ['2', 'standby', true]]);
  expect(noMemory.map((camera) => camera.cameraId)).toEqual(['3', '4']);
});

test('a ring that is laid out stays while something hangs on it, and grows only when far too small', () => {
  const [before] = jobsFor([wanted('a')], settings).jobs;
  const grown = { peakBitsPerSecond: 20e6 };
  const recording = jobsFor([wanted('a', { ...grown, wish: 'provisional' })], { ...settings, before: [before!] }).jobs[0];
  expect(recording?.ringBytes).toBe(before?.ringBytes);
  const standing = jobsFor([wanted('a', grown)], { ...settings, before: [before!] }).jobs[0];
  expect(standing!.ringBytes).toBeGreaterThan(before!.ringBytes * 2);
  const little = jobsFor([wanted('a', { peakBitsPerSecond: 5e6 })], { ...settings, before: [before!] }).jobs[0];
  expect(little?.ringBytes).toBe(before?.ringBytes);
});

test('the pre-roll reaches over the slowest way to suspicion, a group of pictures and what was not synced', () => {
  expect(slowestSuspicionMs(defaultTimeouts)).toBe(7000);
  expect(prerollMs(defaultTimeouts, 2000)).toBe(7000 + 2000 + 2000 + 2000);
  expect(prerollMs(defaultTimeouts, null)).toBeGreaterThan(prerollMs(defaultTimeouts, 2000));
  expect(prerollRingBytes(10_000, 8e6)).toBeGreaterThanOrEqual(15e6);
  expect(coldRingBytes(null)).toBe(4 * 2 ** 20);
});

test('equal jobs are no new order, a new password is', () => {
  const jobs = (password: string) => jobsFor([wanted('a', { camera: camera('a', { password }) })], settings).jobs;
  expect(sameJobs(jobs('x'), jobs('x'))).toBe(true);
  expect(sameJobs(jobs('x'), jobs('y'))).toBe(false);
  expect(sameJobs(jobs('x'), [])).toBe(false);
});
