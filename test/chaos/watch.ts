import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until, type RecorderSite, type Site } from '../../src/cli/site/site.ts';
import { countFootage, missingWithin } from '../story/footage.ts';
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

export interface Expected {
  readonly fromMs: number;
  readonly toMs: number;
  /** Most frames that may be missing in each camera; 0 if not told. */
  readonly most?: number;
  /** When nobody could record; what is missing then is told apart and allowed. */
  readonly except?: readonly [fromMs: number, toMs: number];
}

/** Counts the merged footage of every camera, as any client gets it. */
export async function countAll(stage: Stage, site: Site, recorders: readonly RecorderSite[], expected: Expected): Promise<void> {
  const most = expected.most ?? 0;
  const wholeMs = Date.now() - (allRecordedSince.get(site) ?? expected.fromMs);
  const missing: Record<string, number> = {};
  const excusedIn: Record<string, number> = {};
  for (const recorder of recorders)
    for (const camera of recorder.cameraIds) {
      const counted = await countFootage(site, recorder, camera, expected);
      const excused = expected.except === undefined ? 0 : missingWithin(counted, ...expected.except);
      missing[camera] = counted.missing - excused;
      if (expected.except !== undefined) excusedIn[camera] = excused;
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
  const again = await countFootage(site, recorder, camera, expected);
  await writeFile(join(stage.folder, `timeline-${camera}.json`), JSON.stringify({ expected, timeline, again: { missing: again.missing, ranges: again.missingRanges } }, null, 1));
}
