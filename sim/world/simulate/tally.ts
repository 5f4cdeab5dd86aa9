import { failpoints } from './failpoints.ts';
import type { FailpointResult } from './kill-everywhere.ts';
import { recoverWithinMs } from './kill-everywhere.ts';
import type { MemoryResult } from './memory.ts';
import type { MutantResult } from './mutants.ts';
import type { LossyResult } from './n12.ts';
import type { SimulateOptions } from './options.ts';
import type { Played } from './play.ts';
import { played, type Answer } from './shards.ts';

const dayMs = 86_400_000;
const keptViolations = 20;
/** Days that bring fewer outages show less than they say. */
const aim = { days: 500, outages: 100_000 } as const;

/** Adds up what the shards played. */
export class Tally {
  readonly #wantedMs: number;
  readonly #digests = new Map<number, string>();
  readonly faults: Record<string, number> = {};
  readonly checked: Record<string, number> = {};
  readonly violations: { readonly seed: number; readonly rule: string; readonly text: string; readonly atMs: number }[] = [];
  scripts = 0;
  lengthMs = 0;
  lost = 0;
  outages = 0;
  takeOvers = 0;
  restores = 0;
  steps = 0;
  cpuSeconds = 0;
  longestSettleMs = 0;
  readonly diedAt = new Set<string>();
  playedTwice = 0;
  /** Seeds whose second play was another history. */
  readonly unequal: number[] = [];
  broken = 0;

  constructor(days: number) {
    this.#wantedMs = days * dayMs;
  }

  get enough(): boolean {
    return this.lengthMs >= this.#wantedMs;
  }

  add(answer: Answer): void {
    const one = played(answer);
    const before = this.#digests.get(one.seed);
    this.#digests.set(one.seed, one.digest);
    this.cpuSeconds += answer.cpuSeconds;
    if (before !== undefined) {
      this.playedTwice += 1;
      if (before !== one.digest) this.unequal.push(one.seed);
      return;
    }
    this.#addPlayed(one);
  }

  #addPlayed(one: Played): void {
    this.scripts += 1;
    this.lengthMs += one.lengthMs;
    this.lost += one.lost;
    this.outages += one.outages;
    this.takeOvers += one.takeOvers;
    this.restores += one.restores;
    this.steps += one.steps;
    for (const name of one.failpoints) this.diedAt.add(name);
    this.longestSettleMs = Math.max(this.longestSettleMs, one.longestSettleMs);
    for (const [kind, many] of Object.entries(one.faults)) this.faults[kind] = (this.faults[kind] ?? 0) + many;
    for (const [rule, many] of Object.entries(one.checked)) this.checked[rule] = (this.checked[rule] ?? 0) + many;
    if (one.violation === null) return;
    this.broken += 1;
    if (this.violations.length < keptViolations) this.violations.push({ seed: one.seed, ...one.violation });
    process.stderr.write(`seed ${one.seed}: ${one.violation.rule}: ${one.violation.text}\n`);
  }

  line(minutes: number): string {
    const days = this.lengthMs / dayMs;
    const left = ((this.#wantedMs - this.lengthMs) / this.lengthMs) * minutes;
    return `${days.toFixed(1)} days, ${this.lost} outages, ${this.takeOvers} take-overs, ${this.broken} broken; ${Math.round(this.lengthMs / 1000 / this.cpuSeconds)} virtual seconds per second of processor; about ${left.toFixed(0)} min left`;
  }
}

export interface Summary {
  readonly ok: boolean;
  readonly words: string;
  readonly json: object;
}

interface Parts {
  readonly options: SimulateOptions;
  readonly failpoints: readonly FailpointResult[] | null;
  readonly mutants: readonly MutantResult[] | null;
  readonly memory: MemoryResult | null;
  readonly lossy: readonly LossyResult[] | null;
  readonly tally: Tally | null;
  readonly minutes: number;
  readonly minutesOfDays: number;
}

export function summary(parts: Parts): Summary {
  const { options, failpoints, mutants, memory, lossy, tally } = parts;
  const slow = (failpoints ?? []).filter((one) => one.recoveredMs === null || one.recoveredMs > recoverWithinMs || !one.settled);
  const alive = (mutants ?? []).filter((one) => one.caught === null);
  const wrong = [
    ...(tally === null ? [] : tally.violations.map((one) => `seed ${one.seed}: ${one.rule}: ${one.text}`)),
    ...(tally === null ? [] : tally.unequal.map((seed) => `seed ${seed} made two different histories`)),
    ...(tally !== null && options.days >= aim.days && tally.lost < aim.outages ? [`only ${tally.lost} outages in ${options.days} days: ${aim.outages} are wanted`] : []),
    ...slow.map((one) => `killed at "${one.name}": ${one.recoveredMs === null ? 'did not recover within 60 s' : 'did not settle'}`),
    ...alive.map((one) => `the mutant "${one.name}" was not caught`),
    ...(memory !== null && !memory.flat ? [`memory grows by ${memory.bytesPerCycle} bytes per cycle`] : []),
    ...(lossy ?? []).filter((one) => one.takeOvers > 0).map((one) => `N12: ${one.takeOvers} false take-overs with seed ${one.seed}`),
  ];
  const json = {
    ok: wrong.length === 0,
    wrong,
    minutes: rounded(parts.minutes),
    ...(tally === null ? {} : daysOf(tally, options, parts.minutesOfDays)),
    ...(failpoints === null ? {} : { failpoints: { killed: failpoints.length, longestRecoverySeconds: Math.max(...failpoints.map((one) => one.recoveredMs ?? 1e9)) / 1000, names: failpoints.map((one) => one.name) } }),
    ...(mutants === null ? {} : { mutants: { tried: mutants.length, caught: mutants.length - alive.length, by: Object.fromEntries(mutants.map((one) => [one.name, one.caught === null ? null : `${one.caught.rule}, seed ${one.caught.seed}`])) } }),
    ...(memory === null ? {} : { memory }),
    ...(lossy === null ? {} : { n12: { simulatedDays: lossy.reduce((sum, one) => sum + one.days, 0), servers: lossy[0]?.servers ?? 0, falseTakeOvers: lossy.reduce((sum, one) => sum + one.takeOvers, 0), declaredFailed: lossy.reduce((sum, one) => sum + one.failures, 0), suspicions: lossy.reduce((sum, one) => sum + one.suspicions, 0), longestSilenceSeconds: Math.max(...lossy.map((one) => one.longestSilenceMs)) / 1000 } }),
  };
  const words = [`${wrong.length === 0 ? 'Everything held.' : 'NOT everything held:'}`, ...wrong, ...(tally === null ? [] : [tally.line(parts.minutesOfDays)])].join('\n');
  return { ok: wrong.length === 0, words, json };
}

function daysOf(tally: Tally, options: SimulateOptions, minutes: number): object {
  return {
    simulatedDays: rounded(tally.lengthMs / dayMs),
    outages: tally.lost,
    counted: {
      day: 'virtual time of worlds with one failover server and 1 to 4 monitored servers each, added up over all worlds',
      outage: 'a monitored server that worked (recorder, agent, cameras, link) and then did not, by the truth of the world, looked at once a second; several troubles at once of one server are one',
      ownRecords: 'outages in the failover servers’ own records: trouble before the hold-down is over belongs to the outage before',
    },
    ownRecords: tally.outages,
    takeOvers: tally.takeOvers,
    restores: tally.restores,
    worlds: tally.scripts,
    seeds: { first: options.seed, last: options.seed + tally.scripts - 1 },
    faults: Object.values(tally.faults).reduce((sum, many) => sum + many, 0),
    faultKinds: tally.faults,
    steps: tally.steps,
    checks: tally.checked,
    brokenScripts: tally.broken,
    violations: tally.violations,
    sameSeedTwice: { played: tally.playedTwice, different: tally.unequal },
    diedAt: { failpoints: tally.diedAt.size, of: failpoints.length, never: failpoints.filter((name) => !tally.diedAt.has(name)) },
    longestSettleMinutes: rounded(tally.longestSettleMs / 60_000),
    minutesOfDays: rounded(minutes),
    cpuSeconds: Math.round(tally.cpuSeconds),
    virtualSecondsPerCpuSecond: Math.round(tally.lengthMs / 1000 / tally.cpuSeconds),
    workers: options.workers,
  };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
