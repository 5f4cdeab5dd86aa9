/**
 * All machines of one failover server together, in virtual time: detectors, observer, plan, roles, and
 * executors that do what they are told at once. For the rows of the fault catalogue.
 */
import { isHeldByStorm } from '../observer/storm.ts';
import { observer, startObserver } from '../observer/observer.ts';
import type { ObserverState, Silence } from '../observer/types.ts';
import { silenceOf } from '../detector/questions.ts';
import { startDetector } from '../detector/start.ts';
import type { DetectorSettings } from '../detector/types.ts';
import { isOurs, takeOverOf } from '../role/duties.ts';
import { plan, roomWish } from '../role/plan.ts';
import { resume } from '../role/resume.ts';
import { role, startRole } from '../role/role.ts';
import type { BackupCamera, RoleEffect, RoleEvent, RoleFacts, RoleState } from '../role/types.ts';
import { keepAliveIntervalMs } from '../timeouts.ts';
import { Watch } from './watch.ts';

const tickMs = 250;

export interface Unit {
  readonly id: string;
  readonly watch: Watch;
  role: RoleState;
  disk: RoleState;
  /** Recorder and agent run; the agent alone runs; the link is up. */
  runs: boolean;
  agent: boolean;
  linked: boolean;
  runsSinceMs: number;
  nextBeatMs: number;
  readonly sessions: Set<string>;
  asked: boolean;
  /** Audit of the role: `active`, `standby`, … in order. */
  readonly history: string[];
}

export interface SiteOptions {
  readonly servers: number;
  readonly settings: DetectorSettings;
  readonly camerasEach?: number;
  readonly capacity?: number;
}

export class Site {
  atMs = 1_000_000;
  suspendedMs = 0;
  wallOffsetMs = 0;
  observer: ObserverState = startObserver;
  /** Our own network. */
  plugged = true;
  camerasReachable = true;
  automaticTakeOver = true;
  readonly units: readonly Unit[];
  readonly #options: SiteOptions;
  readonly #cameras: readonly BackupCamera[];
  #takeOvers = 0;

  constructor(options: SiteOptions) {
    this.#options = options;
    this.#cameras = Array.from({ length: options.camerasEach ?? 2 }, (_, index) => ({ id: `cam-${index}`, priority: index, singleSession: false }));
    this.units = Array.from({ length: options.servers }, (_, index) => this.#unit(`server-${String(index).padStart(2, '0')}`));
  }

  #unit(id: string): Unit {
    const watch = new Watch({ settings: this.#options.settings });
    watch.atMs = this.atMs;
    watch.cameras = this.#cameras.map((camera) => camera.id);
    watch.state = { ...startDetector(id, { seenAlive: true, instance: 'instance-1' }, this.atMs, this.#options.settings) };
    watch.alive();
    const state = startRole(id, this.atMs);
    return { id, watch, role: state, disk: state, runs: true, agent: true, linked: true, runsSinceMs: this.atMs, nextBeatMs: 0, sessions: new Set(), asked: false, history: [] };
  }

  unit(index: number): Unit {
    const unit = this.units[index];
    if (unit === undefined) throw new Error(`no server ${index}`);
    return unit;
  }

  kinds(): readonly string[] {
    return this.units.map((unit) => unit.role.kind);
  }

  states(): readonly string[] {
    return this.units.map((unit) => unit.watch.kind);
  }

  takeOvers(): number {
    return this.units.reduce((sum, unit) => sum + unit.history.filter((kind) => kind === 'taking over').length, 0);
  }

  #heard(unit: Unit): boolean {
    return unit.linked && this.plugged && unit.agent;
  }

  powerOff(index: number): void {
    const unit = this.unit(index);
    unit.runs = false;
    unit.agent = false;
  }

  boot(index: number): void {
    const unit = this.unit(index);
    unit.runs = true;
    unit.agent = true;
    unit.runsSinceMs = this.atMs;
    unit.watch.reboot();
    if (this.#heard(unit)) unit.watch.welcome('starting').startup();
  }

  /** Connection after silence: the agent says who it is. */
  #greet(unit: Unit): void {
    if (!unit.watch.state.connected && this.#heard(unit)) unit.watch.welcome(unit.runs ? 'running' : 'stopped by error');
  }

  pass(ms: number): this {
    const untilMs = this.atMs + ms;
    while (this.atMs < untilMs) this.#tick(tickMs);
    return this;
  }

  /** The process stands still: nothing is read, nothing judged, for so long. */
  stall(ms: number): this {
    this.#tick(ms);
    return this;
  }

  #tick(passedMs: number): void {
    this.atMs += passedMs;
    for (const unit of this.units) {
      unit.watch.atMs = this.atMs;
      this.#listen(unit);
    }
    this.#observe();
    for (const unit of this.units) this.#report(unit);
    for (const unit of this.units) this.#step(unit, { type: 'look' });
  }

  /** Sockets are read before anything is judged. */
  #listen(unit: Unit): void {
    if (!this.#heard(unit)) {
      if (unit.watch.state.connected && !unit.agent) unit.watch.cut();
      return;
    }
    this.#greet(unit);
    if (this.atMs < unit.nextBeatMs) return;
    unit.nextBeatMs = this.atMs + keepAliveIntervalMs(this.#options.settings.timeouts);
    unit.watch.keepAlive(unit.runs ? 'running' : 'stopped by error');
    if (unit.runs) this.#step(unit, { type: 'progress', cameras: this.#cameras.map((camera) => ({ id: camera.id, newestUs: this.atMs * 1000, sinceUs: unit.runsSinceMs * 1000, gopMs: 2000 })) });
  }

  #observe(): void {
    const step = observer(this.observer, { type: 'tick', atMs: this.atMs, uptimeMs: this.atMs + this.suspendedMs, wallMs: this.atMs + this.wallOffsetMs + this.suspendedMs, intervalMs: tickMs });
    this.observer = step.state;
    for (const effect of step.effects)
      for (const unit of this.units) {
        if (effect.kind === 'judge') unit.watch.tick();
        if (effect.kind === 're-arm') unit.watch.reArm(effect.lostMs);
      }
    const { settings } = this.#options;
    const servers = this.units.map((unit) => silenceOf(unit.watch.state, this.atMs, settings)).filter((silence): silence is Silence => silence !== null);
    this.observer = observer(this.observer, { type: 'survey', atMs: this.atMs, keepAliveMs: settings.timeouts.keepAlive, servers }).state;
  }

  #report(unit: Unit): void {
    const reach = this.plugged && this.camerasReachable;
    if (unit.asked) {
      unit.asked = false;
      this.#step(unit, reach ? { type: 'cameras answered', camera: 'cam-0' } : { type: 'no camera answered' });
    }
    for (const duty of takeOverOf(unit.role)?.cameras ?? []) {
      if (duty.stage === 'taking' && reach && unit.sessions.has(duty.id)) this.#step(unit, { type: 'camera recorded', camera: duty.id });
      if (duty.stage === 'letting go' && !unit.sessions.has(duty.id)) this.#step(unit, { type: 'camera let go', camera: duty.id });
    }
  }

  #step(unit: Unit, event: RoleEvent): void {
    for (let next: RoleEvent | null = event, times = 0; next !== null && times < 10; times += 1) {
      const step = role(unit.role, next, this.#facts(unit));
      const persists = step.effects.some((effect) => effect.kind === 'persist');
      if (step.state.kind !== unit.role.kind) unit.history.push(step.state.kind);
      unit.role = step.state;
      for (const effect of step.effects) this.#run(unit, effect);
      next = persists ? { type: 'look' } : null;
    }
  }

  #run(unit: Unit, effect: RoleEffect): void {
    if (effect.kind === 'persist') unit.disk = effect.state;
    if (effect.kind === 'ask cameras') unit.asked = true;
    if (effect.kind === 'take camera') unit.sessions.add(effect.camera);
    if (effect.kind === 'let camera go') unit.sessions.delete(effect.camera);
  }

  #facts(unit: Unit): RoleFacts {
    const capacity = { cameras: this.#options.capacity ?? null, bitsPerSecond: null, freeBytes: null, diskMs: 0 };
    const wishes = this.units.map((one) => ({ serverId: one.id, priority: 1, cameras: this.#cameras.map((camera) => ({ ...camera, bitsPerSecond: 1 })), ...roomWish(one.role) }));
    this.#takeOvers += 1;
    const grant = plan(wishes.filter((wish) => wish.wants || wish.running.length > 0), capacity).find((one) => one.serverId === unit.id);
    return {
      atMs: this.atMs,
      serverName: unit.id,
      detector: unit.watch.state,
      automaticTakeOver: this.automaticTakeOver,
      automaticRestore: true,
      maintenance: false,
      storm: isHeldByStorm(this.observer, unit.id),
      backup: { usable: true, backupId: 'backup', cameras: this.#cameras },
      room: grant ?? { cameras: [], why: '' },
      store: 'ok',
      heardOut: true,
      withoutFramesMs: {},
      newId: `take-over-${this.#takeOvers}`,
    };
  }

  /** `kill -9` of the failover server, back after `ms`. */
  crash(ms: number): this {
    this.atMs += ms;
    this.observer = startObserver;
    for (const unit of this.units) {
      unit.sessions.clear();
      unit.asked = false;
      unit.watch.atMs = this.atMs;
      unit.watch.state = startDetector(unit.id, { seenAlive: true, instance: 'instance-1' }, this.atMs, this.#options.settings, unit.disk.kind !== 'standby');
      const { state, effects } = resume(unit.disk, this.atMs);
      unit.role = state;
      for (const effect of effects) this.#run(unit, effect);
    }
    return this;
  }

  /** No camera belongs to two, none is recorded that the durable role does not know, none beyond capacity. */
  check(): string | null {
    const open = this.units.reduce((sum, unit) => sum + unit.sessions.size, 0);
    if (this.#options.capacity !== undefined && open > this.#options.capacity) return 'more cameras than there is room for';
    for (const unit of this.units) {
      const ours = new Set((takeOverOf(unit.disk)?.cameras ?? []).filter(isOurs).map((duty) => duty.id));
      for (const camera of unit.sessions) if (!ours.has(camera)) return `${unit.id} ${camera} is recorded but not owned`;
    }
    return null;
  }
}
