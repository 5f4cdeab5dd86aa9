// `npm run story`: real processes, a real failure, every frame counted. See docs/story.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conditionNames, conditions } from './conditions.ts';
import { kinds, storyKinds } from './kinds.ts';
import { storyName } from './options.ts';
import { profileNames, profiles } from './profiles.ts';
import { runStory } from './story.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    hot: { type: 'boolean', default: false },
    kind: { type: 'string', default: 'power-off' },
    codec: { type: 'string', default: 'h264' },
    timeouts: { type: 'string', default: '3s' },
    with: { type: 'string' },
    cameras: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const list = (names: readonly string[], texts: Readonly<Record<string, { readonly text: string }>>): string => names.map((name) => `    ${name.padEnd(18)} ${texts[name]?.text ?? ''}`).join('\n');
const help = `npm run story -- [--json] [--hot] [--kind KIND] [--timeouts TIME] [--codec h264|h265] [--with CONDITION] [--cameras N per recorder] [--keep]

  KIND
${list(storyKinds, kinds)}
  TIME
${list(profileNames, profiles)}
  CONDITION
${list(conditionNames, conditions)}`;

const kind = storyKinds.find((each) => each === values.kind);
const timeouts = profileNames.find((each) => each === values.timeouts);
const condition = values.with === undefined ? null : conditionNames.find((each) => each === values.with);
const codec = (['h264', 'h265'] as const).find((each) => each === values.codec);
if (values.help || kind === undefined || timeouts === undefined || condition === undefined || codec === undefined) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}

const folder = await mkdtemp(join(tmpdir(), 'understudy-story-'));
const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 23)} ${text}`);
const options = { standby: values.hot ? 'hot' : 'cold', kind, codec, timeouts, condition } as const;
const report = await runStory({ ...options, folder, camerasPerRecorder: Number(values.cameras), say }).catch((error: unknown) => {
  // Not told to its end (or not at all, on this machine): whoever reads the last line learns why as well.
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { ok: false, story: storyName(options), problems: [error instanceof Error ? error.message : String(error)] };
});
if (values.keep || !report.ok) say(`Folder with all logs: ${folder}`);
else await rm(folder, { recursive: true, force: true });
if (!values.json) for (const [name, value] of Object.entries(report)) console.log(`${name}: ${JSON.stringify(value)}`);
console.log(JSON.stringify(report));
process.exit(report.ok ? 0 : 1);
