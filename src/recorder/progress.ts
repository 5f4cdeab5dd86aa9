import type { CameraProgress, Progress } from '../contract/link.ts';
import type { SettingsDocument } from '../contract/settings.ts';
import type { TimeUs } from '../core/units.ts';
import type { CameraStatus, FootageStore } from '../video/contract.ts';

export type DiskHealth = Pick<ReturnType<FootageStore['health']>, 'state' | 'freeBytes' | 'text'>;

export interface ProgressInput {
  readonly document: SettingsDocument;
  readonly digest: string;
  readonly released: ReadonlySet<string>;
  readonly statuses: readonly CameraStatus[];
  /** Begin of each camera's unbroken run, from `runTracker`. */
  readonly runs: ReadonlyMap<string, TimeUs>;
  readonly bytesWritten: number;
  readonly disk: DiskHealth;
}

/** Proof of recording, camera by camera: what is on disk, not what a socket promises. Disabled cameras are not listed. */
export function makeProgress(input: ProgressInput): Progress {
  const byId = new Map(input.statuses.map((status) => [status.cameraId, status]));
  return {
    cameras: input.document.cameras
      .filter((camera) => camera.enabled)
      .map((camera) => (input.released.has(camera.id) ? released(camera.id) : cameraProgress(camera.id, byId.get(camera.id), input.runs.get(camera.id)))),
    bytesWritten: input.bytesWritten,
    disk: toldOf(input.disk),
    settingsDigest: input.digest,
  };
}

/** The link has no word of its own for a disk that hangs; the text says it. */
const toldOf = ({ state, ...rest }: DiskHealth): Progress['disk'] => ({ ...rest, state: state === 'silent' ? 'unknown' : state });

const none = { newestUs: null, sinceUs: null, durableUs: null };
const released = (id: string): CameraProgress => ({ id, ...none, state: 'released', reason: 'Left to the failover server for the hand-over.' });

function cameraProgress(id: string, status: CameraStatus | undefined, sinceUs: TimeUs | undefined): CameraProgress {
  if (status === undefined) return { id, ...none, state: 'connecting' };
  const { recording, stream } = status;
  const reason = status.writeError ?? status.reason;
  const stateSinceUs = status.writeError === null ? status.sinceUs : status.writeErrorSinceUs;
  return {
    id,
    newestUs: recording?.newestWrittenUs ?? null,
    sinceUs: sinceUs ?? null,
    durableUs: recording?.durableUs ?? null,
    packetsLost: status.counters.packetsLost,
    state: status.writeError === null ? status.state : 'not written',
    ...(typeof stateSinceUs === 'number' ? { stateSinceUs } : {}),
    ...(status.clockOffsetMs === null ? {} : { clockOffsetMs: Math.round(status.clockOffsetMs / 100) * 100 }),
    ...(reason === null ? {} : { reason: reason.text.slice(0, 500), code: reason.code.slice(0, 60) }),
    ...(stream === null ? {} : { gopMs: stream.gopMs, bitsPerSecond: stream.bitsPerSecond, peakBitsPerSecond: stream.peakBitsPerSecond }),
  };
}

/**
 * Where each camera's unbroken run of writing began. The engine's own `firstFrameUs` is the begin of
 * the order to write; a session that was lost meanwhile, or frames that were dropped, begin a run
 * anew. Later than the truth rather than earlier: a failover server lets a camera go by it (I7).
 */
export function runTracker(): (statuses: readonly CameraStatus[]) => ReadonlyMap<string, TimeUs> {
  let runs = new Map<string, Run>();
  return (statuses) => {
    runs = new Map(statuses.map((status) => [status.cameraId, nextRun(runs.get(status.cameraId), status)]));
    return new Map([...runs].flatMap(([id, { sinceUs }]) => (sinceUs === null ? [] : [[id, sinceUs] as const])));
  };
}

/** Between two looks (250 ms) the newest frame moves otherwise only if the host's clock was set. */
const steppedBackUs = 1_000_000;
const steppedOnUs = 30_000_000;

interface Run {
  readonly firstFrameUs: TimeUs | null;
  readonly newestUs: TimeUs;
  readonly connects: number;
  readonly dropped: number;
  /** Null while broken; the first frame newer than `brokenUs` begins it again. */
  readonly sinceUs: TimeUs | null;
  readonly brokenUs: TimeUs;
}

function nextRun(before: Run | undefined, status: CameraStatus): Run {
  const { recording, counters } = status;
  const firstFrameUs = recording?.firstFrameUs ?? null;
  const newestUs = recording?.newestWrittenUs ?? before?.brokenUs ?? 0;
  const now = { firstFrameUs, newestUs, connects: counters.connects, dropped: counters.framesDropped };
  const writing = recording !== null && status.writeError === null && status.state === 'streaming';
  if (!writing) return { ...now, sinceUs: null, brokenUs: newestUs };
  if (before?.firstFrameUs !== firstFrameUs) return { ...now, sinceUs: firstFrameUs, brokenUs: 0 };
  // Its begin is of another time: the difference of the two would prove nothing, or nothing for hours.
  if (newestUs < before.newestUs - steppedBackUs || newestUs > before.newestUs + steppedOnUs) return { ...now, sinceUs: newestUs, brokenUs: 0 };
  const whole = before.connects === now.connects && before.dropped === now.dropped;
  if (whole && before.sinceUs !== null) return { ...before, newestUs };
  const brokenUs = whole ? before.brokenUs : newestUs;
  return { ...now, sinceUs: newestUs > brokenUs ? newestUs : null, brokenUs };
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
