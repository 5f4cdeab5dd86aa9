import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addSample, noOffset, offsetNow, type OffsetState } from './clock-offset.ts';

/** A question over a network with these two delays, the remote wall being `offsetMs` ahead of ours. */
const ask = (state: OffsetState, atMs: number, outMs: number, backMs: number, offsetMs: number, suspendedMs = 0): OffsetState =>
  addSample(state, { suspendedMs, sentMs: atMs, receivedMs: atMs + outMs + backMs, remoteWallMs: 1_000_000 + atMs + outMs + offsetMs });
const now = (state: OffsetState, atMs: number, ourWall = 1_000_000 + atMs, suspendedMs = 0) => offsetNow(state, atMs, ourWall, suspendedMs);

describe('clock offset between hosts', () => {
  test('the truth always lies within the error that is told, however lopsided the network', () => {
    const delays = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 })), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(delays, fc.integer({ min: -4e6, max: 4e6 }), (list, offsetMs) => {
        const state = list.reduce((sofar, [out, back], index) => ask(sofar, index * 10_000, out, back, offsetMs), noOffset);
        const answer = now(state, list.length * 10_000);
        expect(Math.abs((answer?.offsetMs ?? NaN) - offsetMs)).toBeLessThanOrEqual(answer?.plusMinusMs ?? 0);
      }),
    );
  });

  test('one quick round trip makes slow ones harmless', () => {
    const state = [1, 300, 250, 400].reduce((sofar, back, index) => ask(sofar, index * 1000, 0, back, 3000), noOffset);
    expect(now(state, 5000)?.plusMinusMs).toBeLessThan(3);
  });

  test('a step of the remote clock is believed at once, a step of ours at every moment', () => {
    let state = ask(ask(noOffset, 0, 1, 1, 0), 1000, 1, 1, 0);
    expect(now(state, 2000, 1_000_000 + 2000 + 3_600_000)?.offsetMs).toBeCloseTo(-3_600_000, -1);
    state = ask(state, 3000, 5, 5, 3_600_000);
    expect(now(state, 3010)?.offsetMs).toBeCloseTo(3_600_000, -1);
  });

  test('after a suspend of ours it is the same: the remote clock went on, our monotonic one stood still', () => {
    const sleptMs = 183_100;
    let state = ask(ask(noOffset, 0, 1, 1, 3000), 1000, 1, 1, 3000);
    const answer = now(state, 2000, 1_000_000 + 2000 + sleptMs, sleptMs);
    expect(Math.abs((answer?.offsetMs ?? NaN) - 3000)).toBeLessThanOrEqual(answer?.plusMinusMs ?? 0);
    // The first question after it agrees with what was measured before.
    state = ask(state, 3000, 1, 1, 3000 + sleptMs, sleptMs);
    expect(now(state, 3010, 1_000_000 + 3010 + sleptMs, sleptMs)?.offsetMs).toBeCloseTo(3000, -2);
    expect(state.measures).toHaveLength(3);
  });

  test('nothing is claimed before the first answer', () => {
    expect(now(noOffset, 0)).toBe(null);
  });
});
