import type { Job } from '../../../contract/api/jobs.ts';
import type { Checker } from '../../check/checker.ts';
import type { FailoverServer } from '../../server-types.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { Jobs } from '../jobs.ts';

export interface CheckRunner {
  /** One or several servers, as one job. */
  run(serverIds: readonly string[], by: string): Job;
}

export function checkRunner(needs: { readonly server: FailoverServer; readonly checker: Checker; readonly jobs: Jobs }): CheckRunner {
  const { server, checker, jobs } = needs;
  return {
    run(serverIds, by) {
      const items = serverIds.map((id) => ({ id, name: server.server(id).name }));
      const only = items.length === 1 ? items[0] : undefined;
      const title = only === undefined ? 'Check of all cameras' : `Check of the cameras of ${only.name}`;
      return jobs.start({ kind: 'check', title, by, items, key: only === undefined ? 'check' : `check ${only.id}` }, async (report) => {
        await Promise.all(
          items.map(async ({ id }) => {
            report.item(id, { state: 'running' });
            const result = await checker.check(id, (done, all) => report.item(id, { text: `${done} of ${all} cameras`, progress: done / all }));
            const first = result.reasons[0];
            // The check itself went well: what it found is its result, not a failure of the work.
            report.item(id, { state: 'done', progress: 1, text: first === undefined ? 'protected' : `not protected: ${first.text}` });
          }),
        );
      });
    },
  };
}

export function checkHandlers(needs: { readonly server: FailoverServer; readonly checker: Checker; readonly runner: CheckRunner }): SomeHandlers<'check.get' | 'check.run' | 'check.server'> {
  const { server, checker, runner } = needs;
  return {
    'check.get': () => checker.report(),
    'check.run': ({ caller }) => runner.run(server.servers().map(({ id }) => id), caller.who),
    'check.server': ({ params, caller }) => runner.run([server.server(params.server).id], caller.who),
  };
}
