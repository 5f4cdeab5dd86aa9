import { freeze, pullPower, recorderPid, thaw } from '../../../src/cli/site/power.ts';
import { until } from '../../../src/cli/site/site.ts';
import { isAlive } from '../../../src/platform/process.ts';
import { countFootage } from '../../story/footage.ts';
import { backAfterAll, decided, played, type Play } from '../played.ts';
import { recorderOf } from '../processes.ts';
import type { Scenario } from '../scenario.ts';
import { shortest } from '../stage.ts';
import { countAll, events, lostMs, noTakeOver, pause, ready, restored, state, takenOver, takeOvers } from '../watch.ts';

/** Its host boots, and is well for so long. */
async function bootFor({ site, victim }: Play, ms: number): Promise<void> {
  await site.restartAgent(victim);
  await until('it is alive', 10_000, async () => (await site.server(victim)).state === 'alive');
  await pause(ms);
}

/** Alive and taken over all the same, by the only take-over; a person trusts it again. */
async function giveBack({ stage, site, victim }: Play): Promise<void> {
  const { state: now, role } = await site.server(victim);
  stage.check(now === 'alive' && role.state === 'active', `After the last boot it is ${now}, its role ${role.state}.`);
  await site.api.call('servers.reset', { params: { server: victim.serverId }, body: {} });
  await restored(site, victim);
  stage.check((await takeOvers(site)) === 1, `There were ${await takeOvers(site)} take-overs, not one.`);
}

/** What recorders and their cameras do. */
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
        const struckMs = Date.now();
        process.kill(await recorderPid(play.victim), 'SIGKILL');
        await decided(play, struckMs, [8_000, 20_000]);
        await backAfterAll(play);
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
    id: 'R08',
    text: 'normal shutdown, never back: taken over at the normal-shutdown time-out; restored when it is back after all, no frame missing with hot standby',
    run: (stage) =>
      played(stage, {}, async (play) => {
        const struckMs = Date.now();
        await play.victim.agent.end();
        await state(play.site, play.victim, 'normal shutdown', 10_000);
        // Then its cameras must have answered for 10 s: where nothing is heard, it may be our own network (F9).
        await decided(play, struckMs, [10_000, 25_000]);
        await backAfterAll(play);
      }),
  },
  {
    id: 'R09',
    text: 'the agent dies, then the recorder ends in order: nobody can tell of it, the connection is closed cleanly; judged by the keep-alive time-out, not by that of a shutdown',
    run: (stage) =>
      played(stage, {}, async (play) => {
        const { victim } = play;
        const pid = await recorderPid(victim);
        const struckMs = Date.now();
        process.kill(victim.agent.pid, 'SIGKILL');
        process.kill(pid, 'SIGTERM');
        await victim.agent.gone;
        await until('the recorder ends in order', 5_000, async () => (await recorderOf(victim.folder)) === null);
        await decided(play, struckMs, [2_500, 8_000]);
        await backAfterAll(play);
      }),
  },
  {
    id: 'R12',
    text: 'crash loop, the power fails at each of 10 boots: one take-over, no restore between them nor soon after the last; given back by a person, no frame missing with hot standby',
    limitMs: 170_000,
    run: (stage) =>
      played(stage, {}, async (play) => {
        for (let boot = 0; boot < 10; boot++) {
          await pullPower(play.victim);
          await pause(1_000);
          await bootFor(play, 1_000);
        }
        await takenOver(play.site, play.victim, 5_000);
        // Each crash doubled the hold-down, 2 s at first: it stays taken over though it is alive.
        await pause(10_000);
        await giveBack(play);
      }),
  },
  {
    id: 'R19',
    text: 'taken over; back for 5 s, half of the hold-down, and dead again, six times: no restore begins, one take-over; given back by a person, no frame missing with hot standby',
    limitMs: 170_000,
    run: (stage) =>
      played(stage, { settings: (settings) => ({ ...settings, timeouts: { ...shortest(settings).timeouts, holdDownMs: 10_000 } }) }, async (play) => {
        await pullPower(play.victim);
        await takenOver(play.site, play.victim);
        for (let time = 0; time < 6; time++) {
          await bootFor(play, 5_000);
          await pullPower(play.victim);
          await pause(1_000);
        }
        await bootFor(play, 12_000);
        await giveBack(play);
        const begun = (await events(play.site, { kind: 'role' })).filter((text) => text.includes('→ restoring'));
        stage.check(begun.length === 1, `Restores began: ${begun.join(' ')}`);
      }),
  },
  {
    id: 'R14',
    text: 'one of three cameras does not answer its recorder any more: shown with its name, no take-over, recorded by hot standby meanwhile',
    run: (stage) =>
      played(stage, { camerasPerRecorder: 3 }, async ({ site, victim }) => {
        const struckMs = Date.now();
        await site.fault(1, { clients: { deny: ['agent:Understudy recorder'], how: 'mute' } });
        await until('it is said which camera is not recorded', 15_000, async () => {
          const { notRecording, gray } = await site.server(victim);
          return notRecording === 'some cameras' && gray.map(({ cameraId }) => cameraId).join() === 'cam-1';
        });
        stage.figure('toldAfterMs', Date.now() - struckMs);
        stage.check((await site.api.call('attention.list')).some(({ serverId, reason }) => serverId === victim.serverId && reason.text.includes('Camera 1.')), 'Nothing that needs a person names the camera.');
        // Longer than every time-out.
        await pause(15_000);
        await noTakeOver(stage, site);
        await site.fault(1, { clients: { deny: [] } });
        await until('it is recorded again', 40_000, async () => (await site.server(victim)).notRecording === 'no');
        await noTakeOver(stage, site);
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
      await countAll(stage, site, [victim], { fromMs, toMs, except: [[struckMs - lostMs, struckMs + ghostMs + 3_000]], most: 75 });
      const report = await until('the report is measured', 40_000, async () => {
        const found = await site.api.call('outages.get', { params: { outage: outage!.id } });
        return found.state === 'final' ? found : null;
      });
      stage.check(report.perCamera.length === 2 && report.perCamera.every(({ gapMs }) => gapMs > ghostMs - 2_000), `The report tells gaps of ${report.perCamera.map(({ gapMs }) => Math.round(gapMs)).join(', ')} ms.`);
    },
  },
];
