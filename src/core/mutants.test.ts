import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detector } from './detector/detector.ts';
import { cellOf, columns, rows, type Column, type Row } from './testing/detector-cells.ts';
import { detectorMutants } from './testing/detector-mutants.ts';
import { detectorTable, same } from './testing/detector-table.ts';
import { explore } from './testing/explore.ts';
import { deeds, playStory } from './testing/host.ts';
import { roleMutants } from './testing/role-mutants.ts';
import { aliveWatch, minute, second, Watch, type Run } from './testing/watch.ts';
import { realMachines, type Budget, type Machines, type Scope } from './testing/world.ts';

/** What an unmutated machine passes and each mutant must fail. Null: nothing found. */
function wrongWithDetector(run: Run): string | null {
  for (const row of Object.keys(rows) as readonly Row[])
    for (const column of Object.keys(columns) as readonly Column[]) {
      const expected = detectorTable[row][column] === same ? rows[row]().kind : detectorTable[row][column];
      const actual = cellOf(row, column, run);
      if (actual !== expected) return `table: ${row}, ${column}: ${actual}`;
    }
  return wrongWithOutages(run) ?? wrongWithStories(run);
}

function wrongWithStories(run: Run): string | null {
  const check = fc.check(
    fc.property(fc.array(fc.constantFrom(...deeds), { minLength: 1, maxLength: 40, size: 'max' }), (story) => playStory(run, story) === null),
    { numRuns: 100, seed: 5, endOnFailure: true },
  );
  return check.failed ? `story: ${check.counterexample?.[0].join(', ')}` : null;
}

/** Crash loops and hold-down, which single cells cannot show. */
function wrongWithOutages(run: Run): string | null {
  const loop = aliveWatch({ run });
  for (let boot = 0; boot < 14; boot += 1) loop.abnormalShutdown().beats(10 * second, 'stopped by error').newBoot().startup().silence(5 * second).keepAlive().beats(15 * second);
  if (!loop.effects.some((effect) => effect.kind === 'failed')) return 'a crash loop is never failed';
  const flap = aliveWatch({ run });
  for (let times = 0; times < 3; times += 1) flap.abnormalShutdown().newBoot().startup().keepAlive().beats(65 * second);
  if (flap.effects.filter((effect) => effect.kind === 'recovered').length !== 1) return 'the hold-down does not double';
  const young = new Watch({ run }).alive().silence(31 * second).keepAlive().beats(50 * second);
  if (young.effects.some((effect) => effect.kind === 'recovered')) return 'recovered before the hold-down';
  const knocks = new Watch({ run }).welcome('starting');
  for (let times = 0; times < 3; times += 1) knocks.silence(2 * minute).cut().welcome('starting');
  if (knocks.kind !== 'failed (not started)') return 'a reconnect re-arms Connected';
  const gray = aliveWatch({ run });
  gray.cameras.forEach((id) => gray.frozen.add(id));
  return gray.beats(60 * second).kind === 'failed (not recording)' ? null : 'recording nothing is not noticed';
}

/** A loaded machine takes its time. */
const patienceMs = 120_000;
const none: Budget = { fails: 0, cuts: 0, crashes: 0, people: 0, backups: 0, storms: 0 };
const one = { id: 'cam', priority: 1, singleSession: false };
const single = { id: 'single', priority: 2, singleSession: true };

function wrongWithRole(machines: Machines): string | null {
  const scope = (servers: number, cameras: Scope['cameras'], capacity: number | null, budget: Partial<Budget>): Scope => ({ machines, servers, cameras, capacity, budget: { ...none, ...budget } });
  const scopes = [
    scope(1, [one], null, { fails: 1, crashes: 1, backups: 1, storms: 1 }),
    scope(1, [one], null, { fails: 1, crashes: 1, people: 2 }),
    scope(1, [one], null, { fails: 1, cuts: 1, crashes: 1 }),
    scope(1, [single], null, { fails: 2 }),
    scope(2, [one], 1, { fails: 2 }),
  ];
  for (const given of scopes) {
    const { broken } = explore(given, { maxStates: 100_000, restEvery: 3 });
    if (broken !== null) return broken;
  }
  return null;
}

describe('deliberate design errors are caught', () => {
  it('and the real detector passes the same checks', () => {
    expect(wrongWithDetector(detector)).toBeNull();
  }, patienceMs);

  it.each(Object.entries(detectorMutants))('detector: %s', (_, run) => {
    expect(wrongWithDetector(run)).not.toBeNull();
  }, patienceMs);

  it('and the real role passes the same checks', () => {
    expect(wrongWithRole(realMachines)).toBeNull();
  }, patienceMs);

  it.each(Object.entries(roleMutants))('role: %s', (_, machines) => {
    expect(wrongWithRole(machines)).not.toBeNull();
  }, patienceMs);
});
