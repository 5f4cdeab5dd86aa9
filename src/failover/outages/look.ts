import { failWords, words } from '../../core/detector/words.ts';
import { takeOverOf } from '../../core/role/duties.ts';
import type { Parts } from '../parts.ts';

/** Shows the server as it is to the record of outages, which begins or ends one. */
export function lookAtOutage(parts: Parts, serverId: string): void {
  const server = parts.directory.find(serverId);
  const role = parts.roles.state(serverId);
  if (server === undefined || role === undefined) return;
  const detector = parts.monitor.state(serverId);
  const choices = new Set(parts.directory.cameras(serverId).filter((camera) => camera.present).map((camera) => parts.standby.chosen(server, camera)));
  const cause = takeOverOf(role)?.cause;
  parts.outages.look({
    serverId,
    serverName: server.name,
    detector,
    role,
    standby: choices.size > 1 ? 'mixed' : ([...choices][0] ?? server.standby),
    cause:
      detector.kind === 'failed'
        ? { code: detector.reason, text: failWords[detector.reason] }
        : cause?.kind === 'manual' && detector.outage === null
          ? { code: 'by hand', text: `taken over by ${cause.by}` }
          : { code: detector.gray === null || detector.outage !== null ? detector.kind : 'not recording', text: words(detector) },
    provisional: parts.standby.isProvisional(serverId),
  });
}
