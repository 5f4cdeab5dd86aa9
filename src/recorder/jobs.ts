import { createHash } from 'node:crypto';
import type { SettingsDocument } from '../contract/settings.ts';
import type { CameraKey } from '../core/units.ts';
import type { CameraJob, CameraStatus, RetentionRule } from '../video/contract.ts';

const MiB = 1024 * 1024;
/** So long a disk may stand still before frames are dropped. */
const absorbSeconds = 4;
/** Enough for that at 8 Mbit/s; 100 cameras take 400 MB. */
const leastRing = 4 * MiB;
const mostRing = 64 * MiB;

/** Size by camera id, where it is not the least. */
export type Rings = ReadonlyMap<string, number>;

/**
 * Memory for cameras of a higher bit rate, learnt from what they send. In doubling steps and only
 * upwards: growing copies what is kept. The same map if nothing grows.
 */
export function grownRings(rings: Rings, statuses: readonly CameraStatus[]): Rings {
  const grown = statuses.flatMap(({ cameraId, stream }) => {
    const needed = ((stream?.peakBitsPerSecond ?? 0) / 8) * absorbSeconds;
    let bytes = rings.get(cameraId) ?? leastRing;
    while (bytes < needed && bytes < mostRing) bytes *= 2;
    return bytes > (rings.get(cameraId) ?? leastRing) ? [[cameraId, bytes] as const] : [];
  });
  return grown.length === 0 ? rings : new Map([...rings, ...grown]);
}

const dayMs = 86_400_000;

export interface JobContext {
  readonly serverId: string;
  readonly storePath: string;
  /** Cameras left to the failover server for the moment (single-session hand-over). */
  readonly released: ReadonlySet<string>;
  readonly rings: Rings;
}

/** What the engine shall do: record every camera that is enabled and not released. */
export function cameraJobs(document: SettingsDocument, context: JobContext): readonly CameraJob[] {
  return document.cameras
    .filter((camera) => camera.enabled && !context.released.has(camera.id))
    .map((camera) => ({
      serverId: context.serverId,
      cameraId: camera.id,
      source: {
        url: camera.url,
        ...(camera.username === undefined ? {} : { username: camera.username }),
        ...(camera.password === undefined ? {} : { password: camera.password }),
        transport: camera.transport,
        audio: camera.audio,
      },
      mode: 'record' as const,
      prerollMs: 0,
      ringBytes: context.rings.get(camera.id) ?? leastRing,
      storePath: context.storePath,
      priority: camera.priority,
    }));
}

/** Rules for every camera of the document, disabled ones too (their footage still ages), and for what was fetched for them. */
export function retentionRules(document: SettingsDocument, serverId: string, fetched: readonly CameraKey[]): readonly RetentionRule[] {
  // The server's ceiling is shared out evenly; what was fetched for a camera counts towards its share.
  const { maxBytes } = document.retention;
  const share = maxBytes === null ? null : Math.floor(maxBytes / Math.max(1, document.cameras.length));
  return document.cameras.map((camera) => ({
    serverId,
    cameraId: camera.id,
    also: fetched.filter(({ cameraId }) => cameraId === camera.id),
    maxAgeMs: (camera.retentionDays ?? document.retention.days) * dayMs,
    maxBytes: share,
    priority: camera.priority,
  }));
}

/** Same text, same jobs: tells whether the engine must be told anything. Never logged (passwords). */
export const jobsFingerprint = (jobs: readonly CameraJob[]): string =>
  createHash('sha256').update(JSON.stringify(jobs)).digest('hex');
