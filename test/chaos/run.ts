import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ownNamespaces } from './machine.ts';
import { killAllOf, mark } from './processes.ts';
import type { Scenario, ScenarioResult } from './scenario.ts';

const limitMs = 120_000;
const running = new Set<() => void>();

/** Ends what runs now, at once: for Ctrl-C. */
export function stopAll(): void {
  for (const stop of running) stop();
}

/** Runs one scenario as a process of its own; whatever happens to it, nothing of it is left afterwards. */
export async function runScenario(scenario: Scenario, { own, keep }: { readonly own: boolean; readonly keep: boolean }): Promise<ScenarioResult> {
  const folder = await mkdtemp(join(tmpdir(), `understudy-chaos-${scenario.id}-`));
  const runId = folder.split('/').at(-1)!;
  const started = Date.now();
  const compiled = import.meta.url.endsWith('.js');
  const one = new URL(compiled ? './one.js' : './one.ts', import.meta.url).pathname;
  const loader = compiled ? [] : ['--import', new URL('../../scripts/ts.mjs', import.meta.url).pathname];
  const node = [process.execPath, ...loader, one, scenario.id, folder, own ? 'own' : 'plain'];
  // The first process of a namespace must bury orphans: a shell does, Node does not.
  const words = own ? [...ownNamespaces, 'sh', '-c', '"$@"; exit $?', 'sh', ...node] : node;
  const child = spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'pipe', 'inherit'], detached: true, env: { ...process.env, [mark]: runId } });
  const stop = (): void => void child.kill('SIGKILL');
  running.add(stop);
  const timer = setTimeout(stop, scenario.limitMs ?? limitMs);
  try {
    const last = await lastLine(child);
    const result = last === null ? null : (JSON.parse(last) as ScenarioResult);
    const ended = result ?? failed(scenario.id, Date.now() - started, `It was ended after ${Math.round((Date.now() - started) / 1000)} s.`);
    if (ended.ok && !keep) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    else console.error(`  Folder with all logs: ${folder}`);
    return ended;
  } finally {
    clearTimeout(timer);
    running.delete(stop);
    // Without namespaces nothing ends by itself.
    if (!own) await killAllOf(runId);
  }
}

function lastLine(child: ChildProcess): Promise<string | null> {
  let last: string | null = null;
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith('{"id":')) last = line;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(last));
  });
}

const failed = (id: string, ms: number, text: string): ScenarioResult => ({ id, ok: false, result: 'failed', ms, text, problems: [text], figures: {} });
