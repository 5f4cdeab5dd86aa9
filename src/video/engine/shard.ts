/** The cameras of one worker thread: what is wanted against what runs, opening by priority, the beat. */
import type { CameraJob, CameraStatus, FootageBatch } from '../contract.ts';
import type { Cancel } from '../../platform/clock.ts';
import { Camera, type CameraPorts } from './camera.ts';
import { Rehearsal } from './rehearsal.ts';

/** So many handshakes at once; a slow camera gives up its place after OPEN_PLACE_MS, not its handshake. */
const OPENING_AT_ONCE = 16;
const OPEN_PLACE_MS = 500;
const PUMP_MS = 20;
const TICK_MS = 250;

export interface ShardPorts extends Omit<CameraPorts, 'news'> {
  /** `news`: somebody may be waiting for what they say. */
  statuses(all: readonly CameraStatus[], news: boolean): void;
  /** What a watched camera sent since the last time. */
  watched(id: number, batches: readonly FootageBatch[]): void;
}

export class Shard {
  readonly #ports: ShardPorts & CameraPorts;
  #news = false;
  readonly #cameras = new Map<string, Camera>();
  /** Cameras let go whose last segment is being finished; a new one of the same key waits for it. */
  readonly #leaving = new Map<string, Promise<void>>();
  #queue: Camera[] = [];
  #opening = 0;
  #wanted = new Map<string, CameraJob>();
  readonly #watchers = new Map<number, { readonly key: string; camera: Camera | null; position: number | null }>();
  #cancels: readonly Cancel[] = [];
  #sinceCheckMs = 0;
  readonly #rehearsal: Rehearsal;

  constructor(ports: ShardPorts) {
    this.#ports = { ...ports, news: () => (this.#news = true) };
    this.#rehearsal = new Rehearsal(ports.clock, ports.timers);
  }

  /** Only while there is a camera: a failover server whose cameras are all cold pays nothing for this. */
  #beat(): void {
    const { timers } = this.#ports;
    if (this.#cameras.size > 0 && this.#cancels.length === 0) {
      this.#cancels = [timers.every(PUMP_MS, () => this.#pump()), timers.every(TICK_MS, () => this.#tick())];
    } else if (this.#cameras.size === 0 && this.#cancels.length > 0) {
      for (const cancel of this.#cancels) cancel();
      this.#cancels = [];
      this.#tell(false);
    }
  }

  /** Makes the wanted cameras the running ones. */
  apply(jobs: readonly CameraJob[]): void {
    this.#wanted = new Map(jobs.map((job) => [keyOf(job), job]));
    for (const [key, camera] of this.#cameras) if (!this.#wanted.has(key)) this.#letGo(key, camera);
    // Each is dialled before the memory of the next is laid out: the first ones must not wait for all.
    for (const job of jobs.toSorted((a, b) => a.priority - b.priority)) {
      this.#want(job);
      this.#openNext();
    }
    this.#beat();
  }

  watch(id: number, key: string): void {
    this.#watchers.set(id, { key, camera: null, position: null });
  }

  unwatch(id: number): void {
    this.#watchers.delete(id);
  }

  async close(): Promise<void> {
    this.#wanted.clear();
    for (const [key, camera] of this.#cameras) this.#letGo(key, camera);
    this.#beat();
    await Promise.all(this.#leaving.values());
    await this.#rehearsal.close();
  }

  #want(job: CameraJob): void {
    const key = keyOf(job);
    const running = this.#cameras.get(key);
    if (running !== undefined) {
      if (!needsNewMemory(running.job, job)) {
        if (running.update(job)) this.#queue.push(running);
        return;
      }
      this.#letGo(key, running);
    }
    const leaving = this.#leaving.get(key);
    if (leaving !== undefined) {
      void leaving.then(() => this.#wantAgain(key));
      return;
    }
    const camera = new Camera(job, this.#ports);
    this.#cameras.set(key, camera);
    this.#queue.push(camera);
  }

  #wantAgain(key: string): void {
    const job = this.#wanted.get(key);
    if (job === undefined || this.#cameras.has(key)) return;
    this.#want(job);
    this.#openNext();
    this.#beat();
  }

  #letGo(key: string, camera: Camera): void {
    this.#cameras.delete(key);
    this.#queue = this.#queue.filter((waiting) => waiting !== camera);
    const leaving = camera
      .close()
      .catch((error: unknown) => this.#ports.log('warn', `Closing failed: ${error instanceof Error ? error.message : String(error)}`, camera.job))
      .finally(() => this.#leaving.delete(key));
    this.#leaving.set(key, leaving);
  }

  #openNext(): void {
    while (this.#opening < OPENING_AT_ONCE) {
      const camera = this.#queue.shift();
      if (camera === undefined) return;
      this.#opening += 1;
      let holding = true;
      const release = (): void => {
        if (!holding) return;
        holding = false;
        cancel();
        this.#opening -= 1;
        this.#openNext();
      };
      const cancel = this.#ports.timers.after(OPEN_PLACE_MS, release);
      void camera.open().then(release);
    }
  }

  #pump(): void {
    for (const camera of this.#cameras.values()) camera.pump();
    if (this.#news) this.#tell(true);
  }

  #tick(): void {
    const now = this.#ports.clock.monotonicMs();
    if (now - this.#sinceCheckMs >= 1000) {
      this.#sinceCheckMs = now;
      this.#ports.host.check();
    }
    this.#tell(false);
    for (const [id, watcher] of this.#watchers) this.#show(id, watcher);
    this.#rehearse();
  }

  #rehearse(): void {
    let found: Camera | null = null;
    for (const camera of this.#cameras.values()) {
      if (camera.job.mode === 'record') return;
      if (camera.standingBy !== null) found ??= camera;
    }
    if (found === null) return;
    const { job } = found;
    void this.#rehearsal.tick(found.standingBy, (error) =>
      this.#ports.log('warn', `Writing could not be rehearsed: ${error instanceof Error ? error.message : String(error)} The pre-roll will take a little longer to reach the disk.`, job),
    );
  }

  #show(id: number, watcher: { readonly key: string; camera: Camera | null; position: number | null }): void {
    const camera = this.#cameras.get(watcher.key) ?? null;
    // A camera that was let go and taken again has another memory.
    if (camera !== watcher.camera) watcher.position = null;
    watcher.camera = camera;
    if (camera === null) return;
    const { next, batches } = camera.tail(watcher.position);
    if (batches.length === 0) return;
    watcher.position = next;
    this.#ports.watched(id, batches);
  }

  #tell(news: boolean): void {
    this.#news = false;
    const all: CameraStatus[] = [];
    for (const camera of this.#cameras.values()) {
      // Judged before it is told: a first frame on disk and "connecting" would contradict each other.
      camera.tick();
      all.push(camera.status());
    }
    this.#ports.statuses(all, news);
  }
}

export function keyOf(key: { readonly serverId: string; readonly cameraId: string }): string {
  return `${key.serverId}/${key.cameraId}`;
}

/** Audio has a part of the ring of its own. */
function needsNewMemory(before: CameraJob, job: CameraJob): boolean {
  return job.source.audio !== before.source.audio;
}
