import { until } from '../../../src/cli/site/site.ts';
import type { Scenario } from '../scenario.ts';
import { hostOf } from '../stage.ts';
import { countAll, noTakeOver, pause, ready, restored, takenOver, takeOvers } from '../watch.ts';

/** Hosts with cables of their own. */
export const networkScenarios: readonly Scenario[] = [
  {
    id: 'R03',
    text: 'host power-off without FIN or RST: failed at the keep-alive time-out, taken over; restored when it is back, no frame missing with hot standby',
    needs: ['namespaces'],
    async run(stage) {
      const { site, network } = await stage.networkSite({ recorders: 2, standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(5_000);
      const victim = site.recorders[0]!;
      const host = hostOf(site, victim);
      const struckMs = Date.now();
      await network.powerOff(host);
      const decidedMs = await takenOver(site, victim);
      stage.figure('decidedAfterMs', decidedMs - struckMs);
      stage.check(decidedMs - struckMs < 8_000, `Decided only after ${decidedMs - struckMs} ms; the keep-alive time-out is 3 s.`);
      await pause(4_000);
      await network.plug(host);
      await site.restartAgent(victim);
      await restored(site, victim);
      stage.check((await takeOvers(site)) === 1, 'Not one take-over.');
      await pause(6_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'N03',
    text: 'recorder cut off from the failover server, cameras reachable by both: taken over, recorded twice, clean reunion, one timeline',
    needs: ['namespaces', 'packet filter'],
    async run(stage) {
      const { site, network } = await stage.networkSite({ standby: 'cold' });
      await ready(site);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const victim = site.recorders[0]!;
      await network.block(hostOf(site, victim), 'failover');
      await network.block('failover', hostOf(site, victim));
      await takenOver(site, victim);
      await pause(6_000);
      await network.heal();
      await restored(site, victim);
      await pause(6_000);
      // The recorder never stopped: with one timeline of both nothing is missing though standby was cold.
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'N09b',
    text: 'one monitored server only, and the failover server’s own network is cut: held, no take-over',
    needs: ['namespaces'],
    async run(stage) {
      const { site, network } = await stage.networkSite({ standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(3_000);
      const [victim] = site.recorders;
      await network.unplug('failover');
      await until('it is held and said why', 30_000, async () => {
        const { role } = await site.server(victim!);
        return role.state === 'held' && role.reason?.text.includes('camera');
      });
      await pause(6_000);
      stage.check((await site.server(victim!)).role.state === 'held', 'It is not held any more.');
      await network.plug('failover');
      await restored(site, victim!);
      await noTakeOver(stage, site);
      await pause(5_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
];
