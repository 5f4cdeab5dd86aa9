/** A bounded part of `npm run simulate`: the same every time, under a minute. */
import { describe, expect, test } from 'vitest';
import kept from './kept-seeds.json' with { type: 'json' };
import { learnFailpoints } from './kill-everywhere.ts';
import { failpoints, neverPassed } from './failpoints.ts';
import { mutants, playMutant } from './mutants.ts';
import { parseOptions } from './options.ts';
import { play } from './play.ts';
import { scriptOf, type Script } from './script.ts';
import { shrink } from './shrink.ts';

/** A loaded machine takes its time. */
const patience = { timeout: 120_000 };

describe('random days', () => {
  test.each([1, 2, 3, 5, 8, 11, 12, 14])('seed %i: every invariant holds, and everything settles', patience, async (seed) => {
    const { violation, checked } = await play(scriptOf(seed));
    expect(violation).toBeNull();
    // A check that is never made proves nothing.
    expect(checked['I10']).toBeGreaterThan(10);
  });

  test('the same seed makes the same history, another one another', patience, async () => {
    const first = await play(scriptOf(21));
    expect((await play(scriptOf(21))).digest).toBe(first.digest);
    expect((await play(scriptOf(22))).digest).not.toBe(first.digest);
  });
});

describe('seeds that broke something once hold for ever', () => {
  test.each(kept.map((one) => [one.what, one] as const))('%s', patience, async (_, one) => {
    expect((await play(one.script as Script)).violation).toBeNull();
  });
});

describe('deliberate design errors are caught', () => {
  test.each(['believes that its own network is fine', 'tells the log what it recorded from', 'decides without writing it down'])('%s', patience, async (name) => {
    expect(mutants[name]).toBeDefined();
    expect((await playMutant(name, [1, 2, 3, 4, 5, 6, 7, 8])).caught).not.toBeNull();
  });

  test('and a broken script is shrunk to what it needs', patience, async () => {
    const mutate = mutants['tells the log what it recorded from']?.mutate;
    const script = scriptOf(2);
    const shrunk = await shrink(script, 'I11', mutate === undefined ? {} : { mutate });
    expect(shrunk?.played.violation?.rule).toBe('I11');
    expect(shrunk?.script.rounds.flatMap((round) => round.faults)).toEqual([]);
  });
});

test('every failpoint is passed by a story and drawn by the random days', patience, async () => {
  const known = (await learnFailpoints()).map(({ name }) => name).filter((name) => !name.startsWith('answer') && !name.startsWith('forget'));
  expect(known.toSorted()).toEqual(failpoints.filter((name) => !neverPassed.includes(name)).toSorted());
});

test('options out of range are refused in words', () => {
  expect(() => parseOptions(['--days', '0'], 2)).toThrow('--days needs a number above 0');
  expect(parseOptions(['--days', '3', '--json'], 2)).toMatchObject({ days: 3, json: true, workers: 2, all: true });
});
