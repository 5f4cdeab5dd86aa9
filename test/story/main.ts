// `npm run story`: real processes, a real failure, every frame counted. See docs/story.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runStory, storyKinds, type StoryKind } from './story.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    hot: { type: 'boolean', default: false },
    kind: { type: 'string', default: 'power-off' },
    codec: { type: 'string', default: 'h264' },
    cameras: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || !storyKinds.some((kind) => kind === values.kind)) {
  console.log(`npm run story -- [--json] [--hot] [--kind ${storyKinds.join('|')}] [--codec h264|h265] [--cameras N per recorder] [--keep]`);
  process.exit(values.help ? 0 : 2);
}

const folder = await mkdtemp(join(tmpdir(), 'understudy-story-'));
const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 23)} ${text}`);
const report = await runStory({
  folder,
  standby: values.hot ? 'hot' : 'cold',
  kind: values.kind as StoryKind,
  codec: values.codec === 'h265' ? 'h265' : 'h264',
  camerasPerRecorder: Number(values.cameras),
  say,
});
if (values.keep || !report.ok) say(`Folder with all logs: ${folder}`);
else await rm(folder, { recursive: true, force: true });
if (!values.json) for (const [name, value] of Object.entries(report)) console.log(`${name}: ${JSON.stringify(value)}`);
console.log(JSON.stringify(report));
process.exit(report.ok ? 0 : 1);
