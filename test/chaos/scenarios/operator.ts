import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { understudyWords } from '../../../src/cli/site/site.ts';
import type { Scenario } from '../scenario.ts';
import { answerOf, countAll, pause, ready, restored, takenOver, takeOvers } from '../watch.ts';

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
];
