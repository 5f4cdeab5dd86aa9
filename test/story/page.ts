import { cpus, release } from 'node:os';
import type { StoryReport } from './judge.ts';
import { profileNames, profiles } from './profiles.ts';

const worst = (figures: Readonly<Record<string, number>>): number => Math.max(0, ...Object.values(figures));

function row(report: StoryReport): string {
  const counted = `${Object.keys(report.framesMissing).length} × ${report.framesPerCamera}`;
  return `| ${report.story} | ${report.ok ? 'holds' : report.problems.join(' ')} | ${report.detectedAfterMs ?? 'no take-over'} | ${counted} | ${worst(report.framesMissing)} | ${report.framesDoubled} | ${worst(report.reportedGapMs)} | ${(report.tookMs / 1000).toFixed(0)} |`;
}

const head = `| story | result | taken over after ms | frames counted | missing, worst camera | doubled | missing by the outage report, ms | took s |
|---|---|---|---|---|---|---|---|`;

/** docs/story.md from what ran. `missing`: what was demanded and has no report. */
export function pageOf(reports: readonly StoryReport[], cameras: number, missing: readonly string[]): string {
  const at = new Date().toISOString().slice(0, 10);
  const part = (title: string, found: readonly StoryReport[]): string => (found.length === 0 ? '' : `\n## ${title}\n\n${head}\n${found.map(row).join('\n')}\n`);
  const plain = /, (hot|cold), [^,]+, h26[45]$/;
  const hot = reports.filter(({ story }) => plain.test(story) && story.includes(', hot, '));
  const cold = reports.filter(({ story }) => plain.test(story) && story.includes(', cold, '));
  const besides = reports.filter(({ story }) => !plain.test(story));
  return `# The story: recorders fail for real, every frame is counted

Real processes, real RTSP, 2 recorders with ${cameras} cameras each at 25 frames a second, one of the recorders fails.
Frames are counted by the simulator's stamps, camera by camera, in footage played and in clips downloaded over the HTTP API
after the restore, and after provisional footage was dropped. The product never reads the stamps. The outage report's own
figure must agree with the count within 400 ms (1 s where nothing overlaps: it goes by times of arrival).

All of them, this page written anew: \`npm run matrix -- --write\`. One: \`npm run story -- --json --hot --kind freeze
--timeouts 30s --codec h265\`; \`--help\` lists the kinds. Measured ${at} on ${cpus().length} shared cores
(${cpus()[0]?.model.trim() ?? 'unknown'}), Linux ${release().split('.').slice(0, 2).join('.')}, Node ${process.versions.node}.

Time-outs:

${profileNames.map((name) => `- **${name}**: ${profiles[name].text}`).join('\n')}

Only the clock of the time-outs is made faster (\`understudy failover --policy-clock\`): life signs, suspicion, pre-roll, proofs
and the video always run in real time.
${part('Hot standby: nothing may be missing', hot)}${part('Cold standby: detection and opening are lost', cold)}${part('Besides: what else may be wrong at the same time', besides)}${missing.length === 0 ? '' : `\n## Not told to their end\n\nNothing is known of these: ${missing.join('; ')}.\n`}
## What is still lost

- Hot standby: nothing in these stories, as long as one of the two machines runs and reaches the camera.
- Cold standby: the time until the failure is certain and the cameras are open; after a crash that the agent mends, the
  time until the recorder is back.
- Cameras that allow one session: the same, and the hand-over back, one camera at a time.
- The shortest time-outs on an overloaded machine see losses that are none. Each loss doubles the hold-down, up to an hour
  (rule D24 of [the detector](detector.md)), so a restore may come late; nothing is missing meanwhile.
`;
}
