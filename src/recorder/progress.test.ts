import { describe, expect, it } from 'vitest';
import type { CameraStatus } from '../video/contract.ts';
import { byteCounter, makeProgress, runTracker } from './progress.ts';
import { emptySettings } from './settings.ts';

interface Shot {
  readonly state?: CameraStatus['state'];
  /** first frame, newest written */
  readonly written?: readonly [number, number];
  readonly connects?: number;
  readonly dropped?: number;
  readonly failing?: boolean;
}

const status = (shot: Shot): CameraStatus => ({
  serverId: 's',
  cameraId: 'gate',
  state: shot.state ?? 'streaming',
  sinceUs: 0,
  reason: null,
  mode: 'record',
  newestFrameUs: null,
  recording: shot.written === undefined ? null : { firstFrameUs: shot.written[0], newestWrittenUs: shot.written[1], durableUs: shot.written[0], bytes: 10 },
  writeError: shot.failing === true ? { code: 'store.full', text: 'The disk is full.' } : null,
  preroll: null,
  stream: null,
  clockOffsetMs: null,
  counters: { frames: 0, framesWritten: 0, framesDropped: shot.dropped ?? 0, packetsLost: 0, packetsReordered: 0, connects: shot.connects ?? 1 },
});
const since = (shots: readonly Shot[]): unknown => {
  const track = runTracker();
  return shots.map((shot) => track([status(shot)]).get('gate') ?? null);
};

describe('the unbroken run of writing', () => {
  it('begins at the first frame that was written', () => {
    expect(since([{ state: 'connecting' }, { written: [100, 300] }, { written: [100, 600] }])).toEqual([null, 100, 100]);
  });

  it('begins anew after a lost session, also when the loss fell between two looks', () => {
    expect(since([{ written: [100, 300] }, { written: [100, 300], state: 'retrying' }, { written: [100, 900], connects: 2 }, { written: [100, 1200], connects: 2 }])).toEqual([
      100, null, null, 1200,
    ]);
    expect(since([{ written: [100, 300] }, { written: [100, 500], connects: 2 }, { written: [100, 500], connects: 2 }, { written: [100, 800], connects: 2 }])).toEqual([
      100, null, null, 800,
    ]);
  });

  it('begins anew after dropped frames, a stall and a write error', () => {
    expect(since([{ written: [100, 300] }, { written: [100, 500], dropped: 3 }, { written: [100, 700], dropped: 3 }])).toEqual([100, null, 700]);
    expect(since([{ written: [100, 300] }, { written: [100, 300], state: 'stalled' }, { written: [100, 700] }])).toEqual([100, null, 700]);
    expect(since([{ written: [100, 300] }, { written: [100, 300], failing: true }, { written: [100, 700] }])).toEqual([100, null, 700]);
  });

  it('begins anew when the clock of the host was set: across that step a length proves nothing', () => {
    const hourUs = 3_600_000_000;
    const at = 10 * hourUs;
    const back = at - hourUs;
    // Back by an hour (a hardware clock in local time): else its cameras could prove nothing for an hour.
    expect(since([{ written: [at, at + 300] }, { written: [at, back] }, { written: [at, back + 4000] }])).toEqual([at, back, back]);
    // On by years (no hardware clock at all): else one frame would prove everything.
    expect(since([{ written: [0, 300] }, { written: [0, at] }, { written: [0, at + 4000] }])).toEqual([0, at, at]);
    // B-frames step back a little.
    expect(since([{ written: [at, at + 90_000] }, { written: [at, at + 50_000] }])).toEqual([at, at]);
  });
});

describe('progress', () => {
  const camera = { id: 'gate', name: 'Gate', url: 'rtsp://h/1', transport: 'auto' as const, audio: false, priority: 1, enabled: true };
  const base = {
    document: { ...emptySettings('a'), cameras: [camera, { ...camera, id: 'off', enabled: false }, { ...camera, id: 'new' }, { ...camera, id: 'let' }] },
    digest: 'd',
    released: new Set(['let']),
    runs: new Map([['gate', 100]]),
    bytesWritten: 1,
    disk: { state: 'ok' as const, freeBytes: 1, text: '' },
  };

  it('lists every enabled camera, also those the engine does not know yet or has released', () => {
    const { cameras } = makeProgress({ ...base, statuses: [status({ written: [100, 300] })] });
    expect(cameras.map((one) => [one.id, one.state, one.newestUs, one.sinceUs])).toEqual([
      ['gate', 'streaming', 300, 100],
      ['new', 'connecting', null, null],
      ['let', 'released', null, null],
    ]);
  });

  it('tells what never came, though the run goes on', () => {
    const lossy = { ...status({ written: [100, 300] }), counters: { ...status({}).counters, packetsLost: 7 } };
    expect(makeProgress({ ...base, statuses: [lossy] }).cameras[0]).toMatchObject({ sinceUs: 100, packetsLost: 7 });
  });

  it('says that a camera is not written, whatever its session says', () => {
    expect(makeProgress({ ...base, statuses: [status({ written: [1, 2], failing: true })] }).cameras[0]).toMatchObject({
      state: 'not written',
      reason: 'The disk is full.',
    });
  });

  it('says since when a camera is in its state, whatever its run', () => {
    const told = (one: Partial<CameraStatus>): unknown => makeProgress({ ...base, statuses: [{ ...status({ written: [100, 300] }), sinceUs: 50, ...one }] }).cameras[0]?.stateSinceUs;
    expect(told({ state: 'retrying' })).toBe(50);
    const writeError = { code: 'store.full', text: 'The disk is full.' };
    expect([told({ writeError, writeErrorSinceUs: 250 }), told({ writeError })]).toEqual([250, undefined]);
  });

  it('tells the clock of a camera to a tenth of a second, if the camera does', () => {
    expect([1234, -51, null].map((clockOffsetMs) => makeProgress({ ...base, statuses: [{ ...status({}), clockOffsetMs }] }).cameras[0]?.clockOffsetMs)).toEqual([1200, -100, undefined]);
  });

  it('counts bytes over writers that begin again at zero', () => {
    const count = byteCounter();
    const shot = (bytes: number): CameraStatus => ({ ...status({}), recording: { firstFrameUs: 1, newestWrittenUs: 1, durableUs: 1, bytes } });
    expect([10, 30, 5, 5, 9].map((bytes) => count([shot(bytes)]))).toEqual([10, 30, 35, 35, 39]);
  });
});
