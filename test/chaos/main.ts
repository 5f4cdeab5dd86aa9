// `npm run chaos`: real processes, really broken. See README.md here and docs/reliability.md.
import { parseArgs } from 'node:util';
import { missing } from './machine.ts';
import { runScenario, stopAll } from './run.ts';
import type { Scenario, ScenarioResult } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    parallel: { type: 'string', default: '1' },
    repeat: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run chaos -- [--json] [--only ID,ID] [--list] [--plain] [--keep] [--parallel N] [--repeat N]

  --only   these scenarios only, like R01,N03
  --list   what there is, and what this machine does not allow
  --plain  without namespaces, even where they are allowed; what needs them is not run
  --keep   keep the folders with all logs, also of what held
  --repeat  each so often
  --parallel  so many at a time

The last line of stdout is one JSON object {ok, scenarios:[{id, ok, result, ms, text, problems, figures}], notRun:[…]}.
Exit code 0 only if all that was demanded was run and held.`;

const wanted = values.only.flatMap((list) => list.split(',')).filter((id) => id !== '');
const unknown = wanted.filter((id) => !scenarios.some((scenario) => scenario.id === id));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no scenario ${unknown.join(', ')}. --list tells what there is.`);
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const chosen = wanted.length === 0 ? scenarios : scenarios.filter(({ id }) => wanted.includes(id));
const demanded = Array.from({ length: Math.max(1, Number(values.repeat) || 1) }, () => chosen).flat();
const own = !values.plain && missing(['namespaces']) === null;
const refusal = (needs: (typeof scenarios)[number]['needs'] = []): string | null => (!own && needs.includes('namespaces') ? 'it needs network, mount and process namespaces of its own' : missing(needs));

if (values.list) {
  const rows = demanded.map(({ id, text, needs }) => ({ id, text, notHere: refusal(needs) }));
  if (!values.json) for (const { id, text, notHere } of rows) console.log(`${id.padEnd(6)} ${text}${notHere === null ? '' : ` [NOT HERE: ${notHere}]`}`);
  console.log(JSON.stringify({ ok: true, scenarios: rows }));
  process.exit(0);
}

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  // Perhaps twice: from the terminal and from the one who started us.
  process.on(signal, () => {
    interrupted = true;
    stopAll();
  });

/** What we ended ourselves says nothing about the product. */
const orInterrupted = (result: ScenarioResult): ScenarioResult => (interrupted && !result.ok ? { ...result, result: 'notRun', text: 'NOT RUN: interrupted.', problems: [] } : result);

async function runOne(scenario: Scenario): Promise<ScenarioResult> {
  const notHere = refusal(scenario.needs);
  console.error(`${scenario.id}: ${scenario.text}`);
  const result: ScenarioResult =
    notHere !== null || interrupted
      ? { id: scenario.id, ok: false, result: 'notRun', ms: 0, text: `NOT RUN: ${notHere ?? 'interrupted'}.`, problems: [], figures: {} }
      : orInterrupted(await runScenario(scenario, { own, keep: values.keep }));
  console.error(`${scenario.id}: ${result.result === 'ok' ? 'holds' : result.result === 'notRun' ? result.text : `BROKEN: ${result.text}`} (${(result.ms / 1000).toFixed(0)} s)`);
  return result;
}

const waiting = demanded.map((scenario, place) => ({ scenario, place }));
const results: ScenarioResult[] = [];
const atOnce = Math.max(1, Number(values.parallel) || 1);
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next.place] = await runOne(next.scenario);
  }),
);

const notRun = results.filter(({ result }) => result === 'notRun').map(({ id }) => id);
if (notRun.length > 0) console.error(`\nNOT RUN, so nothing is known of them: ${notRun.join(', ')}`);
const ok = results.length > 0 && results.every((result) => result.ok);
if (!values.json) for (const { id, result, ms, text } of results) console.log(`${id.padEnd(6)} ${result.padEnd(7)} ${(ms / 1000).toFixed(0).padStart(4)} s  ${text}`);
console.log(JSON.stringify({ ok, atMs: Date.now(), scenarios: results, failed: results.filter(({ result }) => result === 'failed').map(({ id }) => id), notRun }));
process.exitCode = interrupted ? 130 : ok ? 0 : 1;
