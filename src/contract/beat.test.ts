import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beatBase, beatOf, columnsOf, expandBeat, type KeepAlive, leftCameras } from './beat.ts';
import type { Beat, CameraProgress } from './link.ts';
import { parseLinkMessage } from './link-parse.ts';

const us = fc.integer({ min: 1_600_000_000_000_000, max: 1_900_000_000_000_000 });
const cameraOf = (id: number): fc.Arbitrary<CameraProgress> =>
  fc.record(
    { id: fc.constant(`camera-${id}`), newestUs: fc.option(us), sinceUs: fc.option(us), durableUs: fc.option(us), state: fc.constantFrom('streaming', 'retrying'), stateSinceUs: fc.constantFrom(1, 2), reason: fc.constantFrom('refused', 'silent'), code: fc.constantFrom('camera.refused', 'camera.silent'), gopMs: fc.constantFrom(2000, 4000), bitsPerSecond: fc.nat(), clockOffsetMs: fc.integer(), packetsLost: fc.constantFrom(0, 3) },
    { requiredKeys: ['id', 'newestUs', 'sinceUs', 'durableUs', 'state'] },
  );
const keepAlive = (seq: number): fc.Arbitrary<KeepAlive> =>
  fc.nat({ max: 4 }).chain((count) =>
    fc.record(
      {
        type: fc.constant('keep-alive' as const), server: fc.constantFrom('rec-1', 'rec-2'), instance: fc.constant('i'), agentBoot: fc.constant('a'),
        boot: fc.constantFrom('b1', 'b2'), seq: fc.constant(seq), wallMs: fc.nat(), phase: fc.constantFrom('running' as const, 'starting' as const),
        progressAgeMs: fc.nat(),
        settingsProblems: fc.constantFrom([{ code: 'input.invalid', text: 'cameras.0.url: No URL.' }], [{ code: 'input.invalid', text: 'line 3: Is not JSON here.' }]),
        progress: fc.record({
          cameras: fc.tuple(...Array.from({ length: count }, (_, id) => cameraOf(id))),
          bytesWritten: fc.nat(),
          disk: fc.record({ state: fc.constantFrom('ok' as const, 'full' as const), freeBytes: fc.nat(), text: fc.constantFrom('', 'full') }),
          settingsDigest: fc.constantFrom('d1', 'd2'),
        }),
      },
      { requiredKeys: ['type', 'server', 'instance', 'agentBoot', 'boot', 'seq', 'wallMs', 'phase', 'progress'] },
    ),
  );

/** What a receiver sees of it, without the rates and clocks that only whole ones tell. */
function seen({ progress, ...sign }: KeepAlive): object {
  const { cameras, bytesWritten, disk, settingsDigest } = progress;
  return { ...sign, bytesWritten, disk, settingsDigest, cameras: cameras.map((camera) => ({ ...camera, bitsPerSecond: 0, clockOffsetMs: 0 })) };
}

const travelled = (beat: Beat): Beat => parseLinkMessage(JSON.stringify(beat)) as Beat;

const base: KeepAlive = {
  type: 'keep-alive', server: 'rec-1', instance: 'i', agentBoot: 'a', boot: 'b', seq: 7, wallMs: 5, phase: 'running',
  progress: { cameras: [{ id: 'c1', newestUs: 10, sinceUs: 1, durableUs: null, state: 'streaming' }], bytesWritten: 1, disk: { state: 'ok', freeBytes: 2, text: '' }, settingsDigest: 'd' },
};
const plain: Beat = { type: 'beat', base: 7, seq: 8, wallMs: 6, newestUs: [5], durableUs: [0], bytesWritten: 3, freeBytes: 4 };

describe('keep-alives in short', () => {
  test('a beat says what the whole keep-alive would have said, or is not made', () => {
    let made = 0;
    fc.assert(
      fc.property(keepAlive(7), keepAlive(8), fc.boolean(), (old, other, similar) => {
        const now = similar ? moved(old, other) : other;
        const beat = beatOf(old, now);
        if (beat === null) return;
        made++;
        expect(seen(expandBeat(beatBase(old), travelled(beat)))).toEqual(seen(now));
      }),
      { numRuns: 2000 },
    );
    expect(made).toBeGreaterThan(50);
  });

  test('columns and cameras tell the same', () => {
    const { progress } = expandBeat(beatBase(base), plain);
    expect(columnsOf(progress)).toMatchObject({ ids: ['c1'], newestUs: [15] });
    expect(columnsOf(base.progress)).toEqual({ ids: ['c1'], newestUs: [10] });
    expect(progress.cameras).toEqual([{ id: 'c1', newestUs: 15, sinceUs: 1, durableUs: null, state: 'streaming' }]);
  });

  test.each<[string, Partial<Beat>]>([
    ['base', { base: 6 }],
    ['newestUs', { newestUs: [] }],
    ['durableUs', { durableUs: [1, 2] }],
  ])('a beat whose %s does not fit its keep-alive is refused with the field', (field, wrong) => {
    expect(() => expandBeat(beatBase(base), { ...plain, ...wrong })).toThrow(expect.objectContaining({ code: 'link.protocol', field }));
  });

  test('a camera clock that wavers costs no whole keep-alive', () => {
    const told = (clockOffsetMs: number): KeepAlive => ({ ...base, seq: 8, progress: { ...base.progress, cameras: base.progress.cameras.map((camera) => ({ ...camera, clockOffsetMs })) } });
    expect(beatOf(base, told(900))).not.toBeNull();
    expect(beatOf(told(900), told(1100))).not.toBeNull();
  });

  test('a beat before any keep-alive is refused', () => {
    expect(() => expandBeat(null, plain)).toThrow(expect.objectContaining({ code: 'link.protocol', field: 'base' }));
  });
});

/** The same recorder a moment later: times and counts moved on. */
function moved(old: KeepAlive, other: KeepAlive): KeepAlive {
  const { progressAgeMs: _, ...now } = old;
  const cameras = old.progress.cameras.map((camera) => ({ ...camera, newestUs: camera.newestUs === null ? null : camera.newestUs + 1_000_000, durableUs: camera.durableUs === null ? null : camera.durableUs + 900_000 }));
  const { bytesWritten } = other.progress;
  return { ...now, phase: old.phase, seq: 8, wallMs: other.wallMs, progress: { ...old.progress, cameras, bytesWritten, disk: { ...old.progress.disk, freeBytes: other.progress.disk.freeBytes } } };
}

test('of cameras that the recorder leaves to the failover server nothing is due', () => {
  const camera = (id: string, state: string): CameraProgress => ({ id, newestUs: state === 'released' ? null : 10, sinceUs: null, durableUs: null, state });
  const whole: KeepAlive = { ...base, progress: { ...base.progress, cameras: [camera('c1', 'streaming'), camera('c2', 'released'), camera('c3', 'streaming')] } };
  expect(columnsOf(whole.progress)).toEqual({ ids: ['c1', 'c3'], newestUs: [10, 10] });
  const beat: Beat = { type: 'beat', base: 7, seq: 8, wallMs: 6, newestUs: [1, 0, 2], durableUs: [0, 0, 0], bytesWritten: 1, freeBytes: 1 };
  const { progress } = expandBeat(beatBase(whole), beat);
  expect(columnsOf(progress)).toEqual({ ids: ['c1', 'c3'], newestUs: [11, 12] });
  expect([leftCameras(whole.progress), leftCameras(progress), leftCameras(base.progress)]).toEqual([['c2'], ['c2'], []]);
  // They are there all the same.
  expect(progress.cameras.map(({ id }) => id)).toEqual(['c1', 'c2', 'c3']);
});
