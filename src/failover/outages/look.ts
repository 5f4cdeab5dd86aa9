import { failWords, words } from '../../core/detector/words.ts';
import type { DetectorState } from '../../core/detector/types.ts';
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
  // A camera that nobody reaches is no outage of its server: nothing of it can be written.
  const provisional = parts.standby.provisional(serverId).filter(({ cameraId }) => parts.desk.status(serverId, cameraId)?.state === 'streaming');
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
          : detector.kind === 'alive' && detector.outage === null
            ? causeOfCameras(detector, provisional.filter(({ lost }) => lost).length)
            : { code: detector.kind, text: words(detector) },
    provisional: provisional.length > 0,
  });
}

/** Its server is alive, but not all of its footage is sure. */
function causeOfCameras(detector: DetectorState, lost: number): { readonly code: string; readonly text: string } {
  if (detector.gray !== null) return { code: 'not recording', text: words(detector) };
  if (lost === 0) return { code: 'suspect', text: 'Alive, but its life signs were late for a moment' };
  return { code: 'not recording', text: `Alive, but lost footage of ${lost === 1 ? 'a camera' : `${lost} cameras`}` };
}
