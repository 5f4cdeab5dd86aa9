import type { Actor, AuditEntry } from '../core/effects.ts';
import type { NewAuditEvent } from './db/audit.ts';

export const actorName = (actor: Actor): string => (actor.kind === 'person' ? actor.name : 'system');

const kinds = { detector: 'state', role: 'role', observer: 'observer' } as const;

/** States that a person should hear of. */
const alarming = new Set(['failed', 'taking over', 'storm', 'held', 'queued']);
const warning = new Set(['suspect', 'abnormal shutdown', 'normal shutdown', 'unsure', 'restoring', 'stopping']);

/** A machine's audit entry as an event of the trail. */
export function auditEvent(entry: AuditEntry, serverName: string | null, outageId: string | null): NewAuditEvent {
  // `failed (silent)` → `failed`
  const to = entry.to.replace(/ \(.*$/, '');
  return {
    severity: alarming.has(to) ? 'alarm' : warning.has(to) ? 'warning' : 'info',
    kind: kinds[entry.machine],
    serverId: entry.serverId,
    serverName,
    actor: actorName(entry.actor),
    from: entry.from,
    to: entry.to,
    reason: { code: entry.actor.kind === 'rule' ? entry.actor.rule : 'person', text: entry.why },
    text: `${serverName ?? 'This failover server'}: ${entry.from === entry.to ? entry.to : `${entry.from} → ${entry.to}`}, ${entry.why.replace(/\.$/, '')}.`,
    outageId,
  };
}
