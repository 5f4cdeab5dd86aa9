import { createHash } from 'node:crypto';
import type { Progress, RecorderPhase, SettingsProblem } from '../../src/contract/link.ts';
import type { SettingsDocument } from '../../src/contract/settings.ts';
import type { Cancel, Clock } from '../../src/platform/clock.ts';
import type { Recorder, RecorderEvent } from '../../src/recorders/contract.ts';
import { footageKey, type FootageDisk, type Run } from './footage.ts';
import type { CameraWorld } from './recording.ts';
import type { VirtualTime } from './time.ts';

interface Running {
  readonly boot: string;
  started: boolean;
  readonly cameras: Map<string, Run | null>;
  readonly cancel: Cancel;
}

const startMs = 500;
const gopMs = 2000;

export interface SimulatedRecorderParts {
  readonly time: VirtualTime;
  /** Of its host; the time of the world unless told. */
  readonly clock?: Clock;
  readonly cameras: CameraWorld;
  readonly disk: FootageDisk;
  readonly serverId: string;
  readonly document: SettingsDocument;
  /** How often it looks after its cameras, ms. */
  readonly stepMs?: number;
  /** How long cameras keep the sessions of a host that lost power, ms. */
  readonly ghostMs?: number;
}

/**
 * A recorder without pictures behind the Recorder port. The test says what happens to it: `crash`,
 * `freeze`, `stop`, `start`; what it wrote stays on its disk.
 */
export class SimulatedRecorder implements Recorder {
  readonly make = 'simulated';
  readonly makeVersion = '1';
  readonly disk: FootageDisk;
  readonly #time: VirtualTime;
  readonly #clock: Clock;
  readonly #stepMs: number;
  readonly #ghostMs: number;
  readonly #cameras: CameraWorld;
  #serverId: string;
  readonly #listeners = new Set<(event: RecorderEvent) => void>();
  readonly #released = new Set<string>();
  /** Runs that were torn by lost packets, and go on for the recorder: where they began. */
  readonly #torn = new Map<string, { readonly run: Run; readonly sinceUs: number }>();
  readonly #packetsLost = new Map<string, number>();
  #running: Running | null = null;
  #boots = 0;
  #ended: RecorderPhase = 'unknown';
  document: SettingsDocument;
  /** Writes nothing more, but answers: `gray`. */
  gray = false;
  /** Answers nothing and writes nothing (SIGSTOP). */
  frozen = false;
  /** Its start hangs before the startup message (R10). */
  hangsAtStart = false;
  /** It says that it started, and never proves it (R10). */
  neverRuns = false;
  /** An agent of an older version tells nothing of packets. */
  tellsLoss = true;
  /** What of its settings files does not fit. */
  problems: readonly SettingsProblem[] = [];
  #digestOf: { readonly document: SettingsDocument; readonly digest: string } | null = null;

  constructor(parts: SimulatedRecorderParts) {
    this.#time = parts.time;
    this.#clock = parts.clock ?? parts.time;
    this.#stepMs = parts.stepMs ?? 250;
    this.#ghostMs = parts.ghostMs ?? 0;
    this.#cameras = parts.cameras;
    this.disk = parts.disk;
    this.#serverId = parts.serverId;
    this.document = parts.document;
  }

  phase(): { readonly phase: RecorderPhase; readonly boot: string } {
    return { phase: this.#running === null ? this.#ended : this.#running.started ? 'running' : 'starting', boot: this.#running?.boot ?? `${this.#serverId}-boot-${this.#boots}` };
  }

  settingsProblems(): readonly SettingsProblem[] {
    return this.problems;
  }

  onEvent(listener: (event: RecorderEvent) => void): void {
    this.#listeners.add(listener);
  }

  start(): Promise<void> {
    if (this.#running !== null) return Promise.resolve();
    this.#boots += 1;
    const boot = `${this.#serverId}-boot-${this.#boots}`;
    const cameras = new Map<string, Run | null>();
    const cancel = this.#time.every(this.#stepMs, () => {
      if (this.hangsAtStart || this.frozen || this.#time.monotonicMs() - startedMs < startMs) return;
      if (this.#running?.started === false) {
        this.#running.started = true;
        this.#tell({ type: 'started', boot });
      }
      this.catchUp();
    });
    const startedMs = this.#time.monotonicMs();
    // First the truth, then the news of it: a keep-alive is sent at once.
    this.#running = { boot, started: false, cameras, cancel };
    this.#tell({ type: 'starting', boot });
    return Promise.resolve();
  }

  stop(reason: string): Promise<void> {
    const { boot } = this.phase();
    if (this.#end('stopped normally')) this.#tell({ type: 'exited', boot, kind: 'normal', reason });
    return Promise.resolve();
  }

  detach(): Promise<void> {
    return Promise.resolve();
  }

  /** New hardware takes another identity: it records under that id from its next start on. */
  adoptIdentity(serverId: string): void {
    this.#serverId = serverId;
  }

  /** SIGKILL of the recorder's process; the agent notices. */
  crash(restartInMs: number | null): void {
    const { boot } = this.phase();
    if (!this.#end('stopped by error')) return;
    this.#tell({ type: 'exited', boot, kind: 'abnormal', code: null, signal: 'SIGKILL', restartInMs });
    if (restartInMs !== null) this.#time.after(restartInMs, () => void this.start());
  }

  /** Power-off of the host: nobody is told. */
  powerOff(): void {
    this.catchUp();
    for (const camera of this.document.cameras) if (this.#ghostMs > 0) this.#cameras.leaveGhost(camera.url, this.#serverId, this.#time, this.#ghostMs);
    this.#end('unknown');
    this.disk.losePower(this.#nowUs() - this.#offUs());
    this.#listeners.clear();
  }

  /** Its agent is gone; the recorder goes on, the next agent listens again. */
  agentGone(): void {
    this.#listeners.clear();
  }

  /** How often it was started. */
  get runs(): number {
    return this.#boots;
  }

  /** Runs, is past its start and answers. */
  get isHealthy(): boolean {
    return this.#running?.started === true && !this.frozen && !this.gray && !this.neverRuns;
  }

  /** Since when it writes this camera, on its own clock, µs; null: it does not. */
  writesSinceUs(cameraId: string): number | null {
    return this.#running?.cameras.get(cameraId)?.fromUs ?? null;
  }

  /** The wall clock of its host moved: a new epoch begins (call before, too). */
  newEpoch(): void {
    this.#running?.cameras.clear();
  }

  /** Packets of the last so many ms never came over its own session: pictures are missing in a run that goes on. */
  losePackets(cameraId: string, ms: number): void {
    this.catchUp();
    const run = this.#running?.cameras.get(cameraId) ?? null;
    const nowUs = this.#nowUs();
    if (run === null || run.toUs - run.fromUs < ms * 1000) return;
    const sinceUs = this.#sinceUs(cameraId, run);
    run.toUs = nowUs - ms * 1000;
    const next = this.disk.write({ serverId: this.#serverId, cameraId }, { fromUs: nowUs, toUs: nowUs }, this.#offUs());
    this.#running?.cameras.set(cameraId, next);
    this.#torn.set(cameraId, { run: next, sinceUs });
    this.#packetsLost.set(cameraId, (this.#packetsLost.get(cameraId) ?? 0) + ms);
  }

  /** Lost packets tore the run that it writes now. */
  isTorn(cameraId: string): boolean {
    const run = this.#running?.cameras.get(cameraId) ?? null;
    return run !== null && this.#torn.get(cameraId)?.run === run;
  }

  #sinceUs(cameraId: string, run: Run): number {
    const torn = this.#torn.get(cameraId);
    return torn?.run === run ? torn.sinceUs : run.fromUs;
  }

  /** Everything up to now is on its disk. */
  catchUp(): void {
    if (this.#running?.started === true) this.#record(this.#running.cameras);
  }

  #end(phase: RecorderPhase): boolean {
    if (this.#running === null) return false;
    this.catchUp();
    this.#running.cancel();
    for (const camera of this.document.cameras) this.#cameras.release(camera.url, this.#serverId);
    this.#running = null;
    this.#ended = phase;
    return true;
  }

  #record(cameras: Running['cameras']): void {
    if (this.frozen) return;
    const nowUs = this.#nowUs();
    for (const camera of this.document.cameras) {
      const wanted = camera.enabled && !this.#released.has(camera.id);
      const refused = wanted ? this.#cameras.refuses(camera.url, this.#serverId) : null;
      if (!wanted || refused !== null || this.gray) {
        cameras.set(camera.id, null);
        if (!wanted) this.#cameras.release(camera.url, this.#serverId);
        continue;
      }
      const run = cameras.get(camera.id) ?? this.disk.write({ serverId: this.#serverId, cameraId: camera.id }, { fromUs: nowUs, toUs: nowUs }, this.#offUs());
      run.toUs = nowUs;
      cameras.set(camera.id, run);
    }
  }

  progress(): Progress | null {
    if (this.#running === null || this.frozen || this.neverRuns) return null;
    this.catchUp();
    const { cameras } = this.#running;
    return {
      cameras: this.document.cameras.map((camera) => {
        const run = cameras.get(camera.id) ?? null;
        const newestUs = this.#newest(camera.id);
        return {
          id: camera.id, newestUs, sinceUs: run === null ? null : this.#sinceUs(camera.id, run), durableUs: newestUs === null ? null : newestUs - this.disk.unsyncedUs, state: this.#released.has(camera.id) ? 'released' : run === null ? 'retrying' : 'streaming',
          gopMs, bitsPerSecond: 4e6, peakBitsPerSecond: 5e6, ...(this.tellsLoss ? { packetsLost: this.#packetsLost.get(camera.id) ?? 0 } : {}),
        };
      }),
      bytesWritten: this.#time.monotonicMs() * 1000,
      disk: { state: 'ok', freeBytes: 1e12, text: '' },
      settingsDigest: this.#digest(),
    };
  }

  #newest(cameraId: string): number | null {
    const run = this.#running?.cameras.get(cameraId) ?? null;
    return run?.toUs ?? this.disk.newestUs({ serverId: this.#serverId, cameraId });
  }

  async settings(): ReturnType<Recorder['settings']> {
    const body = Buffer.from(JSON.stringify(this.document));
    return Promise.resolve({
      digest: this.#digest(),
      document: this.document,
      files: [{ path: 'settings.json', bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') }],
      async *open() {
        yield body;
      },
    });
  }

  putSettings(files: Parameters<Recorder['putSettings']>[0]): Promise<{ readonly digest: string }> {
    const body = files[0]?.body;
    if (body !== undefined) this.document = JSON.parse(Buffer.from(body).toString()) as SettingsDocument;
    this.#tell({ type: 'settings changed' });
    return Promise.resolve({ digest: this.#digest() });
  }

  footage(): FootageDisk & { close(): Promise<void> } {
    return Object.assign(this.disk, { close: () => Promise.resolve() });
  }

  releaseCameras(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) this.#released.add(id);
    return Promise.resolve(true);
  }

  resumeCameras(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) this.#released.delete(id);
    return Promise.resolve(true);
  }

  lock(locks: Parameters<Recorder['lock']>[0]): ReturnType<Recorder['lock']> {
    return Promise.resolve(locks);
  }

  unlock(): Promise<void> {
    return Promise.resolve();
  }

  pointer(): ReturnType<Recorder['pointer']> {
    return Promise.resolve({ written: false, file: null, line: '' });
  }

  copyBack(): ReturnType<Recorder['copyBack']> {
    return Promise.resolve({ state: 'unsupported', copied: [], text: '' });
  }

  #tell(event: RecorderEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #digest(): string {
    if (this.#digestOf?.document !== this.document)
      this.#digestOf = { document: this.document, digest: createHash('sha256').update(JSON.stringify(this.document)).digest('hex') };
    return this.#digestOf.digest;
  }

  /** Somebody edited the settings. */
  edit(document: SettingsDocument): void {
    this.document = document;
    this.#tell({ type: 'settings changed' });
  }

  get digest(): string {
    return this.#digest();
  }

  #offUs(): number {
    return Math.round((this.#clock.wallMs() - this.#time.wallMs()) * 1000);
  }

  #nowUs(): number {
    return Math.round(this.#clock.wallMs() * 1000);
  }

  key(cameraId: string): string {
    return footageKey({ serverId: this.#serverId, cameraId });
  }
}
