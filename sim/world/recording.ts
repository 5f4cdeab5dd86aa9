import type { Cancel, Clock, Timers } from '../../src/platform/clock.ts';
import type { CameraJob, CameraReason, CameraState, CameraStatus, Recording } from '../../src/failover/ports.ts';
import { footageKey, type FootageDisk, type Run } from './footage.ts';

/** What the simulated cameras allow at this moment, as this host sees it. */
export interface CameraWorld {
  /** Null: the session may be opened or goes on; else why not. `holder` names the session. */
  refuses(url: string, holder: string): CameraReason | null;
  /** The session is over; its slot is free. */
  release(url: string, holder: string): void;
  /** Its host lost power: the camera keeps the session for a while, for nobody. */
  leaveGhost(url: string, holder: string, timers: Timers, ms: number): void;
}

interface Session {
  job: CameraJob;
  state: CameraState;
  sinceUs: number;
  reason: CameraReason | null;
  /** Next attempt or opening, monotonic. */
  dueMs: number;
  /** First frame of this session; the pre-roll reaches back to it at most. */
  fromUs: number | null;
  run: Run | null;
  /** Where the run began, whatever of it was dropped since. */
  runFromUs: number;
  connects: number;
}

const defaultStepMs = 250;
/** Without a session there is nothing to look after, only to tell that there is nothing. */
const idleMs = 1000;
const openMs = 300;
const retryMs = 1000;
const gopUs = 2_000_000;

/**
 * A recording engine without pictures: sessions that open, stall and retry, pre-roll that reaches
 * back, runs of writing as spans on a `FootageDisk`. Deterministic; time comes from outside.
 */
export class SimulatedRecording implements Recording {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #cameras: CameraWorld;
  readonly #disk: FootageDisk;
  readonly #host: string;
  readonly #sessions = new Map<string, Session>();
  readonly #listeners = new Set<(all: readonly CameraStatus[]) => void>();
  readonly #stepMs: number;
  readonly #offUs: () => number;
  #cancel: Cancel | null = null;
  #everyMs = 0;
  #closed = false;
  /** Orders that were taken, for tests. */
  applied = 0;
  /** An order was carried out. */
  onApplied: ((jobs: readonly CameraJob[]) => void) | null = null;

  constructor(parts: { readonly clock: Clock; readonly timers: Timers; readonly cameras: CameraWorld; readonly disk: FootageDisk; readonly host: string; readonly stepMs?: number; readonly offUs?: () => number }) {
    this.#clock = parts.clock;
    this.#timers = parts.timers;
    this.#cameras = parts.cameras;
    this.#disk = parts.disk;
    this.#host = parts.host;
    this.#stepMs = parts.stepMs ?? defaultStepMs;
    this.#offUs = parts.offUs ?? (() => 0);
    this.#lookEvery(idleMs);
  }

  #lookEvery(ms: number): void {
    if (this.#everyMs === ms) return;
    this.#everyMs = ms;
    this.#cancel?.();
    this.#cancel = this.#timers.every(ms, () => this.#step());
  }

  apply(jobs: readonly CameraJob[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The engine is closed.'));
    this.applied += 1;
    const wanted = new Map(jobs.map((job) => [footageKey(job), job]));
    for (const [key, session] of this.#sessions) if (!wanted.has(key)) this.#end(key, session);
    for (const [key, job] of wanted) this.#order(key, job);
    this.onApplied?.(jobs);
    this.#lookEvery(jobs.length === 0 ? idleMs : this.#stepMs);
    return Promise.resolve();
  }

  statuses(): readonly CameraStatus[] {
    return [...this.#sessions.values()].map((session) => this.#status(session));
  }

  onStatuses(listener: (all: readonly CameraStatus[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.crash();
    return Promise.resolve();
  }

  /** The process is gone: sessions and rings are lost, what was written stays. */
  crash(): void {
    this.#closed = true;
    this.#cancel?.();
    for (const [key, session] of this.#sessions) this.#end(key, session);
  }

  #nowUs(): number {
    return Math.round(this.#clock.wallMs() * 1000);
  }

  #order(key: string, job: CameraJob): void {
    const session = this.#sessions.get(key);
    if (session === undefined) {
      this.#sessions.set(key, {
        job, state: 'connecting', sinceUs: this.#nowUs(), reason: null, dueMs: this.#clock.monotonicMs() + openMs, fromUs: null, run: null, runFromUs: 0, connects: 0,
      });
      return;
    }
    const before = session.job;
    session.job = job;
    if (job.mode === 'standby') session.run = null;
    else if (before.mode === 'standby' && session.fromUs !== null) this.#write(session, Math.max(session.fromUs, this.#nowUs() - before.prerollMs * 1000));
  }

  #write(session: Session, fromUs: number): void {
    session.runFromUs = fromUs;
    session.run = this.#disk.write(session.job, { fromUs, toUs: this.#nowUs() }, this.#offUs());
  }

  #end(key: string, session: Session): void {
    this.#cameras.release(session.job.source.url, this.#host);
    this.#sessions.delete(key);
  }

  #step(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const session of this.#sessions.values()) {
      const refusal = this.#cameras.refuses(session.job.source.url, this.#host);
      if (refusal !== null) this.#lost(session, refusal, nowMs);
      else if (session.state === 'streaming') this.#frames(session);
      else if (nowMs >= session.dueMs) this.#opened(session);
    }
    const all = this.statuses();
    for (const listener of this.#listeners) listener(all);
  }

  /** The wall clock of the host moved by so much: what is written begins a new epoch. */
  newEpoch(movedUs: number): void {
    const byUs = Math.round(movedUs);
    for (const session of this.#sessions.values()) {
      session.run = null;
      session.sinceUs += byUs;
      if (session.fromUs !== null) session.fromUs += byUs;
    }
  }

  /** Up to now is on the disk. */
  catchUp(): void {
    for (const session of this.#sessions.values()) if (session.run !== null && this.#disk.state === 'ok') session.run.toUs = this.#nowUs();
  }

  #lost(session: Session, refusal: CameraReason, nowMs: number): void {
    if (session.state === 'streaming') this.#cameras.release(session.job.source.url, this.#host);
    session.fromUs = null;
    session.run = null;
    session.reason = refusal;
    session.dueMs = nowMs + retryMs;
    this.#become(session, 'retrying');
  }

  #opened(session: Session): void {
    session.connects += 1;
    session.reason = null;
    // Frames flow from the next key frame on.
    session.fromUs = Math.ceil(this.#nowUs() / gopUs) * gopUs;
    this.#become(session, 'streaming');
  }

  #frames(session: Session): void {
    const nowUs = this.#nowUs();
    if (session.job.mode !== 'record' || this.#disk.state !== 'ok') session.run = null;
    else if (session.run === null && session.fromUs !== null && nowUs > session.fromUs) this.#write(session, session.connects > 0 ? Math.max(session.fromUs, nowUs - this.#stepMs * 1000) : nowUs);
    if (session.run !== null) session.run.toUs = nowUs;
  }

  #become(session: Session, state: CameraState): void {
    if (session.state === state) return;
    session.state = state;
    session.sinceUs = this.#nowUs();
  }

  #status(session: Session): CameraStatus {
    const { job, run } = session;
    const flowing = session.state === 'streaming' && session.fromUs !== null && session.fromUs <= this.#nowUs();
    return {
      serverId: job.serverId,
      cameraId: job.cameraId,
      state: session.state,
      sinceUs: session.sinceUs,
      reason: session.reason,
      mode: job.mode,
      newestFrameUs: flowing ? this.#nowUs() : null,
      recording: run === null ? null : { firstFrameUs: session.runFromUs, newestWrittenUs: run.toUs, durableUs: run.toUs, bytes: (run.toUs - run.fromUs) / 2 },
      writeError: null,
      preroll: job.prerollMs > 0 && session.fromUs !== null ? { span: { fromUs: Math.max(session.fromUs, this.#nowUs() - job.prerollMs * 1000), toUs: this.#nowUs() }, bytes: job.ringBytes } : null,
      stream: flowing
        ? { codec: 'h264', width: 1920, height: 1080, audio: null, framesPerSecond: 25, bitsPerSecond: 4e6, peakBitsPerSecond: 5e6, gopMs: gopUs / 1000 }
        : null,
      clockOffsetMs: null,
      counters: { frames: 0, framesWritten: 0, framesDropped: 0, packetsLost: 0, packetsReordered: 0, connects: session.connects },
    };
  }
}
