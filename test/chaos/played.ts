import type { RecorderSite, Site } from '../../src/cli/site/site.ts';
import type { Stage } from './stage.ts';
import { countAll, pause, ready, restored, takenOver, takeOvers, type Nobody } from './watch.ts';

/** What a recorder and its host do to us. Hot standby, so that a missing frame is a fault. */
export interface Play {
  readonly stage: Stage;
  readonly site: Site;
  readonly victim: RecorderSite;
}

/** Everything records, the fault (which tells when nobody could record) comes and goes, a quiet end; then all frames of all cameras are counted. */
export async function played(stage: Stage, options: Parameters<Stage['site']>[0], fault: (play: Play) => Promise<Nobody | void>): Promise<void> {
  const site = await stage.site({ standby: 'hot', ...options });
  await ready(site, (options.standby ?? 'hot') === 'hot');
  const fromMs = Date.now() + 1_000;
  await pause(5_000);
  const nobody = await fault({ stage, site, victim: site.recorders[0]! });
  await pause(6_000);
  await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: nobody ? [nobody] : [] });
}

/** Taken over so long after it was struck. */
export async function decided({ stage, site, victim }: Play, struckMs: number, withinMs: readonly [least: number, most: number] = [0, Infinity]): Promise<void> {
  const afterMs = (await takenOver(site, victim)) - struckMs;
  stage.figure('decidedAfterMs', afterMs);
  stage.check(afterMs > withinMs[0] && afterMs < withinMs[1], `Taken over after ${afterMs} ms, not between ${withinMs.join(' and ')} ms.`);
}

/** Its host boots after all: restored, and that was the only take-over. */
export async function backAfterAll({ stage, site, victim }: Play): Promise<void> {
  await victim.agent.end();
  await site.restartAgent(victim);
  await restored(site, victim);
  stage.check((await takeOvers(site)) === 1, `There were ${await takeOvers(site)} take-overs, not one.`);
}
