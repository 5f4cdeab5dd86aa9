// One scenario, in the namespaces that main.ts made for it: `one.js <id> <folder> <run>`. Its result is the last line of stdout.
import { spawnSync } from 'node:child_process';
import { mark } from './processes.ts';
import type { ScenarioResult } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { onStage } from './stage.ts';

const [id, folder, namespaces] = process.argv.slice(2);
const run = process.env[mark];
const scenario = scenarios.find((each) => each.id === id);
if (scenario === undefined || folder === undefined || run === undefined) throw new Error('Started by main.ts only.');

// A new network has not even a loopback.
if (namespaces === 'own') spawnSync('ip', ['link', 'set', 'lo', 'up']);
const started = Date.now();
const { problems, figures } = await onStage(folder, run, (stage) => scenario.run(stage));
const ok = problems.length === 0;
const result: ScenarioResult = { id: scenario.id, ok, result: ok ? 'ok' : 'failed', ms: Date.now() - started, text: ok ? scenario.text : problems.join(' '), problems, figures };
console.log(JSON.stringify(result));
process.exit(0);
