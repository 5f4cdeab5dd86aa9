import { freeze, pullPower, recorderPid, thaw } from '../../../src/cli/site/power.ts';
import { until, type RecorderSite, type Site } from '../../../src/cli/site/site.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { countAll, events, noTakeOver, pause, ready, restored, state, takenOver, takeOvers } from '../watch.ts';

/** What a recorder and its host do to us. Hot standby, so that a missing frame is a fault. */
interface Play {
  readonly stage: Stage;
  readonly site: Site;
  readonly victim: RecorderSite;
}

/** Everything records, the fault comes and goes, a quiet end; then all frames of all cameras are counted. */
async function played(stage: Stage, options: Parameters<Stage['site']>[0], fault: (play: Play) => Promise<void>): Promise<void> {
  const site = await stage.site({ standby: 'hot', ...options });
  await ready(site, (options.standby ?? 'hot') === 'hot');
  const fromMs = Date.now() + 1_000;
  await pause(5_000);
  await fault({ stage, site, victim: site.recorders[0]! });
  await pause(6_000);
  await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
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
        // What both are away for is nobody's: frames are counted from here on.
        site.failover.signal('SIGKILL');
        await site.failover.gone;
        await pullPower(victim);
        const startedMs = Date.now();
        await site.restartFailover();
        const decidedMs = await takenOver(site, victim, 60_000);
        stage.figure('decidedAfterMs', decidedMs - startedMs);
        stage.check(decidedMs - startedMs > 8_000, `Taken over after ${decidedMs - startedMs} ms already; the normal-shutdown time-out is 10 s.`);
        const told = (await events(site, { server: victim.serverId })).join('\n');
        stage.check(told.includes('never came back') || told.includes('has not come back'), 'No event says that it never came back.');
        await site.restartAgent(victim);
        await restored(site, victim);
      }),
  },
  {
    id: 'R20',
    text: 'the agent alone is killed, the recorder goes on: no take-over, recorder unharmed, adopted by the next agent',
    run: (stage) =>
      played(stage, { agentArgs: () => ['--leave-recorder'] }, async ({ site, victim }) => {
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
];
