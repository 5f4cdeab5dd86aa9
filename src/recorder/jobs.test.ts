import { describe, expect, it } from 'vitest';
import type { CameraStatus } from '../video/contract.ts';
import { cameraJobs, grownRings, jobsFingerprint, retentionRules } from './jobs.ts';
import { emptySettings } from './settings.ts';

const camera = { id: 'gate', name: 'Gate', url: 'rtsp://h/1', transport: 'auto' as const, audio: false, priority: 1, enabled: true };
const document = {
  ...emptySettings('a'),
  retention: { days: 10, maxBytes: 900 },
  cameras: [camera, { ...camera, id: 'off', enabled: false }, { ...camera, id: 'let', retentionDays: 3 }],
};
const context = { serverId: 's', storePath: '/f', released: new Set<string>(), rings: new Map<string, number>() };
const sends = (cameraId: string, megabits: number) => ({ cameraId, stream: { peakBitsPerSecond: megabits * 1e6 } }) as CameraStatus;

describe('orders to the engine', () => {
  it('are for cameras that are enabled and not released', () => {
    expect(cameraJobs(document, context).map(({ cameraId }) => cameraId)).toEqual(['gate', 'let']);
    expect(cameraJobs(document, { ...context, released: new Set(['let']) }).map(({ cameraId }) => cameraId)).toEqual(['gate']);
  });

  it('change their fingerprint with anything that matters', () => {
    const print = (change: object): string => jobsFingerprint(cameraJobs({ ...document, cameras: [{ ...camera, ...change }] }, context));
    const all = [{}, { url: 'rtsp://h/2' }, { password: 'x' }, { audio: true }, { transport: 'udp' }, { priority: 2 }].map(print);
    expect(new Set(all).size).toBe(all.length);
    expect(print({ name: 'other' })).toBe(print({}));
  });

  it('give four seconds of memory to cameras of a high bit rate, and never take it back', () => {
    const usual = grownRings(context.rings, [sends('gate', 8)]);
    expect(usual).toBe(context.rings);
    const grown = grownRings(usual, [sends('gate', 30), sends('let', 2)]);
    expect([...grown]).toEqual([['gate', 16 * 1024 * 1024]]);
    expect(grownRings(grown, [sends('gate', 1)])).toBe(grown);
    expect(grownRings(grown, [sends('gate', 1e6)]).get('gate')).toBe(64 * 1024 * 1024);
    expect(cameraJobs(document, { ...context, rings: grown }).map(({ ringBytes }) => ringBytes)).toEqual([16 * 1024 * 1024, 4 * 1024 * 1024]);
  });
});

it('retention holds for disabled cameras and for what was fetched, by the camera’s own rule before the server’s', () => {
  const day = 86_400_000;
  const fetched = [{ serverId: 's.back-1', cameraId: 'let' }, { serverId: 's.back-2', cameraId: 'let' }];
  const rules = retentionRules(document, 's', [...fetched, { serverId: 's.back-1', cameraId: 'gone' }]);
  expect(rules.map(({ serverId, cameraId, also, maxAgeMs, maxBytes }) => [serverId, cameraId, also, maxAgeMs / day, maxBytes])).toEqual([
    ['s', 'gate', [], 10, 300],
    ['s', 'off', [], 10, 300],
    ['s', 'let', fetched, 3, 300],
  ]);
  // However often is copied back, the ceiling stays what it is.
  expect(rules.reduce((sum, { maxBytes }) => sum + (maxBytes ?? 0), 0)).toBe(document.retention.maxBytes);
});
