import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../../src/cli/site/site.ts';
import type { Scenario } from '../scenario.ts';
import { hostOf, shortest } from '../stage.ts';
import { countAll, events, lostMs, noTakeOver, prioritise, pause, ready, restored, takenOver, takeOvers } from '../watch.ts';

const run = promisify(execFile);

/**
 * A recorder that is cut off while both reach its cameras. A cable that is cut one way is as good as cut: who is not heard,
 * or hears nothing and is heard only until its packets wait for an answer that never comes, is silent. So it is taken over,
 * though it records on.
 */
const cutOff = (id: string, text: string, ways: readonly (readonly ['recorder' | 'failover', 'recorder' | 'failover'])[]): Scenario => ({
  id,
  text,
  needs: ['namespaces', 'packet filter'],
  async run(stage) {
    const { site, network } = await stage.networkSite({ standby: 'cold' });
    await ready(site);
    const fromMs = Date.now() + 1_000;
    await pause(4_000);
    const victim = site.recorders[0]!;
    const hosts = { recorder: hostOf(site, victim), failover: 'failover' };
    const struckMs = Date.now();
    for (const [from, to] of ways) await network.block(hosts[from], hosts[to]);
    const decidedMs = await takenOver(site, victim);
    stage.figure('decidedAfterMs', decidedMs - struckMs);
    await pause(6_000);
    await network.heal();
    await restored(site, victim);
    stage.check((await takeOvers(site)) === 1, 'Not one take-over.');
    await pause(6_000);
    // The recorder never stopped: with one timeline of both nothing is missing though standby was cold.
    await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
  },
});

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
  cutOff('N03', 'recorder cut off from the failover server, cameras reachable by both: taken over, recorded twice, clean reunion, one timeline', [['recorder', 'failover'], ['failover', 'recorder']]),
  cutOff('N03b', 'the cable is cut one way, nothing from the recorder reaches the failover server: taken over, recorded twice, clean reunion, one timeline', [['recorder', 'failover']]),
  cutOff('N03c', 'the cable is cut the other way, nothing from the failover server reaches the recorder: the same', [['failover', 'recorder']]),
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
  {
    id: 'N09',
    text: 'the failover server’s own network is down for 45 s, longer than a storm is held: nobody is taken over, also when it comes back',
    needs: ['namespaces'],
    async run(stage) {
      const { site, network } = await stage.networkSite({ recorders: 2, standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(2_000);
      await network.unplug('failover');
      await pause(45_000);
      await noTakeOver(stage, site, 'waiting');
      await network.plug('failover');
      for (const recorder of site.recorders) await restored(site, recorder);
      await pause(8_000);
      await noTakeOver(stage, site);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'N10',
    text: 'the switch reboots for 25 s, everything silent: storm, no take-over; recording goes on when it is back',
    needs: ['namespaces'],
    async run(stage) {
      const { site, network } = await stage.networkSite({ recorders: 3, camerasPerRecorder: 1, standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const offMs = Date.now();
      await network.switchOff();
      await until('the storm is told', 20_000, async () => (await site.api.call('failover.state')).storm !== null);
      await pause(offMs + 25_000 - Date.now());
      await network.switchOn();
      for (const recorder of site.recorders) await restored(site, recorder);
      stage.figure('backAfterMs', Date.now() - offMs - 25_000);
      await ready(site, true);
      const backMs = Date.now();
      await pause(6_000);
      await noTakeOver(stage, site);
      // Nobody reached a camera meanwhile.
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [[offMs - lostMs, backMs]] });
    },
  },
  {
    id: 'N11',
    text: 'all recorders really gone, cameras reachable: storm held, then taken over by priority up to the capacity, the last visibly queued',
    needs: ['namespaces'],
    limitMs: 170_000,
    async run(stage) {
      const { site, network } = await stage.networkSite({ recorders: 3, standby: 'hot', settings: (settings) => ({ ...shortest(settings), capacity: { ...settings.capacity, cameras: 4 } }) });
      await prioritise(site);
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const struckMs = Date.now();
      await Promise.all(site.recorders.map((recorder) => network.powerOff(hostOf(site, recorder))));
      await until('the storm is told', 20_000, async () => (await site.api.call('failover.state')).storm !== null);
      const [first, second, third] = site.recorders;
      await takenOver(site, first!, 70_000);
      const decidedMs = await takenOver(site, second!, 20_000);
      stage.figure('decidedAfterMs', decidedMs - struckMs);
      stage.check(decidedMs - struckMs > 25_000, `Taken over ${decidedMs - struckMs} ms after the storm began; it is held for 30 s.`);
      await until('the third is queued', 20_000, async () => (await site.server(third!)).role.state === 'queued');
      stage.check((await site.api.call('failover.state')).queue.some(({ name }) => name === third!.name), 'The queue does not show the third.');
      for (const recorder of site.recorders) {
        await network.plug(hostOf(site, recorder));
        await site.restartAgent(recorder);
      }
      for (const recorder of site.recorders) await restored(site, recorder);
      await pause(6_000);
      // The third, too: hot standby writes what it is queued for.
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'N12',
    text: '20 % of all packets of the failover server lost each way for 75 s, default time-outs: no take-over, no frame missing (an hour with jitter is simulated; here no jitter)',
    needs: ['namespaces', 'packet filter'],
    limitMs: 170_000,
    async run(stage) {
      const { site, network } = await stage.networkSite({ recorders: 2, camerasPerRecorder: 1, settings: (settings) => settings });
      await ready(site);
      const fromMs = Date.now() + 1_000;
      // Recorders reach their cameras as ever, so that each missing frame is a fault.
      await network.lose('failover', 20);
      await pause(75_000);
      await noTakeOver(stage, site);
      const told = await events(site, { kind: 'state' });
      stage.check(!told.some((text) => text.includes('→ failed')), `Somebody was declared failed: ${told.find((text) => text.includes('→ failed'))}`);
      stage.figure('timesSuspect', told.filter((text) => text.includes('→ suspect')).length);
      await network.heal();
      for (const recorder of site.recorders) await restored(site, recorder);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'N14',
    text: 'a firewall forgets the connection and drops its packets silently: noticed, reconnected, no take-over',
    needs: ['namespaces', 'packet filter'],
    async run(stage) {
      const { site, network } = await stage.networkSite({ standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(3_000);
      const forgotten = await network.forgetConnections('failover', 'recorder-1');
      stage.figure('connectionsForgotten', forgotten);
      stage.check(forgotten > 0, 'There was no connection to forget.');
      const forgottenMs = Date.now();
      await pause(3_000);
      await restored(site, site.recorders[0]!, 15_000);
      const server = await site.server(site.recorders[0]!);
      stage.check((server.lastKeepAliveMs ?? 0) > forgottenMs + 1_000, 'No keep-alive came over a new connection.');
      await pause(10_000);
      await noTakeOver(stage, site);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'N17',
    text: 'the name of a recorder’s host does not resolve any more, then resolves to an old address: the last good address is used, no take-over',
    needs: ['namespaces', 'packet filter'],
    async run(stage) {
      const hosts = join(stage.folder, 'hosts');
      const say = async (address: string | null): Promise<void> => await writeFile(hosts, `127.0.0.1 localhost\n${address === null ? '' : `${address} recorder-1.test\n`}`);
      await say('10.77.0.12');
      await run('mount', ['--bind', hosts, '/etc/hosts']);
      const { site, network } = await stage.networkSite({ standby: 'hot', names: { 'recorder-1': 'recorder-1.test' } });
      const [recorder] = site.recorders;
      stage.check((await site.server(recorder!)).address.startsWith('recorder-1.test'), 'It is not known by its name.');
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      for (const answer of [null, '10.77.0.99']) {
        await say(answer);
        stage.check((await network.forgetConnections('failover', 'recorder-1')) > 0, 'There was no connection to forget.');
        const forgottenMs = Date.now();
        await until(`a keep-alive while the name resolves to ${answer ?? 'nothing'}`, 10_000, async () => ((await site.server(recorder!)).lastKeepAliveMs ?? 0) > forgottenMs + 2_500);
        stage.figure(`backAfterMs, ${answer ?? 'no answer'}`, Date.now() - forgottenMs);
        await pause(1_000);
      }
      await restored(site, recorder!);
      await pause(4_000);
      await noTakeOver(stage, site);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
];
