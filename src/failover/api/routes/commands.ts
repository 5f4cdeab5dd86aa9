import { UnderstudyError } from '../../../contract/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { FailoverServer } from '../../server-types.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { Picture } from '../picture.ts';
import { holdNote } from '../views/next-action.ts';
import { confirmed } from './servers.ts';

type Names =
  | 'servers.takeOver'
  | 'servers.reset'
  | 'servers.stop'
  | 'servers.maintenance'
  | 'servers.endMaintenance'
  | 'servers.hold'
  | 'servers.retryCamera'
  | 'servers.copyBack';

/** Starts the recorder's fetching of what it misses. */
export type CopyBack = (serverId: string, by: { readonly who: string; readonly bitsPerSecond?: number }) => Promise<void>;

const hourMs = 3_600_000;
const longestMaintenanceMs = 30 * 24 * hourMs;

export function commandHandlers(needs: { readonly server: FailoverServer; readonly picture: Picture; readonly clock: Clock; readonly copyBack: CopyBack }): SomeHandlers<Names> {
  const { server, picture, clock } = needs;
  return {
    'servers.takeOver': async ({ params, body, caller }) => {
      await server.takeOver(params.server, { who: caller.who, ...confirmed(body.confirm) });
      return picture.server(params.server);
    },
    'servers.reset': async ({ params, caller }) => {
      await server.reset(params.server, caller);
      return picture.server(params.server);
    },
    'servers.stop': async ({ params, body, caller }) => {
      await server.stopRecording(params.server, { who: caller.who, confirm: body.confirm ?? '' });
      return picture.server(params.server);
    },
    'servers.maintenance': async ({ params, body, caller }) => {
      const { untilMs, note, takeOver, confirm } = body;
      checkEnd(untilMs, clock.wallMs());
      await server.maintenance(params.server, { untilMs, note, takeOver, ...confirmed(confirm) }, caller);
      return picture.server(params.server);
    },
    'servers.endMaintenance': async ({ params, caller }) => {
      await server.maintenance(params.server, null, caller);
      return picture.server(params.server);
    },
    'servers.hold': async ({ params, body, caller }) => {
      const { next } = picture.server(params.server);
      if (next === null || next.id !== body.action) throw new UnderstudyError('input.conflict', 'This is no longer what comes next.', { field: 'action', advice: 'Look again.' });
      if (!next.canHold) throw new UnderstudyError('input.conflict', `"${next.text}" cannot be held.`, { field: 'action' });
      // A hold is a maintenance of one hour: it ends by itself (O03) and is said loudly.
      await server.maintenance(params.server, body.held ? { untilMs: Math.round(clock.wallMs()) + hourMs, note: `${holdNote} by ${caller.who}` } : null, caller);
      return picture.server(params.server);
    },
    'servers.retryCamera': ({ params, caller }) => {
      server.retryCamera(params.server, params.camera, caller);
      return picture.server(params.server);
    },
    'servers.copyBack': async ({ params, body, caller }) => {
      await needs.copyBack(params.server, { who: caller.who, ...(body.bitsPerSecond === undefined ? {} : { bitsPerSecond: body.bitsPerSecond }) });
      return picture.server(params.server);
    },
  };
}

function checkEnd(untilMs: number, nowMs: number): void {
  if (untilMs <= nowMs) throw new UnderstudyError('input.invalid', 'untilMs: The end lies in the past.', { field: 'untilMs' });
  if (untilMs > nowMs + longestMaintenanceMs) throw new UnderstudyError('input.invalid', 'untilMs: At most 30 days from now.', { field: 'untilMs' });
}
