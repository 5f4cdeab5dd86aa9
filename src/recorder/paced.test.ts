import { expect, test } from 'vitest';
import { paced } from './paced.ts';

/** Time that passes only by waiting. */
function slowTime() {
  let nowMs = 0;
  let longestMs = 0;
  const clock = { monotonicMs: () => nowMs };
  const after = (ms: number, run: () => void): (() => void) => {
    longestMs = Math.max(longestMs, ms);
    queueMicrotask(() => {
      nowMs += ms;
      run();
    });
    return () => undefined;
  };
  return { clock, timers: { after }, nowMs: () => nowMs, longestMs: () => longestMs };
}

async function* batches(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield await Promise.resolve(new Uint8Array(size));
}

test('a batch of megabytes goes through in the time that its rate allows, with no long wait for the sender', async () => {
  const time = slowTime();
  let bytes = 0;
  for await (const piece of paced(batches(4 * 2 ** 20, 10), { ...time, bytesPerSecond: 12_500, signal: new AbortController().signal })) bytes += piece.length;
  expect(bytes).toBe(4 * 2 ** 20 + 10);
  expect(time.nowMs()).toBeCloseTo((bytes / 12_500) * 1000, -1);
  expect(time.longestMs()).toBeLessThan(6_000);
});

test('whoever ends does not wait until its time has come', async () => {
  const ending = new AbortController();
  const waiting = { clock: { monotonicMs: () => 0 }, timers: { after: () => () => undefined } };
  const run = (async () => {
    for await (const piece of paced(batches(2 ** 20), { ...waiting, bytesPerSecond: 1, signal: ending.signal })) expect(piece.length).toBe(65_536);
  })();
  setTimeout(() => ending.abort(), 10);
  await expect(run).rejects.toThrow('aborted');
});
