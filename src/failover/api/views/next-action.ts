/** Pure: what will happen by itself next, so that a person can see it coming and hold it. */
import type { z } from 'zod';
import type { Reason, SayWith } from '../../../contract/api/common.ts';
import type { nextAction } from '../../../contract/api/servers.ts';
import type { FailoverSettings } from '../../db/settings.ts';
import type { ServerView } from '../../server-types.ts';

export type NextAction = z.infer<typeof nextAction>;

/** Begin of a maintenance's note that was made by holding: letting go on ends it. */
export const holdNote = 'Held by hand';

type Seen = Pick<ServerView, 'role' | 'detector' | 'maintenance'>;

export function nextActionOf(server: Seen, settings: Pick<FailoverSettings, 'automaticTakeOver' | 'automaticRestore'>): NextAction | null {
  const { maintenance, role } = server;
  if (maintenance !== null && maintenance.note.startsWith(holdNote))
    return made(role.state === 'active' || role.state === 'taking over' ? 'restore' : 'take over', maintenance.untilMs, say('held by hand', 'Held; goes on at this time.'), true, true);
  return roleAction(server, settings) ?? detectorAction(server, settings) ?? (maintenance === null ? null : made('end maintenance', maintenance.untilMs, say('maintenance ends', 'The maintenance ends; automatic take-over is possible again.'), false, false));
}

const say = (code: string, text: string, parts?: SayWith): Reason => ({ code, text, ...(parts === undefined ? {} : { with: parts }) });

const made = (action: NextAction['action'], atMs: number | null, because: Reason, held: boolean, canHold: boolean): NextAction => ({
  id: action,
  action,
  atMs: atMs === null ? null : Math.round(atMs),
  text: because.text,
  because,
  held,
  canHold,
});

function roleAction({ role, detector, maintenance }: Seen, settings: Pick<FailoverSettings, 'automaticRestore'>): NextAction | null {
  const why = role.reason ?? '';
  switch (role.state) {
    case 'held':
      return made('take over', null, say('held back', `Held back: ${why}`.trim(), { why }), false, true);
    case 'queued':
      return made('take over', null, say('waits for room', `Waits for room: ${why}`.trim(), { why }), false, true);
    case 'restoring':
      return made('release', null, say('letting go', 'Each camera is let go as soon as the monitored server proves that it records it.'), false, false);
    case 'active':
    case 'taking over':
      if (role.pinned || maintenance !== null || !settings.automaticRestore || detector.deadlineFor !== 'recovered') return null;
      return made('restore', detector.deadlineMs, say('hold-down', 'The server is back; it is restored when it was alive for the hold-down.'), false, true);
    default:
      return null;
  }
}

const waiting: Readonly<Record<string, string>> = {
  suspect: 'No keep-alive comes',
  connected: 'Connected, but no startup message came',
  started: 'Started up, but no keep-alive came',
  'normal shutdown': 'Shut down normally, not restarted yet',
  'abnormal shutdown': 'Exited with an error, not restarted yet',
};

function detectorAction({ detector, role, maintenance }: Seen, settings: Pick<FailoverSettings, 'automaticTakeOver'>): NextAction | null {
  const text = waiting[detector.state];
  if (text === undefined || detector.deadlineFor !== 'failed' || detector.deadlineMs === null || role.state !== 'standby') return null;
  const takesOver = settings.automaticTakeOver && maintenance === null;
  return takesOver
    ? made('take over', detector.deadlineMs, say('take over', `${text}; it is taken over at this time.`, { state: detector.state }), false, true)
    : made('fail', detector.deadlineMs, say('fail', `${text}; it counts as failed at this time. It is not taken over by itself.`, { state: detector.state }), false, false);
}
