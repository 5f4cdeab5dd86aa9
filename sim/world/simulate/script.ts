import { seededRandom } from '../random.ts';
import type { Random } from '../../../src/platform/random.ts';
import { faultKinds, faults, type FaultKind } from './faults.ts';

/** One thing that goes wrong, or that a person does. Everything else follows from the seed of the script. */
export interface Fault {
  /** From the beginning of its round, ms. */
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which monitored server it meets (the first is 0). */
  readonly site: number;
  readonly forMs: number;
  /** Whatever else it needs to know, 0…1. */
  readonly chance: number;
}

export interface ScriptedSite {
  readonly cameras: number;
  readonly standby: 'cold' | 'hot';
  /** Its cameras allow one session at a time. */
  readonly single: boolean;
  readonly priority: number;
}

/** Faults for `lengthMs`; then everything is mended, and must settle. */
export interface Round {
  readonly faults: readonly Fault[];
  readonly lengthMs: number;
  /** How long it is left alone once it has settled, so that flaps are forgotten. */
  readonly restMs: number;
}

/** A whole history, decided beforehand: the same script makes the same history. */
export interface Script {
  readonly seed: number;
  readonly timeouts: 'shortest' | 'short' | 'default';
  readonly sites: readonly ScriptedSite[];
  readonly rounds: readonly Round[];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Numbers of servers and how often: many small worlds, few large ones. */
const sizes = [1, 1, 1, 1, 2, 2, 2, 2, 3, 4] as const;
const rests = [6 * hour, hour, hour, 0] as const;
const kinds = ['shortest', 'short', 'short', 'short', 'short', 'default'] as const;

/** How long trouble lasts and how far apart its parts are, by the time-outs of the failover server. */
const pace = {
  shortest: { lengthMs: 8 * minute, gapMs: 55 * second, forMs: 20 * second },
  short: { lengthMs: 10 * minute, gapMs: 70 * second, forMs: 30 * second },
  default: { lengthMs: 90 * minute, gapMs: 12 * minute, forMs: 5 * minute },
} as const;

/** The script that belongs to a seed. `servers`: so many monitored servers instead of a drawn number; `only`: these faults alone. */
export function scriptOf(seed: number, servers: number | null = null, only: readonly FaultKind[] | null = null): Script {
  const random = seededRandom(seed);
  const timeouts = pick(random, kinds);
  const size = servers ?? pick(random, sizes);
  const sites = Array.from({ length: size }, (): ScriptedSite => ({
    cameras: 1 + Math.floor(random.unit() * 3),
    standby: random.unit() < 0.35 ? 'hot' : 'cold',
    single: random.unit() < 0.15,
    priority: 1 + Math.floor(random.unit() * 100),
  }));
  // Now and then faults without an end for hours; else two rounds of them, and mostly a long rest behind: what only time
  // brings (flaps that are forgotten, hourly and daily work, an alarm that comes back) must find nothing wrong.
  const forEver = random.unit() < 0.1;
  const restMs = pick(random, rests);
  const rounds = forEver ? [roundOf(random, timeouts, size, { times: 5, restMs: 0, only })] : [0, restMs].map((rest) => roundOf(random, timeouts, size, { times: 1, restMs: rest, only }));
  return { seed, timeouts, sites, rounds };
}

function roundOf(random: Random, timeouts: Script['timeouts'], size: number, how: { readonly times: number; readonly restMs: number; readonly only: readonly FaultKind[] | null }): Round {
  const { lengthMs, gapMs, forMs } = pace[timeouts];
  const list: Fault[] = [];
  const endMs = lengthMs * how.times;
  for (let site = 0; site < size; site += 1) drawInto(list, random, { site, endMs, gapMs, forMs, kinds: among(ofSites, how.only) });
  drawInto(list, random, { site: 0, endMs, gapMs: gapMs * 3, forMs, kinds: among(ofAll, how.only) });
  return { faults: list.toSorted((a, b) => a.atMs - b.atMs), lengthMs: endMs, restMs: how.restMs };
}

interface Draw {
  readonly site: number;
  readonly endMs: number;
  readonly gapMs: number;
  readonly forMs: number;
  readonly kinds: readonly FaultKind[];
}

function drawInto(list: Fault[], random: Random, draw: Draw): void {
  if (draw.kinds.length === 0) return;
  for (let atMs = random.unit() * draw.gapMs; atMs < draw.endMs; atMs += exponential(random, draw.gapMs)) {
    const kind = pick(random, draw.kinds);
    const long = random.unit() < 0.15 ? 6 : 1;
    list.push({ atMs: Math.round(atMs), kind, site: draw.site, forMs: Math.round(exponential(random, draw.forMs * long)), chance: random.unit() });
  }
}

const among = (kindsOf: readonly FaultKind[], only: readonly FaultKind[] | null): readonly FaultKind[] => (only === null ? kindsOf : kindsOf.filter((kind) => only.includes(kind)));
const exponential = (random: Random, meanMs: number): number => -Math.log(1 - random.unit()) * meanMs;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random.unit() * from.length)] as T;

/** Kinds as often as their weight says. */
const weighted = (of: 'site' | 'all'): readonly FaultKind[] =>
  faultKinds.flatMap((kind) => (faults[kind].of === of ? Array.from({ length: faults[kind].weight }, () => kind) : []));
const ofSites = weighted('site');
const ofAll = weighted('all');

export function inWords(fault: Fault): string {
  const seconds = (fault.forMs / 1000).toFixed(1);
  return `${faults[fault.kind].of === 'site' ? `server ${fault.site}: ` : ''}${fault.kind}, for ${seconds} s (${fault.chance.toFixed(3)})`;
}
