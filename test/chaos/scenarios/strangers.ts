import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recorderPid } from '../../../src/cli/site/power.ts';
import { until, type Site } from '../../../src/cli/site/site.ts';
import { writeDurably } from '../../../src/platform/durable-file.ts';
import { anotherAgent, newPairingSecret } from '../agents.ts';
import { played } from '../played.ts';
import { recorderOf } from '../processes.ts';
import type { Scenario } from '../scenario.ts';
import { shortest } from '../stage.ts';
import { answerOf, countAll, events, noTakeOver, pause, ready, restored, state } from '../watch.ts';

/** Recorders that nobody saw at work yet, and one that is there twice. */
export const strangerScenarios: readonly Scenario[] = [
  {
    id: 'R11',
    text: 'paired, but its recorder was never seen to start, and its host is dead when the failover server starts again: a warning, no take-over; no warning any more when it is there after all',
    async run(stage) {
      const site = await stage.site({});
      const [known] = site.recorders;
      const folder = join(stage.folder, 'site', 'stranger');
      await mkdir(folder);
      const settings = await readFile(join(known!.folder, 'settings.json'), 'utf8');
      await writeDurably(join(folder, 'settings.json'), settings.replaceAll(known!.storePath, join(folder, 'footage')).replaceAll(known!.name, 'Stranger'));
      const agent = await anotherAgent(stage, folder);
      const pid = await until('its recorder', 10_000, () => recorderOf(folder));
      process.kill(pid, 'SIGSTOP');
      const { id } = await site.api.call('servers.add', { body: { address: `127.0.0.1:${agent.ready.port}`, pairingSecret: newPairingSecret(folder) } });
      await ready(site);
      const fromMs = Date.now() + 1_000;
      const stranger = (): ReturnType<Site['server']> => site.api.call('servers.get', { params: { server: id } });
      await until('its settings are backed up', 20_000, async () => (await stranger()).backup.lastGood !== null);
      // Long enough for a recorder that is well to be seen.
      await pause(4_000);
      stage.check((await stranger()).state === 'connected', `Its recorder stands still, and it is ${(await stranger()).state}.`);
      site.failover.signal('SIGKILL');
      agent.signal('SIGKILL');
      process.kill(pid, 'SIGKILL');
      await Promise.all([site.failover.gone, agent.gone]);
      await site.restartFailover();
      const startedMs = Date.now();
      const never = async (): Promise<boolean> => (await site.api.call('attention.list')).some(({ serverId, severity, reason }) => serverId === id && severity === 'warning' && reason.code === 'never seen');
      await until('it is told that it was never seen', 20_000, never);
      stage.figure('toldAfterMs', Date.now() - startedMs);
      // Twice as long as the longest time-out.
      await pause(startedMs + 20_000 - Date.now());
      stage.check(await never(), 'It is not told any more.');
      stage.check((await stranger()).role.state === 'standby', `Its role is ${(await stranger()).role.state}.`);
      await noTakeOver(stage, site);
      const back = await anotherAgent(stage, folder, agent.ready.port);
      await until('it is alive', 20_000, async () => (await stranger()).state === 'alive');
      stage.check(!(await never()), 'It is alive, and it is told that it was never seen.');
      await back.end();
      stage.check((await site.server(known!)).state === 'alive', `${known!.name} is not alive.`);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'R17',
    text: 'two recorders with one identity (a cloned disk): the second is refused with a reason, alarmed, by another address and at the same one; the first goes on unharmed',
    run: (stage) =>
      played(stage, { settings: (settings) => ({ ...settings, timeouts: { ...shortest(settings).timeouts, keepAliveMs: 8_000 } }) }, async ({ site, victim }) => {
        const clone = `${victim.folder}-clone`;
        await cp(victim.folder, clone, { recursive: true, filter: (path) => !/\.(lock|sock)$|footage/.test(path) });
        // On a host of its own it would have a disk of its own.
        const settings = await readFile(join(clone, 'settings.json'), 'utf8');
        await writeDurably(join(clone, 'settings.json'), settings.replaceAll(victim.storePath, join(clone, 'footage')));
        const agent = await anotherAgent(stage, clone);
        const refused = await answerOf(site.api.call('servers.add', { body: { address: `127.0.0.1:${agent.ready.port}`, pairingSecret: newPairingSecret(clone), name: 'Clone' } }));
        stage.figure('answer', refused);
        stage.check(refused === 'link.identity-twice', `The second was answered ${refused}.`);
        stage.check((await events(site, { severity: 'alarm' })).some((text) => text.includes('link.identity-twice')), 'No alarm tells of two with one identity.');
        const original = victim.agent.ready.port;
        const first = await recorderPid(victim);
        const told = async (): Promise<boolean> => (await events(site, { server: victim.serverId })).some((text) => text.includes('D2'));
        // An operator who unplugs one and plugs in the other: the link finds the clone where the first was. Alone it cannot be told from a restart.
        victim.cable.plugInto(agent.ready.port);
        await until('the link found the clone and backed up its settings', 20_000, async () => {
          const { backup } = await site.server(victim);
          const { storePath } = await site.api.call('backups.get', { params: { server: victim.serverId, version: backup.lastGood!.version } });
          return storePath === join(clone, 'footage');
        });
        await state(site, victim, 'alive');
        stage.check(!(await told()), 'A second machine was told of while only one was to be seen.');
        // The first is back while the clone was heard a moment ago: now there are two.
        victim.cable.plugInto(original);
        await until('the second one is refused', 10_000, told);
        const attention = (await site.api.call('attention.list')).filter(({ serverId, severity }) => serverId === victim.serverId && severity === 'alarm').map(({ reason }) => reason.text);
        stage.check(attention.some((text) => text.includes('second machine')), `No alarm tells of the second machine: ${attention.join(' ')}`);
        // The clone is unplugged, so it falls silent, and the first is believed again.
        await restored(site, victim);
        await noTakeOver(stage, site);
        stage.check((await recorderPid(victim)) === first, 'The first recorder is not the same process any more.');
        await agent.end();
      }),
  },
];
