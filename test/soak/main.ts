// `npm run soak`: see README.md here.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killAllOf } from '../chaos/processes.ts';
import { drawing } from './draw.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cameras: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    draw: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
if (values.help || !(minutes > 0)) {
  console.log('npm run soak -- [--minutes M] [--seed N] [--cameras N per recorder] [--json] [--draw FOLDER] [--keep]\nThe last line of stdout is one JSON object; exit code 0 only if every frame was accounted for and nothing grew.');
  process.exit(values.help ? 0 : 2);
}

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted = true;
  });

const folder = await mkdtemp(join(tmpdir(), 'understudy-soak-'));
const run = folder.split('/').at(-1)!;
const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
try {
  const { result, samples, struck } = await soak({ folder, run, minutes, seed: Number(values.seed), camerasPerRecorder: Number(values.cameras), say, interrupted: () => interrupted });
  if (values.draw !== undefined) {
    await mkdir(values.draw, { recursive: true });
    await writeFile(join(values.draw, 'soak.svg'), drawing(samples, struck));
  }
  if (result.ok && !values.keep) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  else say(`Folder with all logs: ${folder}`);
  if (!values.json) console.log([result.text, ...result.problems].join('\n'));
  console.log(JSON.stringify(result));
  process.exitCode = result.ok ? 0 : 1;
} finally {
  // Whatever went wrong: nothing is left running.
  await killAllOf(run);
}
