/** `npm run simulate`: random days, killed everywhere, memory, mutants; or one seed again, in words. */
import { availableParallelism } from 'node:os';
import { writeFileSync } from 'node:fs';
import type { FailpointResult } from './kill-everywhere.ts';
import { drawn, type MemoryResult } from './memory.ts';
import { mutants, type MutantResult } from './mutants.ts';
import type { LossyResult } from './n12.ts';
import { parseOptions, usage, type SimulateOptions } from './options.ts';
import { replay } from './replay.ts';
import { Shards, type Task } from './shards.ts';
import { summary, Tally } from './tally.ts';

/** Every so many scripts one is played a second time: the same seed must make the same history. */
const twiceEvery = 50;
const minute = 60_000;

function readOptions(): SimulateOptions {
  try {
    return parseOptions(process.argv.slice(2), availableParallelism());
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const options = readOptions();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function randomDays(shards: Shards): Promise<Tally> {
  const tally = new Tally(options.days);
  let seed = options.seed;
  let again: number | null = null;
  const startedMs = Date.now();
  let saidMs = startedMs;
  await shards.run(
    () => {
      if (again !== null) {
        const task: Task = { kind: 'seed', seed: again, servers: options.servers };
        again = null;
        return task;
      }
      if (tally.enough) return null;
      const task: Task = { kind: 'seed', seed, servers: options.servers };
      if (seed % twiceEvery === 0) again = seed;
      seed += 1;
      return task;
    },
    (answer) => {
      tally.add(answer);
      if (Date.now() - saidMs < 15_000) return;
      saidMs = Date.now();
      say(tally.line((saidMs - startedMs) / minute));
    },
  );
  return tally;
}

async function all<T>(shards: Shards, tasks: readonly Task[]): Promise<readonly T[]> {
  const left = [...tasks];
  const results: T[] = [];
  await shards.run(() => left.shift() ?? null, (answer) => results.push(answer.result as T));
  return results;
}

async function killedEverywhere(shards: Shards): Promise<readonly FailpointResult[]> {
  const [known] = await all<readonly { readonly name: string }[]>(shards, [{ kind: 'failpoints' }]);
  return await all<FailpointResult>(shards, (known ?? []).map(({ name }) => ({ kind: 'failpoint', name })));
}

const wants = (part: NonNullable<SimulateOptions['only']>): boolean => options.only === part || (options.all && part !== 'n12');

async function main(): Promise<boolean> {
  const startedMs = Date.now();
  const shards = new Shards(options.workers);
  const failpoints = wants('failpoints') ? await killedEverywhere(shards) : null;
  if (failpoints !== null) say(`killed at ${failpoints.length} failpoints, longest recovery ${Math.max(...failpoints.map((one) => one.recoveredMs ?? Infinity)) / 1000} s`);
  const caught = wants('mutants') ? await all<MutantResult>(shards, Object.keys(mutants).map((name) => ({ kind: 'mutant', name, seeds: Array.from({ length: 25 }, (_, at) => at + 1) }))) : null;
  if (caught !== null) say(`${caught.filter((one) => one.caught !== null).length} of ${caught.length} mutants caught`);
  const [memory = null] = wants('memory') ? await all<MemoryResult>(shards, [{ kind: 'memory', cycles: 1000 }]) : [];
  if (memory !== null) say(`memory over ${memory.cycles} take-over and restore cycles: ${memory.bytesPerCycle} bytes per cycle`);
  if (memory !== null && options.only === 'memory') writeFileSync(new URL('../../../docs/reliability/memory.svg', import.meta.url), drawn(memory));
  // Three days in pieces that two processors can share.
  const lossy = wants('n12') ? await all<LossyResult>(shards, Array.from({ length: 6 }, (_, at) => ({ kind: 'n12', days: 0.5, servers: 50, seed: options.seed + at }))) : null;
  const daysMs = Date.now();
  const tally = wants('days') ? await randomDays(shards) : null;
  shards.close();
  const result = summary({ options, failpoints, mutants: caught, memory, lossy, tally, minutes: (Date.now() - startedMs) / minute, minutesOfDays: (Date.now() - daysMs) / minute });
  say(result.words);
  const [broken] = tally?.violations ?? [];
  // Its history and the shortest script, without being asked.
  if (broken !== undefined) await replay(broken.seed, options.servers, false);
  if (options.json) console.log(JSON.stringify(result.json));
  return result.ok;
}

const ok = options.replay === null ? await main() : await replay(options.replay, options.servers, options.json);
process.exitCode = ok ? 0 : 1;
