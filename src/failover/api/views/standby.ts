/** Pure: which cameras stand by otherwise than their server, and why. */
import type { MonitoredServer } from '../../../contract/api/servers.ts';
import { cannotBeHot } from '../../recording/cannot-be-hot.ts';
import type { CameraView, ServerView } from '../../server-types.ts';

type Exception = MonitoredServer['standby']['exceptions'][number];
type Reason = Exception['reason'];

/** What is so, not what was wished for: a camera that cannot be hot is told as cold. */
export const standbyExceptions = (server: Pick<ServerView, 'standby' | 'cameras'>): Exception[] =>
  server.cameras
    .filter(({ enabled }) => enabled)
    .flatMap((camera): Exception[] => {
      const reason = camera.standby === 'hot' ? whyNotHot(camera) : null;
      if (reason !== null) return [{ cameraId: camera.id, mode: 'cold', reason }];
      return camera.standby === server.standby ? [] : [{ cameraId: camera.id, mode: camera.standby, reason: { code: 'chosen', text: 'Chosen for this camera.' } }];
    });

const whyNotHot = (camera: CameraView): Reason | null =>
  cannotBeHot(camera) ?? (camera.lacksMemory ? { code: 'no memory', text: 'The ceiling of memory for pre-roll is reached; cameras of higher priority come first.' } : null);
