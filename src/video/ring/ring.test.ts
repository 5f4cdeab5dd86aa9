import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamConfig, UnitBatch } from '../contract.ts';
import { Ring } from './ring.ts';

const config: StreamConfig = { version: 1, video: { codec: 'h264', parameterSets: [], width: 1, height: 1, clockRate: 90_000 } };

interface Feed {
  readonly ring: Ring;
  /** Puts one video unit of `size` bytes in; its bytes tell its number. */
  readonly video: (key: boolean, size: number, with_?: StreamConfig) => boolean;
  readonly audio: (size: number) => boolean;
}

function feed(bytes: number, more: { audioBytes?: number; prerollUs?: number; mostBytes?: number } = {}): Feed {
  const ring = new Ring({ bytes, audioBytes: 0, prerollUs: 1e12, ...more });
  let number = 0;
  const about = (track: 'video' | 'audio', key: boolean) => {
    number += 1;
    return { track, key, epoch: 1, rtpTime: number, timeUs: number * 40_000, vclBytes: 0, vclCrc: number, gapBefore: false };
  };
  return {
    ring,
    video(key, size, with_ = config) {
      const unit = about('video', key);
      const body = Buffer.alloc(size, unit.vclCrc & 255);
      ring.beginNal();
      for (let at = 0; at < size; at += 7) ring.put(body, at, Math.min(size, at + 7));
      ring.endNal();
      return ring.keepVideo(unit, with_);
    },
    audio(size) {
      const unit = about('audio', true);
      return ring.keepAudio(unit, config, Buffer.alloc(size, unit.vclCrc & 255), 0, size);
    },
  };
}

/** Every unit of a batch must hold the bytes that were put in. */
function check(batch: UnitBatch): void {
  for (const unit of batch.units) {
    const bytes = batch.memory.subarray(unit.start, unit.start + unit.length);
    const body = unit.track === 'video' ? bytes.subarray(4) : bytes;
    if (unit.track === 'video') expect(bytes.readUInt32BE(0)).toBe(unit.length - 4);
    expect(body.every((byte) => byte === (unit.vclCrc & 255))).toBe(true);
  }
}

const numbers = (batch: UnitBatch | null): number[] => batch?.units.map((u) => u.vclCrc) ?? [];

describe('Ring', () => {
  it.each([400, 3200])('never changes what is being read or waits to be read, whatever comes in, growing up to %d bytes', (mostBytes) => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('video' as const), key: fc.boolean(), size: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 60 }) }, { weight: 1, arbitrary: fc.integer({ min: 60, max: 500 }) }) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('audio' as const), size: fc.integer({ min: 1, max: 12 }) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('gather', 'settle', 'fail', 'start', 'stop') }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const { ring, video, audio } = feed(400, { audioBytes: 60, mostBytes });
        let flying: UnitBatch | null = null;
        let last = 0;
        for (const s of steps) {
          if ('size' in s) {
            if (s.do === 'audio') audio(s.size);
            else video('key' in s && s.key, s.size);
          } else if (s.do === 'gather') {
            const batch: UnitBatch | null = ring.gather(1e9, 1e9);
            if (batch === null) continue;
            expect(numbers(batch).every((n, i, all) => n > (all[i - 1] ?? 0))).toBe(true);
            last = Math.max(last, numbers(batch).at(-1) ?? 0);
            flying = batch;
          } else if (s.do === 'settle' || s.do === 'fail') {
            if (flying === null) continue;
            check(flying);
            flying = null;
            ring.settle();
            if (s.do === 'fail') ring.suspendReading();
          } else if (s.do === 'start') ring.startReading();
          else ring.stopReading();
          if (flying !== null) check(flying);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('grows for pictures that need it, up to the most, and not for a slow disk', () => {
    const large = feed(400, { mostBytes: 3200 });
    large.ring.startReading();
    expect([large.video(true, 900), large.ring.memory.length, large.ring.dropped]).toEqual([true, 1600, 0]);
    const batch = large.ring.gather(1e9, 1e9);
    expect([large.video(true, 900), large.ring.memory.length]).toEqual([true, 3200]);
    check(batch as UnitBatch);
    expect([large.video(true, 3300), large.ring.memory.length, large.ring.dropped]).toEqual([false, 3200, 1]);
    const small = feed(400, { mostBytes: 3200 });
    small.ring.startReading();
    for (let i = 0; i < 20; i += 1) small.video(i === 0, 60);
    expect([small.ring.memory.length, small.ring.dropped > 0]).toEqual([400, true]);
  });

  it('grows rather than let go of its pre-roll', () => {
    const { ring, video } = feed(4000, { mostBytes: 16_000 });
    for (let i = 1; i <= 50; i += 1) video(i % 5 === 1, 40);
    expect([video(true, 5000), video(false, 40), ring.memory.length]).toEqual([true, true, 8000]);
    ring.startReading();
    const batch = ring.gather(1e9, 1e9, true);
    check(batch as UnitBatch);
    expect(numbers(batch)).toEqual(Array.from({ length: 52 }, (_, i) => i + 1));
    // Memory that may not grow any more keeps what fits.
    ring.settle();
    for (let i = 1; i <= 3; i += 1) {
      video(true, 5000);
      ring.gather(1e9, 1e9);
      ring.settle();
    }
    expect([ring.memory.length, ring.dropped]).toEqual([16_000, 0]);
  });

  it('keeps no more units than a fragment has rows, however small they are', () => {
    const { ring, video, audio } = feed(4 << 20, { audioBytes: 1 << 20 });
    for (let i = 0; i < 50_000; i += 1) {
      video(i % 10 === 0, 1);
      audio(1);
    }
    ring.startReading();
    const batch = ring.gather(1e15, 1e9, true);
    check(batch as UnitBatch);
    expect(batch?.units.length).toBeLessThanOrEqual(65_535);
    expect(batch?.units.length).toBeGreaterThan(65_500);
    expect(numbers(batch).at(-1)).toBe(100_000);
    // All of them are waiting: what comes now has no room.
    for (let i = 0; i < 40 && audio(1); i += 1);
    expect([audio(1), video(true, 1), ring.dropped]).toEqual([false, false, 1]);
    ring.settle();
    // Nor has what refers to it, room or not.
    expect([video(false, 1), video(true, 1), video(false, 1), audio(1)]).toEqual([false, true, true, true]);
  });

  it('lets go of what was written before it grows where no pre-roll is asked for', () => {
    const { ring, video } = feed(4000, { mostBytes: 16_000, prerollUs: 0 });
    ring.startReading();
    for (let i = 1; i <= 50; i += 1) {
      video(i === 1, 40);
      ring.gather(1e9, 1e9);
      ring.settle();
    }
    expect([video(true, 3000), ring.memory.length]).toEqual([true, 4000]);
  });

  it('tells of every hole in what is read: where a unit that was kept never reached the reader, the next one says so', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('video' as const), key: fc.boolean(), size: fc.integer({ min: 1, max: 60 }) }) },
      { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('read', 'read', 'fail', 'start', 'start', 'stop') }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const { ring, video } = feed(400, { prerollUs: 8 * 40_000 });
        let number = 0;
        const kept: number[] = [];
        const read = new Set<number>();
        for (const s of steps) {
          if ('size' in s) {
            number += 1;
            if (video(s.key, s.size)) kept.push(number);
          } else if (s.do === 'start') ring.startReading();
          else if (s.do === 'stop') ring.stopReading();
          else {
            const batch = ring.gather(1e9, 1e9);
            if (batch === null) continue;
            ring.settle();
            if (s.do === 'fail') {
              ring.suspendReading();
              continue;
            }
            for (const unit of batch.units) {
              const before = kept[kept.indexOf(unit.vclCrc) - 1];
              // What is read again stands in the file before with its mark.
              if (before !== undefined && !read.has(before) && !read.has(unit.vclCrc)) expect(unit.gapBefore).toBe(true);
              read.add(unit.vclCrc);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('hands out everything once, in order, while the reader keeps up', () => {
    const { ring, video } = feed(1000);
    ring.startReading();
    const seen: number[] = [];
    for (let i = 1; i <= 200; i += 1) {
      video(i % 10 === 1, 5 + (i % 50));
      const batch = ring.gather(1e9, 1e9);
      if (batch !== null) {
        check(batch);
        seen.push(...numbers(batch));
        ring.settle();
      }
    }
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(ring.dropped).toBe(0);
  });

  it('lets go of whole groups of pictures and begins to read at the oldest key frame', () => {
    const { ring, video } = feed(500);
    for (let i = 1; i <= 100; i += 1) video(i % 5 === 1, 20);
    ring.startReading();
    const first = numbers(ring.gather(1e9, 1e9));
    expect(first).toHaveLength(5);
    expect((first[0] ?? 0) % 5).toBe(1);
    expect(first[0]).toBeGreaterThan(75);
  });

  it('keeps the pre-roll and no group more', () => {
    const { ring, video } = feed(100_000, { prerollUs: 10 * 40_000 });
    for (let i = 1; i <= 101; i += 1) video(i % 5 === 1, 20);
    expect(ring.span()).toEqual({ fromUs: 91 * 40_000, toUs: 101 * 40_000 });
  });

  it('begins every batch of a key frame with it, and never mixes configs', () => {
    const { ring, video } = feed(10_000);
    ring.startReading();
    const other = { ...config, version: 2 };
    for (const [key, with_] of [[true, config], [false, config], [true, config], [false, config], [true, other]] as const) video(key, 10, with_);
    const batches: number[][] = [];
    for (let batch = ring.gather(1e9, 1e9); batch !== null; batch = ring.gather(1e9, 1e9)) {
      batches.push(numbers(batch));
      ring.settle();
    }
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('drops up to the next key frame when the reader is too slow, and counts', () => {
    const { ring, video } = feed(200);
    ring.startReading();
    expect([video(true, 50), video(false, 50), video(false, 50)]).toEqual([true, true, true]);
    expect([video(false, 50), video(false, 5)]).toEqual([false, false]);
    expect(ring.dropped).toBe(2);
    expect(numbers(ring.gather(1e9, 1e9))).toEqual([1, 2, 3]);
    ring.settle();
    expect([video(false, 5), video(true, 5), video(false, 5)]).toEqual([false, true, true]);
    expect(numbers(ring.gather(1e9, 1e9))).toEqual([7, 8]);
  });

  it('goes on with the next key frame after a failed append', () => {
    const { ring, video } = feed(10_000);
    ring.startReading();
    for (let i = 1; i <= 3; i += 1) video(i === 1, 10);
    ring.gather(1e9, 1e9);
    ring.settle();
    ring.suspendReading();
    video(false, 10);
    video(true, 10);
    video(false, 10);
    expect(ring.waiting).toBe(0);
    ring.startReading();
    const again = ring.gather(1e9, 1e9);
    expect(numbers(again)).toEqual([5, 6]);
    // What could not be written is missing in the file, though nothing was lost on the way to us.
    expect(again?.units.map((unit) => unit.gapBefore)).toEqual([true, false]);
  });

  it('begins a second run of writing at the key frame before the place where the first ended', () => {
    const { ring, video } = feed(10_000);
    ring.startReading();
    for (let i = 1; i <= 7; i += 1) video(i % 5 === 1, 10);
    for (let batch = ring.gather(1e9, 1e9); batch !== null; batch = ring.gather(1e9, 1e9)) ring.settle();
    ring.stopReading();
    video(false, 10);
    ring.startReading();
    const second = ring.gather(1e9, 1e9);
    expect(numbers(second)).toEqual([6, 7, 8]);
    expect(second?.units.some((unit) => unit.gapBefore)).toBe(false);
  });

  it('says that something is missing before a second run of writing whose pre-roll does not reach back to the first', () => {
    const { ring, video } = feed(10_000, { prerollUs: 4 * 40_000 });
    ring.startReading();
    for (let i = 1; i <= 7; i += 1) video(i % 5 === 1, 10);
    for (let batch = ring.gather(1e9, 1e9); batch !== null; batch = ring.gather(1e9, 1e9)) ring.settle();
    ring.stopReading();
    // The units 8 to 10 are in nobody's file; the ring keeps the group that begins with 11.
    for (let i = 8; i <= 16; i += 1) video(i % 5 === 1, 10);
    ring.startReading();
    const second = ring.gather(1e9, 1e9);
    expect(numbers(second)[0]).toBe(11);
    expect(second?.units[0]?.gapBefore).toBe(true);
  });

  it('takes no more memory than its pre-roll needs, and keeps it when the bit rate rises to what was laid out for', () => {
    const frames = 25 * 13;
    const peak = 4000;
    // As the failover server lays it out: the pre-roll at the peak and half as much again, with sound besides.
    const { ring, video, audio } = feed(Math.ceil(((frames * peak) / 9) * 10 * 1.5), { audioBytes: Math.ceil((frames * peak * 1.5) / 9), prerollUs: frames * 2 * 40_000 });
    let most = 0;
    const run = (groups: number, mean: number): void => {
      for (let i = 0; i < groups * 50; i += 1) {
        const key = i % 50 === 0;
        expect(video(key, Math.round((mean * (key ? 10 : 1) * 50) / 59))).toBe(true);
        expect(audio(100 + (i % 50))).toBe(true);
        most = Math.max(most, ring.bytesKept);
      }
    };
    const reachesBack = (): number => {
      const span = ring.span();
      return span === null ? 0 : span.toUs - span.fromUs;
    };
    run(20, peak / 4);
    expect(reachesBack()).toBeGreaterThanOrEqual(frames * 2 * 40_000 - 80_000);
    expect(ring.usedBytes).toBeLessThan(most * 1.15 + 2 * 65_536);
    expect(ring.usedBytes).toBeLessThan(ring.memory.length / 2);
    run(20, peak);
    expect(reachesBack()).toBeGreaterThanOrEqual(frames * 2 * 40_000 - 80_000);
    expect(ring.usedBytes).toBeLessThan(most * 1.15 + 2 * 65_536);
    ring.startReading();
    for (let batch = ring.gather(1e9, 1e9); batch !== null; batch = ring.gather(1e9, 1e9)) {
      check(batch);
      ring.settle();
    }
  });

  it('grows while it is read, a unit is under way and a batch is in flight', () => {
    const { ring, video, audio } = feed(300, { audioBytes: 50 });
    ring.startReading();
    for (let i = 1; i <= 4; i += 1) {
      video(i === 1, 20);
      audio(6);
    }
    const flying = ring.gather(80_000, 1e9);
    ring.beginNal();
    ring.put(Buffer.alloc(10, 9), 0, 10);
    ring.grow(1000, 100);
    ring.put(Buffer.alloc(10, 9), 0, 10);
    ring.endNal();
    const under = { track: 'video' as const, key: false, epoch: 1, rtpTime: 9, timeUs: 9 * 40_000, vclBytes: 0, vclCrc: 9, gapBefore: false };
    expect(ring.keepVideo(under, config)).toBe(true);
    if (flying !== null) check(flying);
    ring.settle();
    const rest = ring.gather(1e9, 1e9);
    if (rest !== null) check(rest);
    expect([...numbers(flying), ...numbers(rest)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('tells a picture that is too large from a reader that is too slow, with its size', () => {
    const { ring, video } = feed(400, { mostBytes: 3200 });
    ring.startReading();
    expect([video(true, 50), video(false, 5000), video(false, 50), video(true, 50), video(false, 3190)]).toEqual([true, false, false, true, false]);
    expect([ring.dropped, ring.droppedTooLarge, ring.tooLarge]).toEqual([3, 3, { count: 2, bytes: 3194 }]);
    // What is small and has no room has it that too much waits.
    while (video(true, 700));
    expect([ring.dropped, ring.droppedTooLarge, ring.tooLarge.count]).toEqual([4, 3, 2]);
  });

  it('tells a picture that is too large also while nothing is written', () => {
    const { ring, video } = feed(400, { mostBytes: 3200 });
    expect([video(true, 4000), video(false, 50), video(true, 50)]).toEqual([false, false, true]);
    expect([ring.dropped, ring.droppedTooLarge, ring.tooLarge]).toEqual([0, 0, { count: 1, bytes: 4004 }]);
  });

  it('keeps nothing of a group that is larger than itself, and recovers', () => {
    const { ring, video } = feed(300);
    for (let i = 1; i <= 20; i += 1) video(i === 1, 40);
    expect(ring.span()).toBeNull();
    expect(video(true, 400)).toBe(false);
    expect(video(true, 40)).toBe(true);
    expect(ring.span()).not.toBeNull();
  });
});
