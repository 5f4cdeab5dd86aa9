import { createHash } from 'node:crypto';
import type { SettingsDocument } from '../contract/settings.ts';
import type { CameraKey } from '../core/units.ts';
import type { CameraJob, RetentionRule } from '../video/contract.ts';

/** Enough to absorb a disk that stands still for some seconds at 4 Mbit/s; 100 cameras take 400 MB at most. */
const ringBytes = 4 * 1024 * 1024;
const dayMs = 86_400_000;

export interface JobContext {
  readonly serverId: string;
  readonly storePath: string;
  /** Cameras left to the failover server for the moment (single-session hand-over). */
  readonly released: ReadonlySet<string>;
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
      ringBytes,
      storePath: context.storePath,
      priority: camera.priority,
    }));
}

/** Rules for every camera of the document, disabled ones too (their footage still ages), and for what was fetched for them. */
export function retentionRules(document: SettingsDocument, serverId: string, fetched: readonly CameraKey[]): readonly RetentionRule[] {
  // The server's ceiling is shared out evenly: a rule knows one camera only.
  const { maxBytes } = document.retention;
  const share = maxBytes === null ? null : Math.floor(maxBytes / Math.max(1, document.cameras.length));
  return document.cameras.flatMap((camera) => {
    const keys = [{ serverId, cameraId: camera.id }, ...fetched.filter(({ cameraId }) => cameraId === camera.id)];
    const maxAgeMs = (camera.retentionDays ?? document.retention.days) * dayMs;
    return keys.map((key) => ({ serverId: key.serverId, cameraId: key.cameraId, maxAgeMs, maxBytes: share, priority: camera.priority }));
  });
}

/** Same text, same jobs: tells whether the engine must be told anything. Never logged (passwords). */
export const jobsFingerprint = (jobs: readonly CameraJob[]): string =>
  createHash('sha256').update(JSON.stringify(jobs)).digest('hex');
