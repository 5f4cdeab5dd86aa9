import { expect, test } from 'vitest';
import type { CameraStatus } from '../../video/contract.ts';
import { fallBack, giveWay } from './fall-back.ts';

const status = (mode: 'standby' | 'record', code: string | null): CameraStatus => ({
  serverId: 'alpha', cameraId: 'cam', state: 'retrying', sinceUs: 0, reason: code === null ? null : { code, text: '' }, mode, newestFrameUs: null,
  recording: null, writeError: null, preroll: null, stream: null, clockOffsetMs: null,
  counters: { frames: 0, framesWritten: 0, framesDropped: 0, packetsLost: 0, packetsReordered: 0, connects: 0 },
});

test('a refused second session makes the camera cold, longer each time, a day at most', () => {
  const first = fallBack(status('standby', 'camera.refused'), undefined, 0);
  expect(first).toMatchObject({ untilMs: 600_000, times: 1 });
  const second = fallBack(status('standby', 'camera.refused'), first!, 600_000);
  expect(second).toMatchObject({ untilMs: 600_000 + 1_200_000, times: 2 });
  expect(fallBack(status('standby', 'camera.refused'), { ...second!, times: 30 }, 0)?.untilMs).toBe(86_400_000);
});

test('no other trouble does, and nothing during a take-over', () => {
  expect(fallBack(status('standby', 'camera.unreachable'), undefined, 0)).toBeNull();
  expect(fallBack(status('standby', null), undefined, 0)).toBeNull();
  expect(fallBack(status('record', 'camera.refused'), undefined, 0)).toBeNull();
});

test('a camera that refuses its own recorder is left to it, longer each time', () => {
  const first = giveWay(undefined, 0);
  expect(first).toMatchObject({ untilMs: 600_000, times: 1 });
  expect(giveWay(first, 600_000)).toMatchObject({ untilMs: 600_000 + 1_200_000, times: 2 });
});
