/** Pure: which of the switchable kinds an audit event is about; null: nobody is woken for it. */
import type { AlarmKind, AuditEvent } from '../../contract/api/events.ts';

export function alarmKindOf(event: AuditEvent): AlarmKind | null {
  if (event.kind === 'backup') return event.severity === 'info' ? null : isByPerson(event) ? null : 'backup failed';
  if (event.kind === 'protection') return event.to === 'not protected' ? 'not protected' : null;
  if (event.to === 'failed') return 'failed';
  if (event.to === 'active') return 'taken over';
  if (event.to === 'queued') return 'no room left';
  if (event.to === 'standby' && (event.from === 'restoring' || event.from === 'stopping')) return 'restored';
  return event.severity === 'alarm' || event.severity === 'warning' ? byCode(`${event.kind} ${event.reason?.code ?? ''} ${event.to ?? ''}`.toLowerCase()) : null;
}

const isByPerson = (event: AuditEvent): boolean => event.actor !== 'system';

function byCode(words: string): AlarmKind | null {
  if (/\bstore\b|disk/.test(words)) return 'disk';
  if (/clock/.test(words)) return 'clock';
  if (/storm|many servers silent/.test(words)) return 'storm';
  if (/not recording|gray/.test(words)) return 'not recording';
  if (/no-capacity/.test(words)) return 'no room left';
  return null;
}
