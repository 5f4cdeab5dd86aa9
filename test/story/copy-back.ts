import { recorderPid } from '../../src/cli/site/power.ts';
import { until } from '../../src/cli/site/site.ts';
import type { Stage } from './stage.ts';

/** Slow enough to be killed in the middle: some seconds for each camera. */
const bitsPerSecond = 1_500_000;

async function bytesHere({ site, victim }: Stage): Promise<number> {
  const cameras = await site.api.call('footage.cameras');
  return cameras.filter(({ serverId }) => serverId === victim.serverId).reduce((sum, camera) => sum + camera.bytesHere, 0);
}

/**
 * Chosen once, it goes by itself. The recorder is killed in the middle: what it has stays, the rest is
 * fetched again, and the failover server deletes its own only when everything is proven.
 */
export async function copyBackAndBreakIt(stage: Stage): Promise<void> {
  const { site, victim } = stage;
  const params = { server: victim.serverId };
  const before = await bytesHere(stage);
  if (before === 0) throw new Error('There is nothing to copy back.');
  const { version } = await site.server(victim);
  await site.api.call('servers.change', { params, body: { version, copyBack: { enabled: true, bitsPerSecond } } });
  await until('copy back is under way', 60_000, async () => {
    const jobs = await site.api.call('jobs.list');
    return jobs.some(({ kind, items }) => kind === 'copy back' && items.some(({ state, progress }) => state === 'running' && (progress ?? 0) > 0.05));
  });
  stage.say('it copies back; its recorder is killed in the middle');
  process.kill(await recorderPid(victim), 'SIGKILL');
  if ((await bytesHere(stage)) === 0) throw new Error('The footage was deleted before the copy was there.');
  await until('everything is copied back and deleted on the failover server', 120_000, async () => (await bytesHere(stage)) === 0);
  stage.say('everything is copied back');
}
