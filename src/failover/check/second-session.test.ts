import { expect, test } from 'vitest';
import { countFrames, type Frame, type Frames, restOf } from './frame-rate.ts';
import { judgeSecondSession, type WatchedSession } from './second-session.ts';

/** 25 pictures a second, as they should come. */
const every = (ms: number, fromMs: number, toMs: number): Frame[] => Array.from({ length: (toMs - fromMs) / ms }, (_, at) => ({ timeUs: (fromMs + at * ms) * 1000, gapBefore: false }));
const whole = (ms: number, everyMs = 40): Frames => ({ frames: ms / everyMs, ms, longestMs: everyMs, broken: 0 });
const judge = (recorder: WatchedSession['recorder'], streamed = true): ReturnType<typeof judgeSecondSession> => judgeSecondSession({ streamed, recorder });

test('a recorder that wrote on as before: harmless', () => {
  const judged = judge({ before: whole(10_000), during: whole(3_000) });
  expect(judged).toMatchObject({ ok: true, proven: true });
  expect(judged.text).toContain('25.0 pictures/s before, 25.0 meanwhile');
  // A picture of one a second may lie on either side of an edge.
  expect(judge({ before: whole(10_000, 1_000), during: { frames: 2, ms: 3_000, longestMs: 1_000, broken: 0 } }).ok).toBe(true);
});

test('a camera that refuses, or ends what it allowed', () => {
  expect(judge(null, false)).toMatchObject({ ok: false, proven: true });
});

test('a recorder that tells nothing proves nothing', () => {
  const judged = judge(null);
  expect(judged).toMatchObject({ ok: false, proven: false });
  expect(judged.text).toContain('at your own risk');
  expect(judge({ before: { frames: 2, ms: 10_000, longestMs: 5_000, broken: 0 }, during: whole(10_000) }).proven).toBe(false);
  expect(judge({ before: whole(1_000), during: whole(10_000) }).proven).toBe(false);
});

test('fewer than nine tenths of the pictures: it harms', () => {
  expect(judge({ before: whole(10_000), during: whole(10_000, 80) })).toMatchObject({ ok: false, proven: true });
  expect(judge({ before: whole(10_000), during: { ...whole(10_000), frames: 223 } }).ok).toBe(false);
  expect(judge({ before: whole(10_000), during: { ...whole(10_000), frames: 226 } }).ok).toBe(true);
  // 500 ms of three seconds.
  expect(judge({ before: whole(10_000), during: { frames: 13, ms: 3_000, longestMs: 2_500, broken: 0 } }).text).toContain('fewer pictures');
});

test('a hole harms, however many pictures there are', () => {
  expect(judge({ before: whole(10_000), during: { frames: 240, ms: 10_000, longestMs: 400, broken: 0 } }).text).toContain('a hole of 0.4 s');
  expect(judge({ before: whole(10_000), during: { ...whole(10_000), broken: 1 } })).toMatchObject({ ok: false, proven: true });
  // It was so before: who is to blame is not known.
  expect(judge({ before: { ...whole(10_000), broken: 1 }, during: { ...whole(10_000), broken: 1 } })).toMatchObject({ ok: false, proven: false });
});

test('frames are counted once, in any order, holes at the edges included', () => {
  const frames = every(40, 0, 1_000);
  const span = { fromUs: 0, toUs: 1_000_000 };
  expect(countFrames([...frames.toReversed(), ...frames], span)).toEqual({ frames: 25, ms: 1_000, longestMs: 40, broken: 0 });
  expect(countFrames(every(40, 0, 400), span)).toMatchObject({ frames: 10, longestMs: 640 });
  expect(countFrames(every(40, 600, 1_000), span)).toMatchObject({ longestMs: 600 });
  expect(countFrames([], span)).toEqual({ frames: 0, ms: 1_000, longestMs: 1_000, broken: 0 });
  expect(countFrames([{ timeUs: 500_000, gapBefore: true }], span).broken).toBe(1);
});

test('a recorder that began within the time before is compared from its beginning on', () => {
  const span = { fromUs: 0, toUs: 10_000_000 };
  expect(restOf(span, every(40, 4_000, 12_000))).toEqual({ fromUs: 4_000_000, toUs: 10_000_000 });
  expect(restOf(span, [])).toEqual(span);
});
