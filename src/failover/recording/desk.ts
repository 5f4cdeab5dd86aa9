import { takeOverOf } from '../../core/role/duties.ts';
import type { RoleState } from '../../core/role/types.ts';
import type { CameraJob, CameraStatus, Recording } from '../../video/contract.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { FramesWatch } from './frames-watch.ts';
import { jobsFor, sameJobs, type JobSettings, type NoMemory, type Wanted } from './jobs.ts';

export interface DeskParts {
  readonly recording: Recording;
  readonly log: Log;
  readonly clock: Clock;
  readonly afterPoll: (run: () => void) => void;
  /** Every camera that shall have a session now. */
  readonly wanted: () => readonly Wanted[];
  readonly settings: () => Omit<JobSettings, 'before'>;
  readonly roles: () => readonly RoleState[];
  readonly recorded: (serverId: string, cameraId: string) => void;
  readonly letGo: (serverId: string, cameraId: string) => void;
  readonly noMemory: (cameras: readonly NoMemory[]) => void;
  /** After each round of snapshots. */
  readonly statuses: (all: ReadonlyMap<string, CameraStatus>) => void;
  readonly failed: (error: Error) => void;
}

export const cameraKey = (serverId: string, cameraId: string): string => `${serverId}/${cameraId}`;

/**
 * Keeps the recording engine doing what roles and hot standby wish, and reports what came of it. The
 * jobs follow from the state alone, so after a crash the same state makes the same jobs, and no
 * session can be left over (S10–S26).
 */
export class Desk {
  readonly #parts: DeskParts;
  #jobs: readonly CameraJob[] = [];
  /** Keys of the jobs that the engine has taken. */
  #applied: ReadonlyMap<string, CameraJob> = new Map();
  #byKey: ReadonlyMap<string, CameraStatus> = new Map();
  readonly #frames = new FramesWatch();
  #asked = false;
  #applying = false;
  #stopped = false;
  /** Left out of the next order, so that the one after it opens a fresh session. */
  readonly #afresh = new Set<string>();
  /** Hot cameras that found no memory for a pre-roll, by key. */
  #noMemory: ReadonlySet<string> = new Set();
  prerollUsed = 0;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    parts.recording.onStatuses((all) => this.#hear(all));
  }

  status(serverId: string, cameraId: string): CameraStatus | null {
    return this.#byKey.get(cameraKey(serverId, cameraId)) ?? null;
  }

  /** For how long no frame of it has come here; null: it was not asked. */
  withoutFramesMs(serverId: string, cameraId: string): number | null {
    return this.#frames.withoutMs(cameraKey(serverId, cameraId));
  }

  lacksMemory(serverId: string, cameraId: string): boolean {
    return this.#noMemory.has(cameraKey(serverId, cameraId));
  }

  hasJob(serverId: string, cameraId: string): boolean {
    return this.#applied.has(cameraKey(serverId, cameraId));
  }

  /** Frames come and nothing hinders, but nothing is told to be on disk yet. */
  begins(serverId: string, cameraId: string): boolean {
    const status = this.status(serverId, cameraId);
    return status !== null && status.state === 'streaming' && status.recording === null && status.writeError === null;
  }

  /** Wishes may have changed; they are looked at once, after all events of this moment. */
  soon(): void {
    if (this.#asked || this.#stopped) return;
    this.#asked = true;
    this.#parts.afterPoll(() => {
      this.#asked = false;
      void this.#apply();
    });
  }

  /** A camera that waits (refused, paused) is asked again now; one that streams is left alone. */
  retry(serverId: string, cameraId: string): void {
    const state = this.status(serverId, cameraId)?.state;
    if (state !== 'paused' && state !== 'retrying') return;
    this.#afresh.add(cameraKey(serverId, cameraId));
    this.soon();
  }

  /** No more orders; what runs is left to the engine's `close`. */
  stop(): void {
    this.#stopped = true;
  }

  async #apply(): Promise<void> {
    if (this.#applying || this.#stopped) return;
    const { jobs: all, noMemory, prerollUsed } = jobsFor(this.#parts.wanted(), { ...this.#parts.settings(), before: this.#jobs });
    const jobs = this.#afresh.size === 0 ? all : all.filter((job) => !this.#afresh.has(cameraKey(job.serverId, job.cameraId)));
    this.#afresh.clear();
    this.prerollUsed = prerollUsed;
    this.#noMemory = new Set(noMemory.map((one) => cameraKey(one.serverId, one.cameraId)));
    this.#parts.noMemory(noMemory);
    if (sameJobs(jobs, this.#jobs)) return;
    this.#applying = true;
    this.#jobs = jobs;
    try {
      await this.#parts.recording.apply(jobs);
      this.#applied = new Map(jobs.map((job) => [cameraKey(job.serverId, job.cameraId), job]));
      this.#applying = false;
      // What changed meanwhile, and cameras that were let go without ever having had a status.
      this.#report();
      this.soon();
    } catch (error) {
      this.#applying = false;
      this.#jobs = [...this.#applied.values()];
      this.#parts.log.error({ error: (error as Error).message }, 'The recording engine did not take its orders.');
      this.#parts.failed(error as Error);
    }
  }

  #hear(all: readonly CameraStatus[]): void {
    if (this.#stopped) return;
    this.#byKey = new Map(all.map((status) => [cameraKey(status.serverId, status.cameraId), status]));
    const ours = new Set(this.#parts.roles().flatMap((role) => takeOverOf(role)?.cameras.map(({ id }) => cameraKey(role.serverId, id)) ?? []));
    this.#frames.look(this.#byKey, this.#parts.clock.monotonicMs(), (key) => ours.has(key));
    this.#report();
    this.#parts.statuses(this.#byKey);
  }

  /** Frames on disk, files closed: what the roles wait for. Telling it twice is harmless. */
  #report(): void {
    for (const role of this.#parts.roles()) {
      for (const duty of takeOverOf(role)?.cameras ?? []) {
        const key = cameraKey(role.serverId, duty.id);
        const status = this.#byKey.get(key);
        const job = this.#applied.get(key);
        if (duty.stage === 'taking' && job?.mode === 'record' && (status?.recording ?? null) !== null) this.#parts.recorded(role.serverId, duty.id);
        const over = job?.mode !== 'record' && (status?.recording ?? null) === null && !this.#applying;
        if ((duty.stage === 'letting go' || duty.stage === 'lent') && over) this.#parts.letGo(role.serverId, duty.id);
      }
    }
  }
}
