import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pullPower } from '../../src/cli/site/power.ts';
import { until, type RecorderSite, type Site } from '../../src/cli/site/site.ts';
import { UnderstudyError } from '../../src/contract/errors.ts';
import { countFootage, missingWithin, type Stretch } from '../story/footage.ts';
import type { Stage } from './stage.ts';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Since when all of it was recorded, by which frames are said to be counted whole or in part. */
const allRecordedSince = new WeakMap<Site, number>();

/** All recorders record all cameras, are backed up, and with hot standby every camera has a second session. */
export async function ready(site: Site, hot = false): Promise<void> {
  for (const recorder of site.recorders)
    await until(`${recorder.name} records all cameras and is backed up`, 60_000, async () => {
      const detail = await site.api.call('servers.get', { params: { server: recorder.serverId } });
      const recording = detail.cameraList.length === recorder.cameraIds.length && detail.cameraList.every(({ recorder: its }) => its?.newestUs && Date.now() - its.newestUs / 1000 < 3_000);
      const warm = !hot || detail.cameraList.every(({ here }) => here?.state === 'streaming');
      return detail.state === 'alive' && detail.backup.lastGood !== null && recording && warm;
    });
  if (!allRecordedSince.has(site)) allRecordedSince.set(site, Date.now());
}

/** Decided, and every camera of it is recorded by the failover server. Wall clock, ms, of the decision. */
export async function takenOver(site: Site, victim: RecorderSite, withinMs = 45_000): Promise<number> {
  await until(`${victim.name} is taken over, all cameras`, withinMs, async () => {
    const { role } = await site.server(victim);
    return (role.state === 'active' || role.state === 'restoring') && role.camerasRecording === victim.cameraIds.length;
  });
  const [outage] = await site.api.call('outages.list', { query: { server: victim.serverId } });
  return outage?.decidedMs ?? Number.NaN;
}

/** A site with hot standby, all of it recorded for a while: what is counted begins at `fromMs`. */
export async function hotSite(stage: Stage, options: Parameters<Stage['site']>[0] = {}): Promise<{ readonly site: Site; readonly fromMs: number }> {
  const site = await stage.site({ ...options, standby: 'hot' });
  await ready(site, true);
  const fromMs = Date.now() + 1_000;
  await pause(4_000);
  return { site, fromMs };
}

/** One of two recorders has no power any more, and is taken over. */
export async function oneTakenOver(stage: Stage): Promise<{ readonly site: Site; readonly victim: RecorderSite; readonly other: RecorderSite; readonly fromMs: number }> {
  const { site, fromMs } = await hotSite(stage, { recorders: 2 });
  const [victim, other] = site.recorders;
  await pullPower(victim!);
  await takenOver(site, victim!);
  await pause(4_000);
  return { site, victim: victim!, other: other!, fromMs };
}

/** The recorder is alive and nothing of it is with the failover server. */
export async function restored(site: Site, victim: RecorderSite, withinMs = 60_000): Promise<void> {
  await until(`${victim.name} is alive and nothing of it is taken over`, withinMs, async () => {
    const server = await site.server(victim);
    return server.state === 'alive' && server.role.state === 'standby' && server.takenOverBy === null;
  });
}

export async function state(site: Site, recorder: RecorderSite, word: string, withinMs = 30_000): Promise<void> {
  await until(`${recorder.name} is ${word}`, withinMs, async () => (await site.server(recorder)).state === word);
}

/** How many take-overs there were, of one recorder or of all. */
export async function takeOvers(site: Site, recorder?: RecorderSite): Promise<number> {
  const all = await site.api.call('outages.list', { query: recorder === undefined ? {} : { server: recorder.serverId } });
  return all.filter((outage) => outage.takenOver).length;
}

/** `waiting`: a take-over may be held or queued, but none may have begun. */
export async function noTakeOver(stage: Stage, site: Site, meanwhile: 'standby' | 'waiting' = 'standby'): Promise<void> {
  const count = await takeOvers(site);
  stage.check(count === 0, `No take-over was due, ${count} happened.`);
  for (const recorder of site.recorders) {
    const { role } = await site.server(recorder);
    stage.check(role.state === 'standby' || (meanwhile === 'waiting' && role.state === 'held'), `The role for ${recorder.name} is ${role.state}, not standby.`);
  }
}

/** Recorder 1 first, then 2, … */
export async function prioritise(site: Site): Promise<void> {
  for (const [index, recorder] of site.recorders.entries()) {
    const { version } = await site.server(recorder);
    await site.api.call('servers.change', { params: { server: recorder.serverId }, body: { version, priority: index + 1 } });
  }
}

/** Text of all events of a kind, newest first. */
export async function events(site: Site, query: { readonly kind?: string; readonly severity?: 'info' | 'warning' | 'alarm'; readonly server?: string } = {}): Promise<readonly string[]> {
  return (await site.api.call('events.list', { query: { ...query, limit: 1000 } })).map(({ text, reason }) => (reason === null ? text : `${text} (${reason.code}: ${reason.text})`));
}

/** A kill loses at most the last half second of what was written; and we notice it 50 ms later, to a frame. */
export const lostMs = 600;
/** So soon after its start hot standby has its cameras again. */
const hotAgainMs = 2_500;

/** A time in which nobody could record; known from what was done and what the product told, never from the footage. */
export type Nobody = readonly [fromMs: number, toMs: number];

/** Cold standby: from what the recorder lost to when all of it was told to be recorded here, and its next key frame. */
export const coldGap = (struckMs: number, takenMs: number): Nobody => [struckMs - lostMs, takenMs + 1_000];

/** Recorder and failover server are both off; then hot standby records, long before anything is decided. */
export const bothOff = (struckMs: number, againMs: number): Nobody => [struckMs - lostMs, againMs + hotAgainMs];

/** What a person would be told: `accepted`, or the code of the refusal. */
export const answerOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'accepted',
    (error: unknown) => (error instanceof UnderstudyError ? error.code : String(error)),
  );

export interface Expected extends Stretch {
  /** Most frames that may be missing in each camera; 0 if not told. */
  readonly most?: number;
  /** When nobody could record, not overlapping; what is missing then is told apart and allowed. */
  readonly except?: readonly Nobody[] | ((recorder: RecorderSite, camera: string) => readonly Nobody[]);
  /** Where the footage lies by a clock that was wrong; else where it was taken. */
  readonly lies?: (recorder: RecorderSite) => readonly Stretch[];
}

/** Counts the merged footage of every camera, as any client gets it. */
export async function countAll(stage: Stage, site: Site, recorders: readonly RecorderSite[], expected: Expected): Promise<void> {
  const most = expected.most ?? 0;
  const wholeMs = Date.now() - (allRecordedSince.get(site) ?? expected.fromMs);
  const missing: Record<string, number> = {};
  const excusedIn: Record<string, number> = {};
  const { except = [] } = expected;
  for (const recorder of recorders)
    for (const camera of recorder.cameraIds) {
      const counted = await countFootage(site, recorder, camera, expected, { lies: expected.lies?.(recorder) });
      const nobody = typeof except === 'function' ? except(recorder, camera) : except;
      const excused = nobody.reduce((sum, [fromMs, toMs]) => sum + missingWithin(counted, fromMs, toMs), 0);
      missing[camera] = counted.missing - excused;
      if (nobody.length > 0) excusedIn[camera] = excused;
      stage.check(missing[camera] <= most, `${camera}: ${missing[camera]} frames are missing, at most ${most} may: ${ranges(counted.missingRanges, expected.fromMs)}.`);
      if (missing[camera] > most) await explain(stage, site, recorder, camera, expected);
      stage.check(counted.doubled.length === 0, `${camera}: ${counted.doubled.length} frames are doubled.`);
      stage.check(counted.late.length === 0, `${camera}: ${counted.late.length} frames are out of order.`);
    }
  const known = (name: string): Readonly<Record<string, number>> => (stage.figures[name] ?? {}) as Readonly<Record<string, number>>;
  stage.figure('framesMissing', { ...known('framesMissing'), ...missing });
  if (Object.keys(excusedIn).length > 0) stage.figure('framesNobodyCouldRecord', { ...known('framesNobodyCouldRecord'), ...excusedIn });
  // Told on the page: in how many of all cameras, and for how long of all the time since everything was recorded.
  const ms = expected.toMs - expected.fromMs;
  stage.figure('counted', { cameras: Object.keys(known('framesMissing')).length, ofCameras: site.recorders.flatMap(({ cameraIds }) => cameraIds).length, ms: Math.min(ms, known('counted')['ms'] ?? ms), ofMs: wholeMs });
}

const ranges = (all: readonly (readonly [number, number])[], fromMs: number): string =>
  all.slice(0, 5).map(([from, to]) => `${to - from + 1} from ${((from * 40 - fromMs) / 1000).toFixed(1)} s on`).join(', ');

/** For who looks into it: what the timeline says, and whether a second look finds the same. */
async function explain(stage: Stage, site: Site, recorder: RecorderSite, camera: string, expected: Expected): Promise<void> {
  const query = { fromUs: (expected.fromMs - 10_000) * 1000, toUs: expected.toMs * 1000 };
  const timeline = await site.api.call('footage.timeline', { params: { server: recorder.serverId }, query });
  const again = await countFootage(site, recorder, camera, expected, { lies: expected.lies?.(recorder) });
  await writeFile(join(stage.folder, `timeline-${camera}.json`), JSON.stringify({ expected, timeline, again: { missing: again.missing, ranges: again.missingRanges } }, null, 1));
}
