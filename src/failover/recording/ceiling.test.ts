import { expect, test } from 'vitest';
import { overCeiling, type SizedRun } from './ceiling.ts';

const runs: readonly SizedRun[] = [
  { key: 'a/gate', bytes: 100, rank: 1001 },
  { key: 'a/yard', bytes: 100, rank: 1002 },
  { key: 'b/hall', bytes: 60, rank: 2001 },
  { key: 'b/hall', bytes: 60, rank: 2001 },
];
const none: ReadonlySet<string> = new Set();

test('below the ceiling everything is kept', () => {
  expect([...overCeiling(runs, 320, none)]).toEqual([]);
});

test('the lowest priority goes first, with all of its runs, and no more than needed', () => {
  expect([...overCeiling(runs, 319, none)]).toEqual(['b/hall']);
  expect([...overCeiling(runs, 200, none)]).toEqual(['b/hall']);
  expect([...overCeiling(runs, 199, none)]).toEqual(['b/hall', 'a/yard']);
  expect([...overCeiling(runs, 0, none)]).toEqual(['b/hall', 'a/yard', 'a/gate']);
});

test('who went over stays over while its server is not well, and makes room for the others', () => {
  expect([...overCeiling(runs, 1_000, new Set(['b/hall']))]).toEqual(['b/hall']);
  expect([...overCeiling(runs, 200, new Set(['a/gate']))]).toEqual(['a/gate', 'b/hall']);
});
