import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioTimeline, VideoTimeline } from './timeline.ts';

const RATE = 90_000;

/** Feeds presentation times (in frames) in fragments; returns decode and presentation times in ticks. */
function play(timeline: VideoTimeline, frames: readonly number[], perFragment: number) {
  const decode: number[] = [];
  const shown: number[] = [];
  for (let at = 0; at < frames.length; at += perFragment) {
    const part = frames.slice(at, at + perFragment).map((frame) => frame * 40_000);
    timeline.place(part, part.length);
    let time = timeline.decodeTime;
    for (let index = 0; index < part.length; index++) {
      decode.push(time);
      shown.push(time + (timeline.offsets[index] ?? 0));
      time += timeline.durations[index] ?? 0;
    }
  }
  return { decode, shown };
}

describe('video', () => {
  it('without B-frames is decoded when it is shown', () => {
    const timeline = new VideoTimeline(RATE);
    timeline.restart(0);
    const { decode, shown } = play(timeline, [0, 1, 2, 3, 4, 5, 6], 3);
    expect(decode).toEqual([0, 3600, 7200, 10800, 14400, 18000, 21600]);
    expect(shown).toEqual(decode);
    expect(timeline.reordered).toBe(false);
  });

  it('lets a gap appear between fragments', () => {
    const timeline = new VideoTimeline(RATE);
    timeline.restart(0);
    const { decode } = play(timeline, [0, 1, 2, 100, 101, 102], 3);
    expect(decode[3]).toBe(100 * 3600);
  });

  it('with any order of showing: shows each picture at its time, decodes in rising order and never two at once', () => {
    const groups = fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 9 }), (orders, perFragment) => {
        const frames = orders.flatMap((order, group) => order.map((place) => group * 6 + place));
        const timeline = new VideoTimeline(RATE);
        timeline.restart(0);
        const { decode, shown } = play(timeline, frames, perFragment);
        expect(shown).toEqual(frames.map((frame) => frame * 3600));
        // Tools that count in milliseconds have two of a second's 25 pictures far enough apart then.
        for (let at = 1; at < decode.length; at++) expect((decode[at] ?? 0) - (decode[at - 1] ?? 0)).toBeGreaterThan(180);
      }),
    );
  });

  // The very first picture of a file is written alone.
  it.each([[14], [1, 6, 7], [1, 3, 10], [1, 5, 1, 7]])('shares the time there is among the pictures at the beginning of a file, whose order is deep: fragments of %j', (...sizes) => {
    const timeline = new VideoTimeline(RATE);
    timeline.restart(0);
    const frames = [0, 8, 4, 2, 1, 3, 6, 5, 7, 16, 12, 10, 9, 11];
    const parts = sizes.map((size, i) => play(timeline, frames.slice(sizes.slice(0, i).reduce((a, b) => a + b, 0)).slice(0, size), size));
    const [decode, shown] = [parts.flatMap((part) => part.decode), parts.flatMap((part) => part.shown)];
    const steps = decode.slice(1).map((time, at) => time - (decode[at] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(3600 / 100);
    expect(shown).toEqual(frames.map((frame) => frame * 3600));
  });

  it.each([6, 7, 1])('decodes nothing after it is shown, and leads no more than it must, once it knows the stream: fragments of %d', (perFragment) => {
    // As deep as encoders go, groups of all lengths.
    const groups = [8, 1, 4, 8, 2, 3, 1, 8, 5, 8];
    const between = (from: number, to: number): number[] => (to - from < 2 ? [] : [(from + to) >> 1, ...between(from, (from + to) >> 1), ...between((from + to) >> 1, to)]);
    const frames = [0];
    for (let at = 0, group = 0; group < 60; at += groups[group++ % 10] ?? 1) frames.push(at + (groups[group % 10] ?? 1), ...between(at, at + (groups[group % 10] ?? 1)));
    const timeline = new VideoTimeline(RATE);
    timeline.restart(0);
    play(timeline, frames, perFragment);
    timeline.restart(0);
    const { decode, shown } = play(timeline, frames, perFragment);
    expect(Math.min(...shown.map((time, at) => time - (decode[at] ?? 0)))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shown.map((time, at) => time - (decode[at] ?? 0)))).toBeLessThanOrEqual(16 * 3600);
  });

  it('spaces decode times evenly once it knows the stream', () => {
    const frames = Array.from({ length: 40 }, (_, group) => [0, 3, 1, 2].map((place) => group * 4 + place)).flat();
    const timeline = new VideoTimeline(RATE);
    timeline.restart(0);
    const { decode } = play(timeline, frames, 6);
    const steps = decode.slice(-60, -1).map((time, at) => (decode[decode.length - 59 + at] ?? 0) - time);
    for (const step of steps) expect(Math.abs(step - 3600)).toBeLessThan(3600 * 1.2);
  });
});

describe('audio', () => {
  it('goes on without holes while arrival jitters, and jumps over a gap', () => {
    const timeline = new AudioTimeline(16_000, 1024);
    timeline.restart(0);
    timeline.place(0, [0, 1024], 2);
    expect([timeline.decodeTime, ...timeline.durations]).toEqual([0, 1024, 1024]);
    timeline.place(131_000, [2048, 3072], 2);
    expect(timeline.decodeTime).toBe(2048);
    timeline.place(5_000_000, [80_000], 1);
    expect(timeline.decodeTime).toBe(80_000);
  });
});
