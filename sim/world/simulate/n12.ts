import type { FailoverServer } from '../../../src/failover/server-types.ts';
import { World } from '../world.ts';

export interface LossyResult {
  readonly servers: number;
  readonly days: number;
  readonly seed: number;
  readonly takeOvers: number;
  readonly failures: number;
  /** Silences long enough for suspicion (two missing keep-alives). */
  readonly suspicions: number;
  readonly longestSilenceMs: number;
}

const dayMs = 86_400_000;

/** N12: 20 % loss each way and 200 ms jitter for days, default time-outs: nobody fails, nobody is taken over. */
export async function lossyDays({ servers, days, seed }: { readonly servers: number; readonly days: number; readonly seed: number }): Promise<LossyResult> {
  const world = new World(seed, { vault: true, recorderStepMs: 1000, engineStepMs: 1000 });
  await world.startFailover();
  for (let at = 0; at < servers; at += 1) await world.addSite(`s${at}`, 1);
  await world.time.run(60_000);
  for (const id of world.sites.keys()) world.network.setWeather('failover', id, { loss: 0.2, jitterMs: 200, doubled: 0 });
  let longestSilenceMs = 0;
  world.time.every(5000, () => {
    longestSilenceMs = Math.max(longestSilenceMs, longest(world.server, world.clock.wallMs()));
  });
  await world.time.run(days * dayMs);
  const count = (where: string): number => Number(world.database.prepare(`SELECT count(*) AS many FROM audit WHERE ${where}`).get()?.['many']);
  const result = { servers, days, seed, takeOvers: count(`kind = 'role' AND to_state LIKE 'taking over%'`), failures: count(`kind = 'state' AND to_state LIKE 'failed%'`), suspicions: count(`kind = 'state' AND to_state = 'suspect'`), longestSilenceMs };
  world.killFailover();
  return result;
}

/** Of this moment. */
function longest(server: FailoverServer, nowMs: number): number {
  let longestMs = 0;
  for (const view of server.servers()) longestMs = Math.max(longestMs, nowMs - (view.link.lastLifeSignMs ?? nowMs));
  return longestMs;
}
