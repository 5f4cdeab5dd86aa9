import { join } from 'node:path';
import { mountSmallDisk } from '../../src/cli/demo/small-disk.ts';
import { startSite, until, type RecorderSite, type Site, type SiteOptions } from '../../src/cli/site/site.ts';
import { conditions, type Condition } from './conditions.ts';
import { judge, type StoryReport } from './judge.ts';
import { kinds } from './kinds.ts';
import type { StoryOptions } from './options.ts';
import { profiles } from './profiles.ts';
import { pause, Stage } from './stage.ts';

/** Quiet before the failure and after the restore: footage of all three times is counted. */
const quietMs = 4_000;

async function ready(site: Site, recorder: RecorderSite, hot: boolean): Promise<void> {
  await until(`${recorder.name} records all cameras and is backed up`, 60_000, async () => {
    const detail = await site.api.call('servers.get', { params: { server: recorder.serverId } });
    const recording = detail.cameraList.length === recorder.cameraIds.length && detail.cameraList.every((camera) => camera.recorder?.newestUs && Date.now() - camera.recorder.newestUs / 1000 < 3_000);
    const warm = !hot || detail.cameraList.every((camera) => camera.here?.state === 'streaming');
    return detail.state === 'alive' && detail.backup.lastGood !== null && recording && warm;
  });
}

/** This machine does not allow the story to be told. */
export class CannotRun extends Error {}

interface SmallDisk {
  readonly path: string;
  unmount(): Promise<void>;
}

async function smallDisk(folder: string): Promise<SmallDisk> {
  const path = join(folder, 'small-disk');
  const disk = await mountSmallDisk(path, 96);
  if (disk === null) throw new CannotRun('This story needs a small disk of its own, which only root may mount.');
  return { path, unmount: () => disk.unmount() };
}

function siteOf(options: StoryOptions, condition: Condition, disk: SmallDisk | null): SiteOptions {
  const { folder, standby, codec, camerasPerRecorder, say } = options;
  const { timeouts, policyClock } = profiles[options.timeouts];
  const { agentEnv, maxSessions } = condition;
  return {
    folder, recorders: 2, camerasPerRecorder, codec, standby, log: say,
    settings: (settings) => ({ ...settings, timeouts, ...(kinds[options.kind].alarmOnly === true ? { whenNotRecording: 'alarm only' as const } : {}) }),
    failoverArgs: ['--policy-clock', String(policyClock)],
    agentArgs: (recorder) => (recorder === 0 ? (kinds[options.kind].agentArgs ?? []) : []),
    ...(agentEnv === undefined ? {} : { agentEnv: (recorder: number) => (recorder === 0 ? agentEnv : {}) }),
    ...(maxSessions === undefined ? {} : { maxSessions }),
    storeOf: async (recorder, at) => (recorder === 0 && disk !== null ? disk.path : join(at, 'footage')),
  };
}

/** A site of real processes, one failure, and every frame counted. */
export async function runStory(options: StoryOptions): Promise<StoryReport> {
  const { say, standby } = options;
  const started = Date.now();
  const kind = kinds[options.kind];
  const condition: Condition = options.condition === null ? { text: '' } : conditions[options.condition];
  const disk = kind.smallDisk === true ? await smallDisk(options.folder) : null;
  try {
    const site = await startSite(siteOf(options, condition, disk));
    try {
      await condition.begin?.(site);
      const hot = standby === 'hot' && condition.cold !== true;
      for (const recorder of site.recorders) await ready(site, recorder, hot);
      const fromMs = Date.now();
      say('Everything records. Quiet seconds');
      await pause(quietMs);
      const [victim, other] = site.recorders as [RecorderSite, RecorderSite];
      const stage = new Stage(site, victim, say, async () => await condition.overlap?.(site));
      await kind.play(stage);
      await stage.restored(condition.restoredWithinMs);
      await pause(quietMs);
      const toMs = Date.now() - 1_500;
      // What was written provisionally is judged by then: what it leaves must still be everything.
      await stage.settled();
      await condition.after?.(stage);
      return await judge({ site, victim, other, options, hot, fromMs, toMs, started, told: stage.told });
    } finally {
      await site.close();
    }
  } finally {
    await disk?.unmount();
  }
}
