import { until, type RecorderSite, type Site } from '../../src/cli/site/site.ts';
import { FRAME_MS } from '../../sim/cameras/options.ts';
import { checkContinuity, type Continuity } from '../../sim/cameras/count.ts';
import { conditions } from './conditions.ts';
import { countedOf, countFootage, missingWithin, type Stretch } from './footage.ts';
import type { Told } from './stage.ts';
import { storyName, type StoryOptions } from './options.ts';

export interface StoryReport {
  readonly ok: boolean;
  readonly story: string;
  /** What did not hold, in words; empty when ok. */
  readonly problems: readonly string[];
  readonly detectedAfterMs: number | null;
  readonly firstFrameAfterDecisionMs: { readonly perCamera: Readonly<Record<string, number>>; readonly p50: number; readonly p95: number; readonly max: number } | null;
  /** Frames that each camera showed during the story. */
  readonly framesPerCamera: number;
  /** Per camera of the failed recorder, over the whole story. */
  readonly framesMissing: Readonly<Record<string, number>>;
  readonly gapMs: Readonly<Record<string, number>>;
  /** Per camera, what the product's own report of the outages says is missing. */
  readonly reportedGapMs: Readonly<Record<string, number>>;
  /** Frames missing after the failover server's first frame: over the restore and later. */
  readonly restoreGapFrames: number;
  /** In playback and in the downloaded clips together. */
  readonly framesDoubled: number;
  readonly framesMissingInClips: number;
  readonly framesMissingElsewhere: number;
  readonly footageReachable: boolean;
  readonly tookMs: number;
}

interface Evidence extends Stretch {
  readonly site: Site;
  readonly victim: RecorderSite;
  readonly other: RecorderSite;
  readonly options: StoryOptions;
  /** Nothing may be missing. */
  readonly hot: boolean;
  readonly started: number;
  readonly told: Told;
}

interface CameraFound {
  readonly camera: string;
  readonly missing: number;
  readonly doubled: number;
  readonly missingInClip: number;
  readonly afterTakeOver: number;
  readonly firstMs: number | null;
  readonly reachable: boolean;
  readonly reportedMs: number;
  readonly problems: readonly string[];
}

const frames = (ms: number): number => Math.floor(ms / FRAME_MS);

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Some frame of before, of during and of after the outage was really handed out. */
export function isReachable(counted: Continuity, { fromMs, toMs, told, hot }: Pick<Evidence, 'fromMs' | 'toMs' | 'told' | 'hot'>): boolean {
  // Cold, and not taken over: nobody recorded meanwhile. Taken over cold, the cameras are to be opened first.
  const during = told.decidedMs !== null ? [[told.decidedMs + (hot ? 0 : 3_000), toMs - 4_000] as const] : hot ? [[told.failedMs, toMs - 4_000] as const] : [];
  const parts = [[fromMs + 1_000, told.failedMs - 500] as const, ...during, [toMs - 3_000, toMs - 1_000] as const];
  // Shorter than a frame there is nothing to hand out.
  return parts.every(([from, to]) => frames(to - from) <= 0 || missingWithin(counted, from, to) < frames(to - from));
}

/** The longest one that began before the decision: what is missing later was lost at the restore, not by the failure. */
export function gapOfFailure(missing: readonly (readonly [number, number])[], decidedMs: number | null): readonly [number, number] | null {
  if (decidedMs === null) return null;
  return missing.filter(([from]) => from * FRAME_MS < decidedMs).toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]))[0] ?? null;
}

async function judgeCamera(evidence: Evidence, camera: string, reportedMs: number): Promise<CameraFound> {
  const { site, victim, hot, fromMs, toMs, told, options } = evidence;
  const problems: string[] = [];
  const counted = await countFootage(site, victim, camera, evidence);
  const clip = await countFootage(site, victim, camera, evidence, { as: 'clip' });
  const lost = gapOfFailure(counted.missingRanges, told.decidedMs);
  let firstMs: number | null = null;
  const resumedMs = lost === null ? told.decidedMs : (lost[1] + 1) * FRAME_MS;
  const afterTakeOver = resumedMs === null ? 0 : missingWithin(counted, resumedMs, toMs);
  if (lost !== null && told.decidedMs !== null) {
    firstMs = (lost[1] + 1) * FRAME_MS - told.decidedMs;
    // A crash may take what was not yet written: at most half a second (I1, issue: kill -9).
    if (lost[0] * FRAME_MS < told.failedMs - 500) problems.push(`${camera}: footage ends ${Math.round(told.failedMs - lost[0] * FRAME_MS)} ms before the failure.`);
    if (missingWithin(counted, fromMs, lost[0] * FRAME_MS) > 0) problems.push(`${camera}: frames are missing before the failure.`);
  }
  if (counted.late.length > 0) problems.push(`${camera}: ${counted.late.length} frames are out of order.`);
  if (hot && counted.missing > 0) problems.push(`${camera}: ${counted.missing} frames are missing with hot standby (${JSON.stringify(counted.missingRanges)}).`);
  if (counted.doubled.length > 0) problems.push(`${camera}: doubled in playback: ${counted.doubled.length} frames, the first ${counted.doubled[0]}.`);
  if (clip.missing !== counted.missing || clip.doubled.length > 0)
    problems.push(`${camera}: the clip misses ${clip.missing} frames and doubles ${clip.doubled.length}; playback misses ${counted.missing}.`);
  if (!hot && options.condition === null && firstMs !== null && firstMs > 3_000) problems.push(`${camera}: first frame ${Math.round(firstMs)} ms after the decision.`);
  // The report measures by coverage, that is by times of arrival; on a machine that is overloaded pictures arrive late.
  if (Math.abs(reportedMs - counted.missing * FRAME_MS) > (hot ? 400 : 1_000)) problems.push(`${camera}: the report says ${Math.round(reportedMs)} ms are missing, counted are ${counted.missing * FRAME_MS} ms.`);
  return {
    camera, missing: counted.missing, doubled: counted.doubled.length + clip.doubled.length, missingInClip: clip.missing,
    afterTakeOver, firstMs, reachable: isReachable(counted, evidence), reportedMs, problems,
  };
}

/** What the product's own reports say is missing, per camera; a gap that two reports tell counts once. */
async function reportedGaps({ site, victim, fromMs }: Evidence): Promise<ReadonlyMap<string, number>> {
  const gaps = new Map<string, Map<number, number>>();
  const outages = await until('the outage is over', 60_000, async () => {
    const found = await site.api.call('outages.list', { query: { server: victim.serverId } });
    return found.every(({ endedMs }) => endedMs !== null) ? found : null;
  });
  for (const { id } of outages.filter(({ startedMs }) => startedMs > fromMs))
    for (const { cameraId, gaps: found } of (await site.api.call('outages.get', { params: { outage: id } })).perCamera)
      for (const { fromUs, gapMs } of found) gaps.set(cameraId, (gaps.get(cameraId) ?? new Map<number, number>()).set(fromUs, gapMs));
  return new Map([...gaps].map(([camera, found]) => [camera, [...found.values()].reduce((sum, each) => sum + each, 0)]));
}

export async function judge(evidence: Evidence): Promise<StoryReport> {
  const { site, victim, other, options } = evidence;
  const reported = await reportedGaps(evidence);
  const found: CameraFound[] = [];
  for (const camera of victim.cameraIds) found.push(await judgeCamera(evidence, camera, reported.get(camera) ?? 0));
  let framesMissingElsewhere = 0;
  for (const camera of other.cameraIds) framesMissingElsewhere += (await countFootage(site, other, camera, evidence)).missing;

  const sum = (value: (each: CameraFound) => number): number => found.reduce((total, each) => total + value(each), 0);
  const per = (value: (each: CameraFound) => number): Record<string, number> => Object.fromEntries(found.map((each) => [each.camera, value(each)]));
  const problems = found.flatMap((each) => each.problems);
  const restoreGapFrames = sum(({ afterTakeOver }) => afterTakeOver);
  const footageReachable = found.every(({ reachable }) => reachable);
  if (restoreGapFrames > 0 && (options.condition === null || conditions[options.condition].cold !== true)) problems.push(`${restoreGapFrames} frames are missing after the take-over.`);
  if (framesMissingElsewhere > 0) problems.push(`${framesMissingElsewhere} frames of the healthy recorder are missing.`);
  if (!footageReachable) problems.push('Footage of before, during or after the outage was not handed out.');
  const first = found.flatMap(({ firstMs }) => (firstMs === null ? [] : [firstMs]));
  const { from, to } = checkContinuity([], countedOf(evidence));
  return {
    ok: problems.length === 0,
    story: storyName(options),
    problems,
    detectedAfterMs: evidence.told.detectedAfterMs,
    firstFrameAfterDecisionMs:
      first.length === 0
        ? null
        : { perCamera: Object.fromEntries(found.flatMap(({ camera, firstMs }) => (firstMs === null ? [] : [[camera, firstMs]]))), p50: percentile(first, 0.5), p95: percentile(first, 0.95), max: Math.max(...first) },
    framesPerCamera: to - from + 1,
    framesMissing: per(({ missing }) => missing),
    gapMs: per(({ missing }) => missing * FRAME_MS),
    reportedGapMs: per(({ reportedMs }) => Math.round(reportedMs)),
    restoreGapFrames,
    framesDoubled: sum(({ doubled }) => doubled),
    framesMissingInClips: sum(({ missingInClip }) => missingInClip),
    framesMissingElsewhere,
    footageReachable,
    tookMs: Date.now() - evidence.started,
  };
}
