/** What a server that was removed from the list was called, and its cameras: the outages in which they were written tell. */
import type { FailoverServer } from '../server-types.ts';

/** An old one names a camera that newer ones do not; more than these are not read for each look at a list. */
const mostOutages = 20;

export interface RemovedNames {
  readonly server: string;
  camera(id: string): string;
}

/** Where no outage is known any more, ids must do. */
export function removedNames(server: Pick<FailoverServer, 'outages' | 'outage'>, serverId: string): RemovedNames {
  const views = server.outages({ server: serverId, limit: mostOutages }).map(({ id }) => server.outage(id));
  const cameras = new Map<string, string>();
  for (const { cameraId, name } of views.flatMap(({ runs }) => runs)) if (!cameras.has(cameraId)) cameras.set(cameraId, name);
  return { server: views[0]?.serverName ?? serverId, camera: (id) => cameras.get(id) ?? id };
}
