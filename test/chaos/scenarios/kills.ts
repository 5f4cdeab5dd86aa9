import { pullPower } from '../../../src/cli/site/power.ts';
import { until } from '../../../src/cli/site/site.ts';
import type { Scenario } from '../scenario.ts';
import { bothOff, countAll, pause, ready, restored, takenOver, takeOvers } from '../watch.ts';

/** Every durable step of a take-over and of a restore; the failover server kills itself there (`--failpoints`). */
const steps = {
  S10: 'standby to held: before persist',
  S11: 'standby to held: persisted',
  S12: 'ask cameras: done',
  S13: 'held to taking over: before persist',
  S14: 'held to taking over: persisted',
  S15: 'take camera: done',
  S16: 'taking over to active: before persist',
  S17: 'taking over to active: persisted',
  S18: 'active to active: persisted',
  S19: 'active to restoring: before persist',
  S20: 'active to restoring: persisted',
  S21: 'restoring to restoring: before persist',
  S22: 'restoring to restoring: persisted',
  S23: 'let camera go: done',
  S24: 'restoring to standby: before persist',
  S25: 'restoring to standby: persisted',
  S26: 'take-over ended: done',
} as const;

const restartAfterMs = 5_000;
const recoveryMs = 60_000;

export const killScenarios: readonly Scenario[] = (Object.entries(steps) as readonly (readonly [keyof typeof steps, string])[]).map(([id, failpoint]) => {
  const inRestore = Number(id.slice(1)) >= 19;
  return {
    id,
    text: `kill -9 of the failover server at "${failpoint}", started again after 5 s: ${inRestore ? 'the restore ends, no frame missing' : 'recording goes on within 60 s'}`,
    limitMs: 170_000,
    async run(stage) {
      stage.env.set('failover', { UNDERSTUDY_FAILPOINT: failpoint });
      const site = await stage.site({ standby: 'hot', failoverArgs: ['--failpoints'] });
      await ready(site, true);
      const victim = site.recorders[0]!;
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      await pullPower(victim);
      if (inRestore) {
        await takenOver(site, victim);
        await site.restartAgent(victim);
      }
      await until(`the failover server dies at "${failpoint}"`, 60_000, () => Promise.resolve(!site.failover.alive()));
      const diedMs = Date.now();
      await pause(restartAfterMs);
      stage.env.delete('failover');
      const startedMs = Date.now();
      await site.restartFailover();
      const againMs = Date.now();
      if (inRestore) await restored(site, victim, recoveryMs);
      else await takenOver(site, victim, recoveryMs);
      const recoveredMs = Date.now();
      stage.figure('recoveredMs', recoveredMs - startedMs);
      stage.check(recoveredMs - startedMs <= recoveryMs, `It recovered only after ${recoveredMs - startedMs} ms.`);
      if (!inRestore) {
        await site.restartAgent(victim);
        await restored(site, victim);
      }
      stage.check((await takeOvers(site, victim)) === 1, `Take-overs: ${await takeOvers(site, victim)}, not one.`);
      await pause(6_000);
      // While recorder and failover server are both dead nobody can record: that alone may be missing.
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: inRestore ? [] : [bothOff(diedMs, againMs)] });
    },
  };
});
