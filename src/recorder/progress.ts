import type { CameraProgress, Progress } from '../contract/link.ts';
import type { SettingsDocument } from '../contract/settings.ts';
import type { CameraStatus, FootageStore } from '../video/contract.ts';

export type DiskHealth = Pick<ReturnType<FootageStore['health']>, 'state' | 'freeBytes' | 'text'>;

export interface ProgressInput {
  readonly document: SettingsDocument;
  readonly digest: string;
  readonly released: ReadonlySet<string>;
  readonly statuses: readonly CameraStatus[];
  readonly bytesWritten: number;
  readonly disk: DiskHealth;
}

/** Proof of recording, camera by camera: what is on disk, not what a socket promises. Disabled cameras are not listed. */
export function makeProgress(input: ProgressInput): Progress {
  const byId = new Map(input.statuses.map((status) => [status.cameraId, status]));
  return {
    cameras: input.document.cameras
      .filter((camera) => camera.enabled)
      .map((camera) => (input.released.has(camera.id) ? released(camera.id) : cameraProgress(camera.id, byId.get(camera.id)))),
    bytesWritten: input.bytesWritten,
    disk: input.disk,
    settingsDigest: input.digest,
  };
}

const none = { newestUs: null, sinceUs: null, durableUs: null };
const released = (id: string): CameraProgress => ({ id, ...none, state: 'released', reason: 'Left to the failover server for the hand-over.' });

function cameraProgress(id: string, status: CameraStatus | undefined): CameraProgress {
  if (status === undefined) return { id, ...none, state: 'connecting' };
  const { recording, stream } = status;
  const reason = status.writeError ?? status.reason;
  return {
    id,
    newestUs: recording?.newestWrittenUs ?? null,
    // A session that hangs or was lost has ended its run, whatever lies on disk.
    sinceUs: status.state === 'streaming' && status.writeError === null ? (recording?.firstFrameUs ?? null) : null,
    durableUs: recording?.durableUs ?? null,
    state: status.writeError === null ? status.state : 'not written',
    ...(reason === null ? {} : { reason: reason.text.slice(0, 500) }),
    ...(stream === null ? {} : { gopMs: stream.gopMs, bitsPerSecond: stream.bitsPerSecond, peakBitsPerSecond: stream.peakBitsPerSecond }),
  };
}

/** Adds up bytes over writers that begin again at zero. */
export function byteCounter(): (statuses: readonly CameraStatus[]) => number {
  const last = new Map<string, number>();
  let total = 0;
  return (statuses) => {
    for (const status of statuses) {
      const bytes = status.recording?.bytes ?? 0;
      const before = last.get(status.cameraId) ?? 0;
      total += bytes >= before ? bytes - before : bytes;
      last.set(status.cameraId, bytes);
    }
    return total;
  };
}
