// `npm run matrix`: every way to fail, cold and hot, one after the other; writes docs/story.md with --write.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runStory, storyKinds, type StoryReport } from './story.ts';

const { values } = parseArgs({
  options: {
    codec: { type: 'string', multiple: true, default: ['h264', 'h265'] },
    standby: { type: 'string', multiple: true, default: ['hot', 'cold'] },
    kind: { type: 'string', multiple: true, default: [...storyKinds] },
    cameras: { type: 'string', default: '4' },
    write: { type: 'boolean', default: false },
  },
});

const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
const reports: StoryReport[] = [];
for (const codec of values.codec)
  for (const standby of values.standby)
    for (const kind of storyKinds.filter((each) => values.kind.includes(each))) {
      const folder = await mkdtemp(join(tmpdir(), 'understudy-matrix-'));
      say(`${kind}, ${standby}, ${codec}`);
      const report = await runStory({ folder, kind, standby: standby === 'hot' ? 'hot' : 'cold', codec: codec === 'h265' ? 'h265' : 'h264', camerasPerRecorder: Number(values.cameras), say: () => undefined });
      say(`${report.ok ? 'holds' : 'BROKEN'} ${report.problems.join(' ')}`);
      reports.push(report);
      if (report.ok) await rm(folder, { recursive: true, force: true });
    }

const sum = (figures: Readonly<Record<string, number>>): number => Object.values(figures).reduce((total, each) => total + each, 0);
const worst = (figures: Readonly<Record<string, number>>): number => Math.max(0, ...Object.values(figures));
const row = (report: StoryReport): string =>
  `| ${report.story} | ${report.ok ? 'holds' : report.problems.join(' ')} | ${report.detectedAfterMs ?? 'no take-over'} | ${Math.round(report.firstFrameAfterDecisionMs?.max ?? 0) || '–'} | ${sum(report.framesMissing)} | ${worst(report.gapMs)} | ${report.restoreGapFrames} |`;

const page = `# The story: recorders fail for real, every frame is counted

Real processes, real RTSP, ${values.cameras} cameras per recorder at 25 frames a second, time-outs at their shortest (keep alive 3 s).
Frames are counted by the simulator's stamps in footage fetched over the HTTP API; the product never reads them.

Command: \`npm run matrix -- --write\`. Measured ${new Date().toISOString().slice(0, 10)} on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Linux ${release()}, Node ${process.versions.node}.
One story alone: \`npm run story -- --json --hot --kind freeze --codec h265\`.

| story | result | detected after ms | first frame after decision, worst ms | frames missing, all cameras | worst gap ms | missing after the take-over |
|---|---|---|---|---|---|---|
${reports.map(row).join('\n')}
`;
if (values.write) await writeFile(new URL('../../../docs/story.md', import.meta.url), page);
console.log(JSON.stringify({ ok: reports.every(({ ok }) => ok), stories: reports.length, broken: reports.filter(({ ok }) => !ok).map(({ story }) => story) }));
process.exit(reports.every(({ ok }) => ok) ? 0 : 1);
