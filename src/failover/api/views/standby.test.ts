import { expect, test } from 'vitest';
import type { CameraView, ServerView } from '../../server-types.ts';
import { standbyExceptions } from './standby.ts';

const camera = (id: string, more: Partial<CameraView> = {}): CameraView =>
  ({ id, enabled: true, maxSessions: null, standby: 'hot', standbyReason: null, lacksMemory: false, ...more }) as CameraView;

const told = (standby: ServerView['standby'], ...cameras: readonly CameraView[]): unknown => standbyExceptions({ standby, cameras }).map(({ cameraId, mode, reason }) => [cameraId, mode, reason.code]);

test('a hot camera that cannot be hot is told as cold, with the reason', () => {
  expect(
    told('hot', camera('a'), camera('b', { lacksMemory: true }), camera('c', { standbyReason: 'It refuses a second session.' }), camera('d', { maxSessions: 1 }), camera('e', { standby: 'cold' })),
  ).toEqual([['b', 'cold', 'no memory'], ['c', 'cold', 'fell back'], ['d', 'cold', 'single session'], ['e', 'cold', 'chosen']]);
});

test('of a cold server only what was chosen to be hot is an exception', () => {
  const cold = { standby: 'cold' } as const;
  expect(told('cold', camera('a', cold), camera('b', { ...cold, maxSessions: 1 }), camera('c'), camera('d', { lacksMemory: true }))).toEqual([['c', 'hot', 'chosen'], ['d', 'cold', 'no memory']]);
});

test('a camera that is switched off is none', () => {
  expect(told('hot', camera('a', { enabled: false, standby: 'cold' }))).toEqual([]);
});
