import { join } from 'node:path';
import { z } from 'zod';
import type { ServerCamera } from '../src/contract/api/servers.ts';
import { startSite, until, type Site } from '../src/cli/site/site.ts';
import { pause } from './process-figures.ts';
import { measure } from './video-runs.ts';

interface Figures {
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

export interface ColdBesideHot {
  readonly cold: Figures;
  readonly hot: Figures;
  /** The same process when the monitored server was removed from it. */
  readonly alone: Figures;
  /** RTSP sessions that anybody opened while all cameras were cold. */
  readonly coldSessions: number;
  /** So many stood by when hot was measured. */
  readonly hotCameras: number;
}

const settleMs = 30_000;

const sessionsOfAll = z.array(z.object({ sessions: z.array(z.unknown()), counters: z.object({ sessionsOpened: z.number() }) }));

/** A whole failover server with one monitored server, first cold, then hot, then without it: what its process costs. */
export async function coldBesideHot(folder: string, cameras: number, bitrate: string, seconds: number): Promise<ColdBesideHot> {
  const site = await startSite({ folder: join(folder, 'server'), recorders: 1, camerasPerRecorder: cameras, cameraArgs: ['--bitrate', bitrate, '--padding', 'slice'] });
  try {
    const recorder = site.recorders[0]!;
    const look = () => measure([site.failover.pid], seconds);
    const list = async (): Promise<readonly ServerCamera[]> => (await site.api.call('servers.get', { params: { server: recorder.serverId } })).cameraList;
    await until('the recorder writes every camera', 60_000, async () => {
      const found = await list();
      return found.length === cameras && found.every((camera) => (camera.recorder?.newestUs ?? 0) > 0);
    });
    await quiet(site, cameras);
    // As long as for hot: what a process does in its first minute is not what it costs for ever.
    await pause(settleMs);
    const before = await sessions(site);
    const cold = await look();
    const coldSessions = (await sessions(site)).opened - before.opened;

    const { version } = await site.server(recorder);
    await site.api.call('servers.change', { params: { server: recorder.serverId }, body: { version, standby: { mode: 'hot' } } });
    const standing = async (): Promise<number> => (await list()).filter(({ here }) => here?.state === 'streaming').length;
    await until('every camera stands by', 120_000, async () => (await standing()) === cameras);
    await pause(settleMs);
    const hot = await look();
    const hotCameras = await standing();

    await site.api.call('servers.remove', { params: { server: recorder.serverId }, query: { confirm: recorder.name } });
    await pause(10_000);
    return { cold, hot, alone: await look(), coldSessions, hotCameras };
  } finally {
    await site.close();
  }
}

async function sessions(site: Site): Promise<{ readonly open: number; readonly opened: number }> {
  const state = sessionsOfAll.parse(await (await fetch(`http://127.0.0.1:${site.cameras.ready.control}/`)).json());
  return { open: state.reduce((sum, camera) => sum + camera.sessions.length, 0), opened: state.reduce((sum, { counters }) => sum + counters.sessionsOpened, 0) };
}

/** The checks that a new monitored server brings are over: nobody but the recorder has sessions, for a while. */
async function quiet(site: Site, cameras: number): Promise<void> {
  let last = { opened: -1, atMs: 0 };
  await until('nobody but the recorder asks the cameras', 300_000, async () => {
    const { open, opened } = await sessions(site);
    if (open !== cameras || opened !== last.opened) last = { opened, atMs: Date.now() };
    return open === cameras && Date.now() - last.atMs > 10_000;
  });
}
