import { spawnSync } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { startChild } from '../../../src/cli/site/child.ts';
import { freeze, pullPower, recorderPid, thaw } from '../../../src/cli/site/power.ts';
import { understudyWords, until, type RecorderSite, type Site } from '../../../src/cli/site/site.ts';
import { UnderstudyError } from '../../../src/contract/errors.ts';
import { writeDurably } from '../../../src/platform/durable-file.ts';
import { isAlive } from '../../../src/platform/process.ts';
import { countFootage } from '../../story/footage.ts';
import { mark, recorderOf } from '../processes.ts';
import type { Scenario } from '../scenario.ts';
import { shortest, type Stage } from '../stage.ts';
import { countAll, events, noTakeOver, pause, ready, restored, state, takenOver, takeOvers } from '../watch.ts';

/** What a recorder and its host do to us. Hot standby, so that a missing frame is a fault. */
interface Play {
  readonly stage: Stage;
  readonly site: Site;
  readonly victim: RecorderSite;
}

/** Everything records, the fault (which tells when nobody could record) comes and goes, a quiet end; then all frames of all cameras are counted. */
async function played(stage: Stage, options: Parameters<Stage['site']>[0], fault: (play: Play) => Promise<readonly [number, number] | void>): Promise<void> {
  const site = await stage.site({ standby: 'hot', ...options });
  await ready(site, (options.standby ?? 'hot') === 'hot');
  const fromMs = Date.now() + 1_000;
  await pause(5_000);
  const nobody = await fault({ stage, site, victim: site.recorders[0]! });
  await pause(6_000);
  await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, ...(nobody ? { except: nobody } : {}) });
}

async function decided({ stage, site, victim }: Play, struckMs: number): Promise<void> {
  const decidedMs = await takenOver(site, victim);
  stage.figure('decidedAfterMs', decidedMs - struckMs);
}

export const recorderScenarios: readonly Scenario[] = [
  {
    id: 'R01',
    text: 'SIGKILL of the recorder: its agent restarts it, no take-over, no frame missing with hot standby',
    run: (stage) =>
      played(stage, {}, async ({ site, victim }) => {
        const pid = await recorderPid(victim);
        process.kill(pid, 'SIGKILL');
        await state(site, victim, 'abnormal shutdown', 10_000);
        await restored(site, victim);
        stage.check((await recorderPid(victim)) !== pid, 'The recorder is not another process.');
        await noTakeOver(stage, site);
      }),
  },
  {
    id: 'R02',
    text: 'SIGKILL of the recorder, no restart: taken over at the abnormal-shutdown time-out, restored when it is back, no frame missing with hot standby',
    run: (stage) =>
      played(stage, { agentArgs: () => ['--no-restart'] }, async (play) => {
        const { site, victim } = play;
        const struckMs = Date.now();
        process.kill(await recorderPid(victim), 'SIGKILL');
        await decided(play, struckMs);
        const after = stage.figures['decidedAfterMs'] as number;
        stage.check(after > 8_000 && after < 20_000, `Taken over ${after} ms after the end of the recorder, the time-out is 10 s.`);
        await victim.agent.end();
        await site.restartAgent(victim);
        await restored(site, victim);
        stage.check((await takeOvers(site)) === 1, 'Not one take-over.');
      }),
  },
  {
    id: 'R04',
    text: 'SIGSTOP of agent and recorder for less than the keep-alive time-out: no take-over',
    run: (stage) =>
      played(stage, {}, async ({ site, victim }) => {
        await freeze(victim);
        await pause(1_500);
        await thaw(victim);
        await restored(site, victim);
        await noTakeOver(stage, site);
      }),
  },
  {
    id: 'R05',
    text: 'SIGSTOP of agent and recorder for ever: taken over; when it goes on after all, restored',
    run: (stage) =>
      played(stage, {}, async (play) => {
        const struckMs = Date.now();
        await freeze(play.victim);
        await decided(play, struckMs);
        await pause(5_000);
        await thaw(play.victim);
        await restored(play.site, play.victim);
        stage.check((await takeOvers(play.site)) === 1, 'Not one take-over.');
      }),
  },
  {
    id: 'R07',
    text: 'normal shutdown, back in time: no take-over, no frame missing with hot standby',
    run: (stage) =>
      played(stage, {}, async ({ site, victim }) => {
        await victim.agent.end();
        await state(site, victim, 'normal shutdown', 10_000);
        await pause(4_000);
        await site.restartAgent(victim);
        await restored(site, victim);
        await noTakeOver(stage, site);
      }),
  },
  {
    id: 'R11b',
    text: 'seen before, dead when the failover server restarts: failed (never came back), taken over',
    run: (stage) =>
      played(stage, {}, async ({ site, victim }) => {
        const killedMs = Date.now();
        site.failover.signal('SIGKILL');
        await site.failover.gone;
        await pullPower(victim);
        const startedMs = Date.now();
        await site.restartFailover();
        const againMs = Date.now();
        const decidedMs = await takenOver(site, victim, 60_000);
        stage.figure('decidedAfterMs', decidedMs - startedMs);
        stage.check(decidedMs - startedMs > 8_000, `Taken over after ${decidedMs - startedMs} ms already; the normal-shutdown time-out is 10 s.`);
        const told = (await events(site, { server: victim.serverId })).join('\n');
        stage.check(told.includes('never came back') || told.includes('has not come back'), 'No event says that it never came back.');
        await site.restartAgent(victim);
        await restored(site, victim);
        // While both are dead nobody can record; then hot standby does, long before anything is decided.
        return [killedMs - 600, againMs + 2_500] as const;
      }),
  },
  {
    id: 'R20',
    text: 'the agent alone is killed, the recorder goes on: no take-over, recorder unharmed, adopted by the next agent',
    run: (stage) =>
      played(stage, { agentArgs: () => ['--leave-recorder'], settings: (settings) => ({ ...settings, timeouts: { ...shortest(settings).timeouts, keepAliveMs: 8_000 } }) }, async ({ site, victim }) => {
        const pid = await recorderPid(victim);
        process.kill(victim.agent.pid, 'SIGKILL');
        await victim.agent.gone;
        await until('suspicion', 10_000, async () => (await site.server(victim)).state !== 'alive');
        await pause(500);
        await site.restartAgent(victim);
        await restored(site, victim);
        stage.check((await recorderPid(victim)) === pid, 'The recorder is another process.');
        await noTakeOver(stage, site);
        // Left alone on purpose: the stage would find it as an orphan.
        stage.atEnd(() => void process.kill(pid, 'SIGKILL'));
      }),
  },
  {
    id: 'R10',
    text: 'connects but never starts up, then starts up but never keeps alive: failed at the time-outs Connected and Started, taken over each time',
    limitMs: 170_000,
    run: (stage) =>
      played(stage, {}, async ({ site, victim }) => {
        for (const [phase, told] of [['connected', 'not started'], ['started', 'no keep-alive']] as const) {
          const old = await recorderPid(victim);
          await victim.agent.end();
          await site.restartAgent(victim);
          const pid = await until('the next recorder', 10_000, async () => {
            const now = await recorderOf(victim.folder);
            return now !== null && now !== old && isAlive(now) ? now : null;
          });
          if (phase === 'started') await until('it started up', 15_000, async () => (await site.server(victim)).state === 'started');
          process.kill(pid, 'SIGSTOP');
          const struckMs = Date.now();
          await pause(1_000);
          const { state: now } = await site.server(victim);
          stage.check(now === phase, `Frozen when it was ${phase}, it is ${now}.`);
          const decidedMs = await takenOver(site, victim, 60_000);
          stage.figure(`decidedAfterMs, ${told}`, decidedMs - struckMs);
          stage.check(decidedMs - struckMs > 5_000 && decidedMs - struckMs < 25_000, `Taken over ${decidedMs - struckMs} ms after it was frozen; the time-out is 10 s.`);
          process.kill(pid, 'SIGCONT');
          await restored(site, victim);
          await pause(3_000);
        }
      }),
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
        const agent = await startChild({ name: 'clone', args: [...understudyWords, 'agent', '--folder', clone, '--port', '0', '--json'], logFile: `${clone}.log`, ready: z.object({ ready: z.literal(true), port: z.number() }), group: true, env: { [mark]: stage.run } });
        stage.atEnd(() => agent.end());
        const shown = spawnSync(process.execPath, [...understudyWords, 'agent', 'pair', '--new', '--folder', clone, '--json'], { encoding: 'utf8' });
        const { pairingSecret } = JSON.parse(shown.stdout) as { pairingSecret: string };
        const refused = await site.api.call('servers.add', { body: { address: `127.0.0.1:${agent.ready.port}`, pairingSecret, name: 'Clone' } }).then(
          () => 'accepted',
          (error: unknown) => (error instanceof UnderstudyError ? error.code : String(error)),
        );
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
  {
    id: 'R23',
    text: 'a camera that allows one session is still held by the dead recorder’s ghost: asked each second, recorded as soon as it is free, the gap told',
    limitMs: 200_000,
    async run(stage) {
      const ghostMs = 15_000;
      const site = await stage.site({ maxSessions: 1 });
      await site.fault('all', { sessions: { limit: 1, ghostMs } });
      await ready(site);
      const victim = site.recorders[0]!;
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const struckMs = Date.now();
      await pullPower(victim);
      await takenOver(site, victim, 45_000);
      await pause(4_000);
      const [outage] = await site.api.call('outages.list', { query: { server: victim.serverId } });
      const late = Object.fromEntries(
        await Promise.all(
          victim.cameraIds.map(async (camera) => {
            const counted = await countFootage(site, victim, camera, { fromMs: struckMs + 3_000, toMs: Date.now() - 1_000 });
            const first = counted.missingRanges[0]?.[1] ?? Number.NaN;
            return [camera, Math.round((first + 1) * 40 - struckMs - ghostMs)] as const;
          }),
        ),
      );
      stage.figure('firstFrameAfterGhostMs', late);
      for (const [camera, ms] of Object.entries(late)) stage.check(ms > -1_500 && ms < 3_000, `${camera}: its first frame came ${ms} ms after the ghost was gone.`);
      await site.restartAgent(victim);
      await restored(site, victim, 90_000);
      await pause(5_000);
      const toMs = Date.now() - 1_500;
      // Break before make: the camera's one session changes hands, and its ghost is dead at once this time (TEARDOWN).
      await countAll(stage, site, [victim], { fromMs, toMs, except: [struckMs - 600, struckMs + ghostMs + 3_000], most: 75 });
      const report = await until('the report is measured', 40_000, async () => {
        const found = await site.api.call('outages.get', { params: { outage: outage!.id } });
        return found.state === 'final' ? found : null;
      });
      stage.check(report.perCamera.length === 2 && report.perCamera.every(({ gapMs }) => gapMs > ghostMs - 2_000), `The report tells gaps of ${report.perCamera.map(({ gapMs }) => Math.round(gapMs)).join(', ')} ms.`);
    },
  },
];
