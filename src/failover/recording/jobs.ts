/** From wishes to jobs: what the recording engine shall do with every camera. Pure. */
import type { CameraDocument } from '../../contract/settings.ts';
import type { RecordingWish } from '../../core/role/types.ts';
import type { Timeouts } from '../../core/timeouts.ts';
import type { CameraJob } from '../../video/contract.ts';
import { byTurn, PrerollMemory, type Claim } from './preroll-memory.ts';
import { coldRingBytes, prerollMs, prerollRingBytes } from './preroll.ts';

/** One camera that shall have a session, with what is known of it. */
export interface Wanted {
  readonly serverId: string;
  readonly serverPriority: number;
  readonly camera: CameraDocument;
  readonly wish: Exclude<RecordingWish, 'off'>;
  /** Chosen and not fallen back: keeps its pre-roll also while it is taken over. */
  readonly hot: boolean;
  readonly gopMs: number | null;
  readonly peakBitsPerSecond: number | null;
}

export interface JobSettings {
  readonly storePath: string;
  readonly timeouts: Timeouts;
  /** Ceiling of all pre-roll rings together. */
  readonly prerollBytes: number;
  /** The jobs in force: memory that is laid out is kept, because a larger ring means a new session. */
  readonly before: readonly CameraJob[];
}

/** A hot camera that found no memory: cold until there is some. */
export interface NoMemory {
  readonly serverId: string;
  readonly cameraId: string;
  readonly name: string;
}

export interface Jobs {
  readonly jobs: readonly CameraJob[];
  readonly noMemory: readonly NoMemory[];
  readonly prerollUsed: number;
}

/** In the order of priority of servers, then of cameras: who comes first gets memory first, the rest goes cold by name. */
export function jobsFor(wanted: readonly Wanted[], settings: JobSettings): Jobs {
  const jobs: CameraJob[] = [];
  const noMemory: NoMemory[] = [];
  const before = new Map(settings.before.map((job) => [`${job.serverId}/${job.cameraId}`, job]));
  const memory = new PrerollMemory(settings.prerollBytes);
  for (const [one, claim] of wanted.map((each) => [each, claimOf(each)] as const).toSorted(([, a], [, b]) => byTurn(a, b))) {
    const length = prerollMs(settings.timeouts, one.gopMs);
    const old = before.get(`${one.serverId}/${one.camera.id}`);
    const bytes = ringBytes(prerollRingBytes(length, one.peakBitsPerSecond), one, old);
    const fits = one.hot && memory.take(claim, bytes);
    if (one.hot && !fits) noMemory.push({ serverId: one.serverId, cameraId: one.camera.id, name: one.camera.name });
    if (!fits && one.wish === 'standby') continue;
    jobs.push(jobOf(one, settings.storePath, { length: fits ? length : 0, bytes: fits ? bytes : ringBytes(coldRingBytes(one.peakBitsPerSecond), one, old) }));
  }
  return { jobs, noMemory, prerollUsed: memory.used };
}

const claimOf = ({ serverPriority, camera, wish }: Wanted): Claim => ({ serverPriority, priority: camera.priority, cameraId: camera.id, standsBy: wish === 'standby' });

/** A ring grows only while nothing hangs on it, and only when it is far too small. */
function ringBytes(needed: number, one: Wanted, old: CameraJob | undefined): number {
  if (old === undefined) return needed;
  const mayGrow = one.wish === 'standby' && old.mode === 'standby' && needed > old.ringBytes * 1.5;
  return mayGrow ? needed : old.ringBytes;
}

function jobOf(one: Wanted, storePath: string, memory: { readonly length: number; readonly bytes: number }): CameraJob {
  const { camera } = one;
  return {
    serverId: one.serverId,
    cameraId: camera.id,
    source: {
      url: camera.url,
      ...(camera.username === undefined ? {} : { username: camera.username }),
      ...(camera.password === undefined ? {} : { password: camera.password }),
      transport: camera.transport,
      audio: camera.audio,
    },
    mode: one.wish === 'standby' ? 'standby' : 'record',
    prerollMs: memory.length,
    ringBytes: memory.bytes,
    // The owner's path is replaced by ours; the engine makes one folder per monitored server below it.
    storePath,
    // What is taken over is opened before what only stands by.
    priority: one.wish === 'taken over' ? camera.priority : 1000 + camera.priority,
  };
}

export const sameJobs = (a: readonly CameraJob[], b: readonly CameraJob[]): boolean =>
  a.length === b.length && a.every((job, at) => sameJob(job, b[at]));

function sameJob(a: CameraJob, b: CameraJob | undefined): boolean {
  return (
    b !== undefined &&
    a.serverId === b.serverId && a.cameraId === b.cameraId && a.mode === b.mode && a.prerollMs === b.prerollMs &&
    a.ringBytes === b.ringBytes && a.storePath === b.storePath && a.priority === b.priority && a.source.url === b.source.url &&
    a.source.username === b.source.username && a.source.password === b.source.password &&
    a.source.transport === b.source.transport && a.source.audio === b.source.audio
  );
}
