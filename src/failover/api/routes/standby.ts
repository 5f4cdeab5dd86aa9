import { calculate } from '../../check/calculator.ts';
import { machineTimeouts } from '../../monitor/time-outs.ts';
import { UnderstudyError } from '../../../contract/errors.ts';
import type { Job } from '../../../contract/api/jobs.ts';
import type { FailoverServer } from '../../server-types.ts';
import type { SomeHandlers } from '../handlers.ts';

/** Opens a second session to each camera for a moment while the recorder's own frame rate is watched. */
export type SecondSessionTest = (serverId: string, options: { readonly cameras: readonly string[] | null; readonly seconds: number }, by: string) => Job;

export function standbyHandlers(needs: { readonly server: FailoverServer; readonly secondSession: SecondSessionTest }): SomeHandlers<'standby.calculate' | 'standby.test'> {
  const { server } = needs;
  return {
    'standby.calculate': ({ params, body }) => {
      const asked = server.server(params.server);
      if (asked.cameras.length === 0) throw new UnderstudyError('role.no-backup', 'Its cameras are not known yet: there is no settings backup.', { advice: 'Make a backup first.' });
      const { capacity, timeouts } = server.settings().settings;
      return calculate({
        server: asked,
        all: server.servers(),
        limits: capacity,
        freeBytes: server.store.health().freeBytes,
        timeouts: machineTimeouts(timeouts),
        mode: body.mode,
        cameras: body.cameras,
      });
    },
    'standby.test': ({ params, body, caller }) => needs.secondSession(server.server(params.server).id, { cameras: body.cameras ?? null, seconds: body.seconds }, caller.who),
  };
}
