/** A detector in a test: time passes by ticks, the agent is played by short calls. */
import { detector } from '../detector/detector.ts';
import { startDetector, unknownServer } from '../detector/start.ts';
import type { DetectorEffect, DetectorEvent, DetectorMemory, DetectorSettings, DetectorState, ProgressReport, ReportedPhase } from '../detector/types.ts';
import { defaultTimeouts, keepAliveIntervalMs, type Timeouts } from '../timeouts.ts';

export const second = 1000;
export const minute = 60 * second;

export function settingsWith(timeouts: Partial<Timeouts> = {}, more: Partial<DetectorSettings> = {}): DetectorSettings {
  return { timeouts: { ...defaultTimeouts, ...timeouts }, takeOverWhenNotRecording: true, ...more };
}

export type Run = (state: DetectorState, event: DetectorEvent, settings: DetectorSettings) => { readonly state: DetectorState; readonly effects: readonly DetectorEffect[] };

export interface WatchOptions {
  readonly settings?: DetectorSettings;
  readonly memory?: DetectorMemory;
  readonly run?: Run;
  readonly tickMs?: number;
  readonly wasDown?: boolean;
}

export class Watch {
  state: DetectorState;
  atMs = 1_000_000;
  readonly effects: DetectorEffect[] = [];
  readonly settings: DetectorSettings;
  run: Run;
  readonly #tickMs: number;
  agentBoot = 'agent-1';
  boot = 'boot-1';
  seq = 0;
  /** Newest frame of each camera; `frozen` ones stand still. */
  cameras: string[] = ['cam-1', 'cam-2', 'cam-3'];
  readonly frozen = new Set<string>();
  readonly #newest = new Map<string, number>();

  constructor(options: WatchOptions = {}) {
    this.settings = options.settings ?? settingsWith();
    this.run = options.run ?? detector;
    this.#tickMs = options.tickMs ?? 250;
    this.state = startDetector('server', options.memory ?? unknownServer, this.atMs, this.settings, options.wasDown);
  }

  get kind(): string {
    return this.state.kind === 'failed' ? `failed (${this.state.reason})` : this.state.kind;
  }

  send(event: DetectorEvent): this {
    const step = this.run(this.state, event, this.settings);
    this.state = step.state;
    this.effects.push(...step.effects);
    return this;
  }

  /** Effects since the last call. */
  taken(): readonly DetectorEffect[] {
    return this.effects.splice(0);
  }

  #sign(): { atMs: number; agentBoot: string; boot: string; seq: number } {
    this.seq += 1;
    return { atMs: this.atMs, agentBoot: this.agentBoot, boot: this.boot, seq: this.seq };
  }

  welcome(phase: ReportedPhase = 'running', instance = 'instance-1'): this {
    return this.send({ type: 'welcome', atMs: this.atMs, agentBoot: this.agentBoot, boot: this.boot, seq: this.seq, instance, phase });
  }

  startup(): this {
    return this.send({ type: 'startup', ...this.#sign() });
  }

  progress(): ProgressReport {
    const newestUs = this.cameras.map((id) => {
      if (!this.frozen.has(id)) this.#newest.set(id, this.atMs * 1000);
      return this.#newest.get(id) ?? null;
    });
    return { ids: this.cameras, newestUs, disk: { state: 'ok' } };
  }

  keepAlive(phase: ReportedPhase = 'running', progress: ProgressReport = this.progress(), progressAgeMs?: number): this {
    return this.send({ type: 'keep-alive', ...this.#sign(), phase, progress, ...(progressAgeMs === undefined ? {} : { progressAgeMs }) });
  }

  normalShutdown(reason = 'update'): this {
    return this.send({ type: 'normal shutdown', ...this.#sign(), reason });
  }

  abnormalShutdown(): this {
    return this.send({ type: 'abnormal shutdown', ...this.#sign(), code: 1, signal: null });
  }

  agentExit(recorderGoesOn: boolean): this {
    return this.send({ type: 'agent exit', ...this.#sign(), recorderGoesOn });
  }

  cut(): this {
    return this.send({ type: 'connection lost', atMs: this.atMs });
  }

  reArm(lostMs: number): this {
    return this.send({ type: 're-arm', atMs: this.atMs, lostMs, reason: 'test' });
  }

  tick(): this {
    return this.send({ type: 'tick', atMs: this.atMs });
  }

  /** Time passes in silence, judged every quarter of a second. */
  silence(ms: number): this {
    const untilMs = this.atMs + ms;
    while (this.atMs < untilMs) {
      this.atMs = Math.min(untilMs, this.atMs + this.#tickMs);
      this.tick();
    }
    return this;
  }

  /** Time passes with a keep-alive message every interval. */
  beats(ms: number, phase: ReportedPhase = 'running', progressAgeMs?: number): this {
    const every = keepAliveIntervalMs(this.settings.timeouts);
    const untilMs = this.atMs + ms;
    while (this.atMs < untilMs) {
      this.silence(Math.min(every, untilMs - this.atMs));
      this.keepAlive(phase, this.progress(), progressAgeMs);
    }
    return this;
  }

  /** Time in which the observer did not run at all. */
  skip(ms: number): this {
    this.atMs += ms;
    return this;
  }

  newAgent(): this {
    this.agentBoot = `agent-${Number(this.agentBoot.split('-')[1]) + 1}`;
    this.seq = 0;
    return this;
  }

  newBoot(): this {
    this.boot = `boot-${Number(this.boot.split('-')[1]) + 1}`;
    return this;
  }

  /** Host reboots: new agent run, new recorder run. */
  reboot(): this {
    return this.newAgent().newBoot();
  }

  alive(): this {
    return this.welcome('running').keepAlive();
  }
}

/** A server that has been alive for a while. */
export function aliveWatch(options: WatchOptions = {}): Watch {
  const watch = new Watch(options).alive().beats(2000);
  watch.taken();
  return watch;
}
