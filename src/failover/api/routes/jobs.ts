import type { Timers } from '../../../platform/clock.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { Jobs } from '../jobs.ts';

export function jobHandlers({ jobs, timers }: { readonly jobs: Jobs; readonly timers: Timers }): SomeHandlers<'jobs.list' | 'jobs.get'> {
  return {
    'jobs.list': () => jobs.list(),
    'jobs.get': ({ params, query }) => jobs.wait(params.job, query.waitMs, (ms, run) => timers.after(ms, run)),
  };
}
