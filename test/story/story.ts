import type { FailoverSettings } from '../../src/contract/api/failover.ts';
import { startSite, until, type RecorderSite, type Site } from '../../src/cli/site/site.ts';
import { FRAME_MS } from '../../sim/cameras/options.ts';
import { countFootage, missingWithin } from './footage.ts';
import { comeBack, failures, type StoryKind } from './failures.ts';

export { storyKinds, type StoryKind } from './failures.ts';

export interface StoryOptions {
  readonly folder: string;
  readonly standby: 'cold' | 'hot';
  readonly kind: StoryKind;
  readonly codec: 'h264' | 'h265';
  readonly camerasPerRecorder: number;
  readonly say: (text: string) => void;
}

export interface StoryReport {
  readonly ok: boolean;
  readonly story: string;
  /** What did not hold, in words; empty when ok. */
  readonly problems: readonly string[];
  readonly detectedAfterMs: number | null;
  readonly firstFrameAfterDecisionMs: { readonly perCamera: Readonly<Record<string, number>>; readonly p50: number; readonly p95: number; readonly max: number } | null;
  /** Per camera of the failed recorder, over the whole story. */
  readonly framesMissing: Readonly<Record<string, number>>;
  readonly gapMs: Readonly<Record<string, number>>;
  /** Frames missing after the failover server's first frame: over the restore and later. */
  readonly restoreGapFrames: number;
  readonly framesDoubled: number;
  readonly framesMissingElsewhere: number;
  readonly footageReachable: boolean;
  readonly tookMs: number;
}

const shortest = (settings: FailoverSettings): FailoverSettings => ({
  ...settings,
  timeouts: { allowShorter: true, connectedMs: 10_000, startedMs: 10_000, keepAliveMs: 3_000, normalShutdownMs: 10_000, abnormalShutdownMs: 10_000, holdDownMs: 2_000 },
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function ready(site: Site, recorder: RecorderSite, hot: boolean): Promise<void> {
  await until(`${recorder.name} records all cameras and is backed up`, 40_000, async () => {
    const detail = await site.api.call('servers.get', { params: { server: recorder.serverId } });
    const recording = detail.cameraList.length === recorder.cameraIds.length && detail.cameraList.every((camera) => camera.recorder?.newestUs && Date.now() - camera.recorder.newestUs / 1000 < 3_000);
    const warm = !hot || detail.cameraList.every((camera) => camera.here?.state === 'streaming');
    return detail.state === 'alive' && detail.backup.lastGood !== null && recording && warm;
  });
}

export async function runStory(options: StoryOptions): Promise<StoryReport> {
  const { say, kind, standby } = options;
  const started = Date.now();
  const site = await startSite({ folder: options.folder, recorders: 2, camerasPerRecorder: options.camerasPerRecorder, codec: options.codec, standby, settings: shortest, log: say });
  try {
    const hot = standby === 'hot';
    for (const recorder of site.recorders) await ready(site, recorder, hot);
    const fromMs = Date.now() + 1_000;
    say('Everything records. Eight quiet seconds');
    await pause(8_000);

    const [victim, other] = site.recorders as [RecorderSite, RecorderSite];
    const failure = failures[kind];
    say(`${victim.name}: ${failure.text}`);
    const failedMs = Date.now();
    await failure.strike(site, victim);
    const observed = await observe(site, victim, failure.takenOver, failedMs, say);
    await pause(failure.lastsMs);
    say(`${victim.name} comes back`);
    await comeBack(kind, site, victim);
    await until(`${victim.name} is alive and nothing is taken over`, 90_000, async () => {
      const server = await site.server(victim);
      return server.state === 'alive' && server.role.state === 'standby' && server.takenOverBy === null;
    });
    say('Restored. Eight quiet seconds');
    await pause(8_000);
    const toMs = Date.now() - 1_500;
    return await judge({ site, victim, other, options, fromMs, toMs, failedMs, started, ...observed });
  } finally {
    await site.close();
  }
}

interface Observed {
  readonly detectedAfterMs: number | null;
  readonly decidedMs: number | null;
}

async function observe(site: Site, victim: RecorderSite, takenOver: boolean, failedMs: number, say: (text: string) => void): Promise<Observed> {
  if (!takenOver) return { detectedAfterMs: null, decidedMs: null };
  const outage = await until('the take-over is decided', 60_000, async () => {
    const found = (await site.api.call('outages.list', { query: { server: victim.serverId } }))[0];
    return found?.decidedMs ? found : null;
  });
  say(`Decided after ${outage.decidedMs! - failedMs} ms: ${outage.trigger.text}`);
  await until('all cameras are recorded by the failover server', 60_000, async () => {
    const { role } = await site.server(victim);
    return role.state === 'active' && role.camerasRecording === victim.cameraIds.length;
  });
  return { detectedAfterMs: outage.decidedMs! - failedMs, decidedMs: outage.decidedMs };
}

interface Evidence extends Observed {
  readonly site: Site;
  readonly victim: RecorderSite;
  readonly other: RecorderSite;
  readonly options: StoryOptions;
  readonly fromMs: number;
  readonly toMs: number;
  readonly failedMs: number;
  readonly started: number;
}

const frames = (ms: number): number => Math.floor(ms / FRAME_MS);

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

async function judge(evidence: Evidence): Promise<StoryReport> {
  const { site, victim, other, options, fromMs, toMs, failedMs, decidedMs } = evidence;
  const problems: string[] = [];
  const framesMissing: Record<string, number> = {};
  const gapMs: Record<string, number> = {};
  const first: Record<string, number> = {};
  let restoreGapFrames = 0;
  let framesDoubled = 0;
  let framesMissingElsewhere = 0;
  let footageReachable = true;

  for (const camera of victim.cameraIds) {
    const counted = await countFootage(site, victim, camera, { fromMs, toMs });
    const worst = counted.missingRanges.toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]))[0];
    framesMissing[camera] = counted.missing;
    gapMs[camera] = counted.missing * FRAME_MS;
    framesDoubled += counted.doubled.length;
    // Some frame of before, of during and of after the outage was really handed out.
    const parts = [[fromMs + 1_000, failedMs - 500], [decidedMs === null ? failedMs : decidedMs + 3_000, toMs - 6_000], [toMs - 5_000, toMs - 1_000]] as const;
    if (parts.some(([from, to]) => missingWithin(counted, from, to) >= frames(to - from))) footageReachable = false;
    if (worst && decidedMs !== null) {
      const firstMs = (worst[1] + 1) * FRAME_MS;
      first[camera] = firstMs - decidedMs;
      restoreGapFrames += missingWithin(counted, firstMs, toMs);
      // A crash may take what was not yet written: at most half a second (I1, issue: kill -9).
      if (worst[0] * FRAME_MS < failedMs - 500) problems.push(`${camera}: footage ends ${Math.round(failedMs - worst[0] * FRAME_MS)} ms before the failure.`);
      if (missingWithin(counted, fromMs, worst[0] * FRAME_MS) > 0) problems.push(`${camera}: frames are missing before the failure.`);
    }
    if (counted.late.length > 0) problems.push(`${camera}: ${counted.late.length} frames are out of order.`);
    if (options.standby === 'hot' && counted.missing > 0) problems.push(`${camera}: ${counted.missing} frames are missing with hot standby (${JSON.stringify(counted.missingRanges)}).`);
    if (options.standby === 'cold' && decidedMs !== null && first[camera] !== undefined && first[camera] > 3_000) problems.push(`${camera}: first frame ${Math.round(first[camera])} ms after the decision.`);
  }
  for (const camera of other.cameraIds) framesMissingElsewhere += (await countFootage(site, other, camera, { fromMs, toMs })).missing;

  if (restoreGapFrames > 0) problems.push(`${restoreGapFrames} frames are missing after the take-over.`);
  if (framesDoubled > 0) problems.push(`${framesDoubled} frames are doubled in the merged footage.`);
  if (framesMissingElsewhere > 0) problems.push(`${framesMissingElsewhere} frames of the healthy recorder are missing.`);
  if (!footageReachable) problems.push('Footage of before, during or after the outage was not handed out.');
  const values = Object.values(first);
  return {
    ok: problems.length === 0,
    story: `${options.kind}, ${options.standby}, ${options.codec}`,
    problems,
    detectedAfterMs: evidence.detectedAfterMs,
    firstFrameAfterDecisionMs: values.length === 0 ? null : { perCamera: first, p50: percentile(values, 0.5), p95: percentile(values, 0.95), max: Math.max(...values) },
    framesMissing,
    gapMs,
    restoreGapFrames,
    framesDoubled,
    framesMissingElsewhere,
    footageReachable,
    tookMs: Date.now() - evidence.started,
  };
}
