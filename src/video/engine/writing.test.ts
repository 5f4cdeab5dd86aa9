import { expect, it } from 'vitest';
import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraWriter, StreamConfig, UnitBatch } from '../contract.ts';
import { Ring } from '../ring/ring.ts';
import { Writing } from './writing.ts';

const config: StreamConfig = { version: 1, video: { codec: 'h264', parameterSets: [], width: 1, height: 1, clockRate: 90_000 } };

/** A writing camera on a clock of our own; `frame()` is 40 ms of stream, a key frame every 25. `remembered`: frames in memory before it writes. */
function rig(ringBytes = 1 << 20, remembered = 0) {
  const ring = new Ring({ bytes: ringBytes, audioBytes: 0, prerollUs: remembered * 40_000 });
  const batches: UnitBatch[] = [];
  const state = { now: 0, frames: 0, closed: 0, started: 0, fail: null as Error | null, hold: null as Promise<void> | null };
  const writer: CameraWriter = {
    async append(batch) {
      if (state.hold !== null) await state.hold;
      if (state.fail !== null) throw state.fail;
      batches.push(batch);
    },
    progress: () => ({ newestWrittenUs: batches.at(-1)?.units.at(-1)?.timeUs ?? 0, durableUs: 0, bytes: 0 }),
    async close() {
      state.closed += 1;
    },
  };
  const receive = (bytes = 1000): void => {
    const n = state.frames++;
    ring.beginNal();
    ring.put(Buffer.alloc(bytes), 0, bytes);
    ring.endNal();
    ring.keepVideo({ track: 'video', key: n % 25 === 0, epoch: 1, rtpTime: n, timeUs: 1e6 + n * 40_000, vclBytes: 1, vclCrc: n, gapBefore: false }, config);
    state.now += 40;
  };
  for (let n = 0; n < remembered; n += 1) receive();
  const writing = new Writing({ ring, nowMs: () => state.now, wallUs: () => state.now * 1000, makeWriter: () => writer, started: () => (state.started += 1) });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  };
  return {
    ring, writing, state, batches,
    /** From now on writes hang, until what this gives is called. */
    hold: (): (() => Promise<void>) => {
      let done = (): void => undefined;
      state.hold = new Promise((resolve) => (done = resolve));
      return async () => {
        state.hold = null;
        done();
        await settle();
      };
    },
    receive,
    written: () => batches.flatMap((batch) => batch.units.map((unit) => unit.rtpTime)),
    frames: async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        receive();
        writing.pump();
        await settle();
      }
    },
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

it('writes everything in fragments of at most 250 ms, a key frame first in its batch', async () => {
  const { frames, written, batches, writing, state } = rig();
  await frames(100);
  await writing.stop();
  expect(written()).toEqual(range(0, 99));
  expect(Math.max(...batches.map((b) => b.units.length))).toBe(6);
  for (const batch of batches) expect(batch.units.findIndex((u) => u.key)).toBeLessThanOrEqual(0);
  expect(batches[0]?.units).toHaveLength(1);
  expect([state.started, state.closed]).toEqual([1, 1]);
});

it('grows batches while the disk is slow, and loses nothing that fits the ring', async () => {
  const { frames, written, batches, writing, hold } = rig();
  await frames(10);
  const release = hold();
  await frames(60);
  await release();
  await frames(10);
  await writing.stop();
  expect(written()).toEqual(range(0, 79));
  expect(Math.max(...batches.map((b) => b.units.length))).toBeGreaterThan(10);
});

it('keeps what it remembers when the very first write fails, and writes it with the next', async () => {
  const { frames, written, writing, state, ring } = rig(1 << 20, 100);
  state.fail = new UnderstudyError('store.io', 'The folder is not there yet.');
  await frames(5);
  expect(writing.error?.code).toBe('store.io');
  state.fail = null;
  await frames(40);
  await writing.stop();
  expect(written()).toEqual(range(0, 144));
  expect([ring.dropped, writing.error]).toEqual([0, null]);
});

it('drops up to a key frame when the disk is too slow, and says so', async () => {
  const { frames, written, writing, ring, hold } = rig(30_000);
  await frames(10);
  const release = hold();
  await frames(60);
  await release();
  await frames(30);
  expect(writing.error).toMatchObject({ code: 'store.slow' });
  await writing.stop();
  const all = written();
  const holes = all.filter((n, i) => i > 0 && n !== (all[i - 1] as number) + 1);
  expect(holes).toHaveLength(1);
  expect((holes[0] as number) % 25).toBe(0);
  expect(ring.dropped).toBe(100 - all.length);
});

it('says so when a write hangs, and takes it back when it is done', async () => {
  const { frames, writing, hold } = rig(1 << 20);
  await frames(10);
  const release = hold();
  await frames(110);
  expect(writing.error).toBeNull();
  await frames(50);
  expect(writing.error).toMatchObject({ code: 'store.silent' });
  await release();
  await frames(10);
  expect(writing.error).toBeNull();
});

it('does not call a disk silent after this process stood still', async () => {
  const { frames, writing, state, hold } = rig(1 << 20);
  await frames(10);
  const release = hold();
  await frames(10);
  state.now += 60_000;
  await frames(10);
  expect(writing.error).toBeNull();
  await release();
});

it('goes on at a key frame after an error, with back-off, and clears the error', async () => {
  const { frames, written, writing, state, ring } = rig();
  await frames(30);
  state.fail = new UnderstudyError('store.full', 'The disk is full.');
  await frames(50);
  expect(writing.error).toMatchObject({ code: 'store.full' });
  // Since its first failure, however often it was tried meanwhile.
  expect(writing.errorSinceUs).toBeGreaterThanOrEqual(1_200_000);
  expect(writing.errorSinceUs).toBeLessThan(1_600_000);
  state.fail = null;
  await frames(120);
  expect([writing.error, writing.errorSinceUs]).toEqual([null, null]);
  await writing.stop();
  const all = written();
  const holes = all.filter((n, i) => i > 0 && n !== (all[i - 1] as number) + 1);
  expect(holes).toHaveLength(1);
  expect((holes[0] as number) % 25).toBe(0);
  expect(ring.dropped).toBe(200 - all.length);
});

it('does not blame the disk for a picture that is too large', async () => {
  const { frames, receive, writing, ring } = rig(50_000);
  await frames(10);
  receive(60_000);
  await frames(20);
  expect([ring.dropped, writing.error]).toEqual([15, null]);
  await writing.stop();
});
