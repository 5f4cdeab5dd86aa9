import type { Clock } from '../../platform/clock.ts';

export interface CameraWatchNeeds {
  readonly clock: Clock;
  /** The first camera of this server that answers, the named one first; null: none does. Never rejects. */
  readonly ask: (serverId: string, first: string | null) => Promise<string | null>;
}

/** Pause between two questions to one server's cameras. */
const everyMs = 1000;
/** In a storm many are silent at once; they are asked in turn. */
const mostAtOnce = 32;

interface Watched {
  /** Monotonic, since when each question was answered; null: the last one was not. */
  readonly sinceMs: number | null;
  readonly askedMs: number;
  readonly camera: string | null;
}

/**
 * While a server is silent its cameras are asked again and again: what they answer tells our own network from
 * the server's end (I2). The role asks once more before it decides.
 */
export class CameraWatch {
  readonly #needs: CameraWatchNeeds;
  readonly #watched = new Map<string, Watched>();
  readonly #asking = new Set<string>();

  constructor(needs: CameraWatchNeeds) {
    this.#needs = needs;
  }

  /** Called at every change and once a second. `silent`: nothing is heard of the server, and it is not taken over. */
  look(serverId: string, silent: boolean): void {
    if (!silent) {
      this.#watched.delete(serverId);
      return;
    }
    const nowMs = this.#needs.clock.monotonicMs();
    const before = this.#watched.get(serverId) ?? { sinceMs: null, askedMs: -Infinity, camera: null };
    if (this.#asking.has(serverId) || nowMs - before.askedMs < everyMs || this.#asking.size >= mostAtOnce) return;
    this.#watched.set(serverId, { ...before, askedMs: nowMs });
    this.#asking.add(serverId);
    void this.#needs.ask(serverId, before.camera).then((camera) => this.#answered(serverId, camera));
  }

  #answered(serverId: string, camera: string | null): void {
    this.#asking.delete(serverId);
    const before = this.#watched.get(serverId);
    if (before === undefined) return;
    this.#watched.set(serverId, { ...before, camera, sinceMs: camera === null ? null : (before.sinceMs ?? this.#needs.clock.monotonicMs()) });
  }

  /** How long its cameras have been answering without a miss, ms. */
  answeringMs(serverId: string): number {
    const sinceMs = this.#watched.get(serverId)?.sinceMs ?? null;
    return sinceMs === null ? 0 : this.#needs.clock.monotonicMs() - sinceMs;
  }
}
