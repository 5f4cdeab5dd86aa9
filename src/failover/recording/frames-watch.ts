import type { CameraStatus } from '../../video/contract.ts';

interface Frames {
  readonly newestUs: number | null;
  /** Monotonic, when the newest frame last moved, or the camera was first asked. */
  readonly atMs: number;
}

/**
 * For how long no frame of a camera has come here. Counted from snapshot to snapshot: while we stand still, nothing
 * says that frames do not wait in the sockets.
 */
export class FramesWatch {
  readonly #frames = new Map<string, Frames>();
  #lookedMs = 0;

  /** A round of snapshots. `kept`: cameras that are not forgotten though they have no session just now (lent). */
  look(statuses: ReadonlyMap<string, CameraStatus>, nowMs: number, kept: (key: string) => boolean): void {
    this.#lookedMs = nowMs;
    for (const [key, { newestFrameUs }] of statuses) {
      const before = this.#frames.get(key);
      if (before === undefined || (newestFrameUs !== null && newestFrameUs !== before.newestUs)) this.#frames.set(key, { newestUs: newestFrameUs, atMs: nowMs });
    }
    for (const key of this.#frames.keys()) if (!statuses.has(key) && !kept(key)) this.#frames.delete(key);
  }

  /** Null: it was not asked yet. */
  withoutMs(key: string): number | null {
    const frames = this.#frames.get(key);
    return frames === undefined ? null : this.#lookedMs - frames.atMs;
  }
}
