import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pullPower } from '../../../src/cli/site/power.ts';
import { understudyWords, until } from '../../../src/cli/site/site.ts';
import { newPairingSecret } from '../agents.ts';
import { backAfterAll, decided, played } from '../played.ts';
import type { Scenario } from '../scenario.ts';
import { answerOf, coldGap, countAll, noTakeOver, pause, ready, restored, takenOver, takeOvers } from '../watch.ts';

/** What people do, and what is done twice. */
export const operatorScenarios: readonly Scenario[] = [
  {
    id: 'S36',
    text: 'a second process with the same data folder: refuses to start, says who holds it; the first goes on unharmed',
    async run(stage) {
      const site = await stage.site({ standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      const recorder = site.recorders[0]!;
      const second = (words: readonly string[]): void => {
        const ran = spawnSync(process.execPath, [...understudyWords, ...words], { encoding: 'utf8', timeout: 30_000, env: { ...process.env } });
        stage.check(ran.status !== 0 && ran.status !== null, `A second ${words[0]} started (exit code ${ran.status}).`);
        stage.check(ran.stderr.includes('process '), `The refusal of ${words[0]} names no process: ${ran.stderr.slice(0, 300)}`);
        stage.check(!/\n\s+at /.test(ran.stderr), `The refusal of ${words[0]} is a stack trace.`);
      };
      second(['failover', '--folder', join(stage.folder, 'site', 'failover'), '--http-port', '0', '--port', '0']);
      second(['agent', '--folder', recorder.folder, '--port', '0']);
      second(['recorder', '--folder', recorder.folder]);
      await pause(4_000);
      stage.check((await site.server(recorder)).state === 'alive', 'The recorder is not alive any more.');
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'O01',
    text: 'Take over server pressed twice at once by two clients: one operation, the second is told',
    async run(stage) {
      const site = await stage.site({ standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      const victim = site.recorders[0]!;
      await pause(3_000);
      const press = (): Promise<string> => answerOf(site.api.call('servers.takeOver', { params: { server: victim.serverId }, body: { confirm: victim.name } }));
      const answers = (await Promise.all([press(), press()])).toSorted();
      stage.figure('answers', answers);
      stage.check(answers.join() === 'accepted,role.already-running', `The answers were ${answers.join(' and ')}.`);
      await takenOver(site, victim);
      stage.check((await press()) === 'role.already-running', 'A third press was not told that it is under way.');
      stage.check((await takeOvers(site)) === 1, 'Not one take-over.');
      await pause(3_000);
      await site.api.call('servers.reset', { params: { server: victim.serverId }, body: {} });
      await restored(site, victim);
      await pause(6_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'O03',
    text: 'a maintenance of 25 s is forgotten and the power of its recorder fails: no take-over before its end, taken over at its end; no frame missing with hot standby',
    run: (stage) =>
      played(stage, {}, async (play) => {
        const { site, victim } = play;
        const untilMs = Date.now() + 25_000;
        await site.api.call('servers.maintenance', { params: { server: victim.serverId }, body: { untilMs, note: 'new disk' } });
        await pause(2_000);
        await pullPower(victim);
        // More than twice the longest time-out; the take-over waits for nothing but the end of the maintenance.
        await pause(untilMs - 1_000 - Date.now());
        await noTakeOver(stage, site, 'waiting');
        stage.check((await site.server(victim)).maintenance !== null, 'The maintenance ended before its end.');
        await decided(play, untilMs, [0, 6_000]);
        stage.check((await site.server(victim)).maintenance === null, 'It was taken over in the maintenance.');
        await backAfterAll(play);
      }),
  },
  {
    id: 'O09',
    text: 'a monitored server removed while taken over: recording stops in order, its footage is kept and listed; added again, all of it is one timeline',
    async run(stage) {
      const site = await stage.site({ recorders: 2 });
      await ready(site);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const [victim, other] = site.recorders;
      const struckMs = Date.now();
      await pullPower(victim!);
      await takenOver(site, victim!);
      const takenMs = Date.now();
      await pause(5_000);
      const removedMs = Date.now();
      const remove = (confirm: object): Promise<string> => answerOf(site.api.call('servers.remove', { params: { server: victim!.serverId }, query: confirm }));
      stage.check((await remove({})) === 'role.confirm', 'It was removed without the typed name, though it is taken over.');
      stage.check((await remove({ confirm: victim!.name })) === 'accepted', 'It was not removed.');
      await until('it is not in the list any more', 10_000, async () => (await site.api.call('servers.list')).every(({ id }) => id !== victim!.serverId));
      const urls = site.cameras.ready.urls.slice(0, victim!.cameraIds.length);
      await until('its cameras are let go', 10_000, async () => {
        const cameras = (await (await fetch(`http://127.0.0.1:${site.cameras.ready.control}/`)).json()) as readonly { readonly url: string; readonly sessions: readonly unknown[] }[];
        return cameras.filter(({ url }) => urls.includes(url)).every(({ sessions }) => sessions.length === 0);
      });
      const listed = (await site.api.call('footage.cameras')).filter(({ serverId }) => serverId === victim!.serverId);
      stage.check(listed.map(({ cameraId }) => cameraId).toSorted().join() === victim!.cameraIds.join() && listed.every(({ removed, span }) => removed && span !== null), `Of its footage is listed: ${JSON.stringify(listed)}`);
      await site.restartAgent(victim!);
      const { id } = await site.api.call('servers.add', { body: { address: `127.0.0.1:${victim!.cable.port}`, pairingSecret: newPairingSecret(victim!.folder), name: victim!.name } });
      stage.check(id === victim!.serverId, `Added again it is ${id}, not ${victim!.serverId}.`);
      await ready(site);
      const backMs = Date.now();
      await pause(6_000);
      stage.check((await site.server(other!)).state === 'alive', `${other!.name} is not alive.`);
      const nobody = [coldGap(struckMs, takenMs), [removedMs, backMs]] as const;
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: (recorder) => (recorder === victim ? nobody : []) });
    },
  },
];
