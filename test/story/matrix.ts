// `npm run matrix`: every way to fail × time-outs × codecs, every frame counted; writes docs/story.md with --write.
import { mkdtemp, readFile, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conditionNames } from './conditions.ts';
import type { StoryReport } from './judge.ts';
import { matrixKinds, moreKinds } from './kinds.ts';
import { storyName, type StoryOptions } from './options.ts';
import { pageOf } from './page.ts';
import { profileNames } from './profiles.ts';
import { CannotRun, runStory } from './story.ts';

type Wanted = Omit<StoryOptions, 'folder' | 'say' | 'camerasPerRecorder'>;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    cameras: { type: 'string', default: '4' },
    atonce: { type: 'string', default: '1' },
    results: { type: 'string' },
    within: { type: 'string' },
    write: { type: 'boolean', default: false },
    'allow-unable': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run matrix -- [options]
  --only WORDS     stories with all of these words in their name ("freeze, hot", "30s", "h265"), several times;
                   "matrix" means its 54 runs, "alone" those where nothing else is wrong
  --cameras N      per recorder (4)
  --atonce N       so many stories side by side (1)
  --results FILE   keep each result there as a line of JSON, and do not run again what stands there
  --within SECONDS begin no story later than that
  --write          write docs/story.md
  --allow-unable   what this machine does not allow (a disk of its own needs root) is said and breaks nothing: for npm test
  --json           only the last line: one JSON object

Exit code 0 only if all that was demanded was run and held.`);
  process.exit(0);
}

const codecs = ['h264', 'h265'] as const;
const hot: Wanted[] = codecs.flatMap((codec) => profileNames.flatMap((timeouts) => matrixKinds.map((kind): Wanted => ({ kind, standby: 'hot', timeouts, codec, condition: null }))));
// Besides: what cold standby loses, and what else may be wrong at the same time.
const cold = matrixKinds.map((kind): Wanted => ({ kind, standby: 'cold', timeouts: '3s', codec: 'h264', condition: null }));
const besides = conditionNames.map((condition): Wanted => ({ kind: 'power-off', standby: 'hot', timeouts: '3s', codec: 'h264', condition }));
const unnoticed = moreKinds.map((kind): Wanted => ({ kind, standby: 'hot', timeouts: '3s', codec: 'h264', condition: null }));
const all = [...hot, ...unnoticed, ...cold, ...besides];
const wordsOf = (each: Wanted): string => `${storyName(each)}, ${each.kind}, ${each.condition ?? 'alone'}, ${hot.includes(each) ? 'matrix' : ''}`;
const chosen = values.only.length === 0 ? all : all.filter((each) => values.only.some((words) => words.split(/[\s,]+/).every((word) => wordsOf(each).includes(word))));

const known = new Map<string, StoryReport>();
if (values.results !== undefined) {
  const text = await readFile(values.results, 'utf8').catch(() => '');
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const report = JSON.parse(line) as StoryReport;
    known.set(report.story, report);
  }
}

const say = (text: string): void => (values.json ? undefined : console.error(`${new Date().toISOString().slice(11, 19)} ${text}`));
const todo = chosen.filter((each) => !known.has(storyName(each)));
const endMs = values.within === undefined ? Number.POSITIVE_INFINITY : performance.now() + Number(values.within) * 1000;

async function runOne(wanted: Wanted): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-matrix-'));
  const story = storyName(wanted);
  try {
    const report = await runStory({ ...wanted, folder, camerasPerRecorder: Number(values.cameras), say: () => undefined });
    say(`${report.ok ? 'holds' : 'BROKEN'}: ${story}, ${Math.round(report.tookMs / 1000)} s ${report.problems.join(' ')}`);
    known.set(story, report);
    if (values.results !== undefined) await appendFile(values.results, `${JSON.stringify(report)}\n`);
    if (report.ok) await rm(folder, { recursive: true, force: true });
    else say(`Folder with all logs: ${folder}`);
  } catch (error) {
    if (error instanceof CannotRun) {
      say(`NOT RUN: ${story}: ${error.message}`);
      unable.push({ story, why: error.message });
      await rm(folder, { recursive: true, force: true });
      return;
    }
    // A story that cannot be told to its end is broken, and the others go on.
    say(`BROKEN: ${story}: ${String(error)}. Folder with all logs: ${folder}`);
    failed.push(story);
  }
}

const failed: string[] = [];
/** This machine does not allow them: nothing is known of them. */
const unable: { readonly story: string; readonly why: string }[] = [];
await Promise.all(
  Array.from({ length: Number(values.atonce) }, async () => {
    for (let next = todo.shift(); next !== undefined && performance.now() < endMs; next = todo.shift()) await runOne(next);
  }),
);

const reports = chosen.flatMap((each) => known.get(storyName(each)) ?? []);
const broken = [...reports.filter(({ ok }) => !ok).map(({ story }) => story), ...failed];
const notRun = chosen.map(storyName).filter((story) => !known.has(story) && !failed.includes(story) && !unable.some((each) => each.story === story));
if (values.write) await writeFile(new URL('../../../docs/story.md', import.meta.url), pageOf(reports, Number(values.cameras), [...failed, ...notRun, ...unable.map(({ story }) => story)]));
for (const { story, why } of unable) console.error(`NOT RUN, so nothing is known of it: ${story}. ${why}`);
const ok = reports.length > 0 && broken.length === 0 && notRun.length === 0 && (unable.length === 0 || values['allow-unable']);
console.log(JSON.stringify({ ok, stories: chosen.length, held: reports.filter((report) => report.ok).length, broken, notRun, unable }));
process.exit(ok ? 0 : 1);
