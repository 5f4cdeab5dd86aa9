import { pullPower } from '../../../src/cli/site/power.ts';
import { until, type RecorderSite, type Site } from '../../../src/cli/site/site.ts';
import { played } from '../played.ts';
import type { Scenario } from '../scenario.ts';
import { shortest } from '../stage.ts';
import { bothOff, countAll, events, hotSite, noTakeOver, pause, prioritise, ready, restored, takenOver, takeOvers } from '../watch.ts';

/** The power of the failover server and of some recorders fails, for so long. Tells when it failed. */
async function powerFails(site: Site, recorders: readonly RecorderSite[], ms: number): Promise<number> {
  const struckMs = Date.now();
  site.failover.signal('SIGKILL');
  await Promise.all([site.failover.gone, ...recorders.map((recorder) => pullPower(recorder))]);
  await pause(ms);
  return struckMs;
}

/** Who is there when the failover server starts. */
export const startScenarios: readonly Scenario[] = [
  {
    id: 'R11b',
    text: 'seen before, dead when the failover server restarts: failed (never came back), taken over',
    run: (stage) =>
      played(stage, {}, async ({ site, victim }) => {
        const killedMs = await powerFails(site, [victim], 0);
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
        return bothOff(killedMs, againMs);
      }),
  },
  {
    id: 'S38',
    text: 'started while three recorders are down that it knew: waits for them, then takes over by priority up to its capacity, the last visibly queued; no frame missing but of the time when nothing ran',
    limitMs: 170_000,
    async run(stage) {
      const site = await stage.site({ recorders: 3, standby: 'hot', settings: (settings) => ({ ...shortest(settings), capacity: { ...settings.capacity, cameras: 4 } }) });
      await prioritise(site);
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const struckMs = await powerFails(site, site.recorders, 3_000);
      await site.restartFailover();
      const startedMs = Date.now();
      await pause(8_000);
      await noTakeOver(stage, site, 'waiting');
      const [first, second, third] = site.recorders;
      const decidedMs = [await takenOver(site, first!, 70_000), await takenOver(site, second!, 20_000)] as const;
      stage.figure('decidedAfterMs', decidedMs.map((ms) => ms - startedMs));
      stage.check(decidedMs[0] <= decidedMs[1], 'The second was taken over before the first.');
      await until('the third is queued', 20_000, async () => (await site.server(third!)).role.state === 'queued');
      for (const recorder of site.recorders) await site.restartAgent(recorder);
      for (const recorder of site.recorders) await restored(site, recorder);
      stage.check((await takeOvers(site, third)) === 0, 'The third was taken over, though there was no room.');
      await pause(6_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [bothOff(struckMs, startedMs)] });
    },
  },
  {
    id: 'S39',
    text: 'power returns, the recorders boot 6 s slower than the failover server: no take-over; no frame missing but of the time when nothing ran',
    async run(stage) {
      const { site, fromMs } = await hotSite(stage, { recorders: 2 });
      const struckMs = await powerFails(site, site.recorders, 3_000);
      await site.restartFailover();
      const startedMs = Date.now();
      await pause(6_000);
      for (const recorder of site.recorders) await site.restartAgent(recorder);
      for (const recorder of site.recorders) await restored(site, recorder);
      // Longer than the time-out by which they had to be back.
      await pause(12_000);
      await noTakeOver(stage, site);
      const failed = (await events(site, { kind: 'state' })).filter((text) => text.includes('→ failed'));
      stage.check(failed.length === 0, `Declared failed: ${failed.join(' ')}`);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [bothOff(struckMs, startedMs)] });
    },
  },
  {
    id: 'X02',
    text: 'the power of everything fails for 8 s while one of two recorders is taken over: every camera is recorded again within 60 s, the take-over goes on and ends, the other is not taken over, footage of before is there',
    limitMs: 170_000,
    async run(stage) {
      const { site, fromMs } = await hotSite(stage, { recorders: 2 });
      const [healthy, victim] = site.recorders;
      await pullPower(victim!);
      await takenOver(site, victim!);
      await pause(4_000);
      const struckMs = await powerFails(site, [healthy!], 8_000);
      // All boot at once; who is taken over and who is not is only on the failover server's disk.
      const powerMs = Date.now();
      await Promise.all([site.restartFailover(), site.restartAgent(healthy!)]);
      const againMs = Date.now();
      await until('what was taken over is recorded here again', 60_000, async () => {
        const { role } = await site.server(victim!);
        return role.state === 'active' && role.camerasRecording === victim!.cameraIds.length;
      });
      await site.restartAgent(victim!);
      for (const recorder of site.recorders) await restored(site, recorder);
      await ready(site, true);
      stage.figure('recordedAgainMs', Date.now() - powerMs);
      stage.check(Date.now() - powerMs < 60_000, `All cameras were recorded only ${Date.now() - powerMs} ms after the power came back.`);
      stage.check((await takeOvers(site, victim)) === 1, `Take-overs of ${victim!.name}: ${await takeOvers(site, victim)}, not the one of before.`);
      stage.check((await takeOvers(site, healthy)) === 0, `${healthy!.name} was taken over.`);
      await pause(6_000);
      // While nothing runs nobody can record, nor while the failover server reads its disk; then it is all there.
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [bothOff(struckMs, againMs)] });
    },
  },
];
