/** Pure: which of the switchable kinds an alarm or an audit event is about; null: nobody is woken for it. */
import type { AlarmKind, AuditEvent } from '../../contract/api/events.ts';
import type { AlarmName } from '../../core/effects.ts';

const named: Readonly<Record<AlarmName, AlarmKind>> = {
  'never seen': 'not protected',
  failed: 'failed',
  'identity twice': 'not protected',
  'camera not recorded': 'not recording',
  'server not recording': 'not recording',
  'recorder disk': 'disk',
  'recorder settings': 'not recording',
  'observer unsure': 'clock',
  storm: 'storm',
  'no usable backup': 'not protected',
  'no camera answers': 'failed',
  queued: 'no room left',
  'take-over blocked': 'not protected',
  'camera not brought back': 'not recording',
  store: 'disk',
};

const families: readonly (readonly [string, AlarmKind])[] = [
  ['backup.', 'backup failed'],
  ['input.schema-newer', 'backup failed'],
  ['store.', 'disk'],
  ['role.no-capacity', 'no room left'],
  ['link.', 'not protected'],
  ['auth.', 'not protected'],
];

/** `code`: name of an alarm or one of contract/errors.ts. */
export function kindOfAlarm(code: string): AlarmKind | null {
  return (named as Readonly<Record<string, AlarmKind>>)[code] ?? families.find(([prefix]) => code.startsWith(prefix))?.[1] ?? null;
}

/** Moves of the role and what watches note; what has an alarm of its own is told by the alarm. */
export function kindOfEvent(event: Pick<AuditEvent, 'kind' | 'from' | 'to'>): AlarmKind | null {
  // One camera more is no second take-over.
  if (event.kind === 'role' && event.to === 'active' && event.from !== 'active') return 'taken over';
  if (event.kind === 'role' && event.to === 'standby' && (event.from === 'restoring' || event.from === 'stopping')) return 'restored';
  if (event.kind === 'protection' && event.to === 'not protected') return 'not protected';
  if (event.kind === 'clock') return 'clock';
  return null;
}

/** Pure: an event in a sentence for somebody who reads it on a phone at night; the trail's own text names states and camera ids. */
export function wordsOfEvent(event: Pick<AuditEvent, 'kind' | 'from' | 'to' | 'serverName' | 'text'>, failover: string): string {
  const kind = kindOfEvent(event);
  const server = event.serverName ?? 'A server';
  if (kind === 'taken over') return `${server} is taken over: ${failover} records its cameras.`;
  if (kind !== 'restored') return event.text;
  return event.from === 'stopping' ? `${failover} has stopped recording for ${server}.` : `${server} is restored: it records its cameras itself again.`;
}
