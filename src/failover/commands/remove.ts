import { forgetAsked } from '../recording/singles.ts';
import type { Parts } from '../parts.ts';

/** Nothing of the server is active any more: it leaves the list. Footage and its retention rules stay (O09). */
export function forgetServer(parts: Parts, serverId: string): void {
  const server = parts.directory.find(serverId);
  parts.links.remove(serverId);
  parts.roles.remove(serverId);
  parts.monitor.remove(serverId);
  parts.documents.forget(serverId);
  parts.standby.forget(serverId);
  parts.progress.delete(serverId);
  forgetAsked(parts, serverId);
  parts.trail.clearAll(serverId);
  parts.outages.forget(serverId);
  if (server !== undefined)
    parts.directory.remove(serverId, [
      { severity: 'info', kind: 'settings', serverId, serverName: server.name, actor: 'system', text: `${server.name} is not monitored any more; its footage stays.` },
    ]);
  parts.desk.soon();
}
