import type { AlarmName } from '../../core/effects.ts';
import { takeOverOf } from '../../core/role/duties.ts';
import type { NewAuditEvent } from '../db/audit.ts';
import { stepped } from '../hearing.ts';
import type { Parts } from '../parts.ts';

/** Alarms about what was watched until now. */
const ofTheWatched: readonly AlarmName[] = ['failed', 'camera not recorded', 'server not recording', 'recorder disk', 'recorder settings'];

/**
 * Ends the pairing, here and for good: the server is neither listened to nor judged any more. What is silent because
 * nobody listens to it has not failed; judged on, a healthy recorder would be taken over a time-out later.
 */
export function endPairing(parts: Parts, serverId: string, why: Pick<NewAuditEvent, 'actor' | 'text'>): void {
  const { directory, links, monitor, progress, ports } = parts;
  const before = directory.get(serverId);
  links.remove(serverId);
  progress.delete(serverId);
  directory.put({ ...before, pin: null, seenAlive: false, version: before.version + 1 }, [
    { severity: 'warning', kind: 'settings', serverId, serverName: before.name, ...why },
  ]);
  const was = monitor.state(serverId);
  monitor.add(serverId, { seenAlive: false, instance: before.instance });
  for (const code of ofTheWatched) parts.trail.clear(code, serverId);
  stepped(parts, serverId, was, monitor.state(serverId), { type: 'tick', atMs: ports.clock.monotonicMs() });
  parts.desk.soon();
}

/**
 * Its agent, known by its key, says that another failover server protects it now. One that is taken over stays so until a
 * person ends that: its recorder may be the one that does not record.
 */
export function movedAway(parts: Parts, serverId: string, holder: string): void {
  const server = parts.directory.find(serverId);
  const role = parts.roles.state(serverId);
  if (server === undefined || server.pin === null || role === undefined || takeOverOf(role) !== null) return;
  endPairing(parts, serverId, { actor: 'system', text: `${server.name} is protected by ${holder} now, by word of its agent; this failover server has let go of it` });
}
