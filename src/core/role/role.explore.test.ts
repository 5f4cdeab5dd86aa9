import { describe, expect, it } from 'vitest';
import { explore } from '../testing/explore.ts';
import { realMachines, type Budget, type Scope } from '../testing/world.ts';

const one = { id: 'cam', priority: 1, singleSession: false };
const single = { id: 'single', priority: 2, singleSession: true };

/** A loaded machine takes its time. */
const patienceMs = 120_000;
const none: Budget = { fails: 0, cuts: 0, crashes: 0, people: 0, backups: 0, storms: 0 };
const scope = (servers: number, cameras: Scope['cameras'], capacity: number | null, budget: Partial<Budget>): Scope => ({ machines: realMachines, servers, cameras, capacity, budget: { ...none, ...budget } });

/** Small enough to be visited completely; `restEvery`: from every n-th state it is also run until it rests. */
const scopes: Readonly<Record<string, readonly [Scope, restEvery: number]>> = {
  'two servers, room for one, two failures, a crash anywhere': [scope(2, [one], 1, { fails: 2, crashes: 1 }), 25],
  'a single-session camera, two failures, a crash anywhere': [scope(1, [single], null, { fails: 2, crashes: 1 }), 1],
  'two kinds of cameras, a failure, a crash anywhere': [scope(1, [one, single], null, { fails: 1, crashes: 1 }), 10],
  'our network cut twice, a failure, a crash anywhere': [scope(1, [one], null, { cuts: 2, fails: 1, crashes: 1 }), 1],
  'a storm, a backup lost, a failure, a crash anywhere': [scope(1, [one], null, { storms: 1, backups: 1, fails: 1, crashes: 1 }), 1],
  'two presses by people, a failure, a crash anywhere': [scope(1, [one], null, { people: 2, fails: 1, crashes: 1 }), 1],
};

describe('every order of events at small scope: I2, I3, I5, I6, I7, I8, I10, I12', () => {
  it.each(Object.entries(scopes))('%s', (_name, [given, restEvery]) => {
    const result = explore(given, { maxStates: 300_000, restEvery });
    expect(result.broken).toBeNull();
    expect(result.complete).toBe(true);
    expect(result.states).toBeGreaterThan(1000);
  }, patienceMs);
});
