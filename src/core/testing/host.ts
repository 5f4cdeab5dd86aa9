/**
 * A monitored host that always tells the truth, and an oracle that knows it: what the detector may
 * say is derived from what really happened, not from the detector's own rules.
 */
import type { DetectorSettings } from '../detector/types.ts';
import { keepAliveIntervalMs, suspectAfterMs } from '../timeouts.ts';
import { settingsWith, Watch, type Run } from './watch.ts';

/** As short as allowed, so that minutes of trouble are cheap. */
export const shortest: DetectorSettings = settingsWith({ allowShorter: true, connected: 10_000, started: 10_000, keepAlive: 3000, normalShutdown: 10_000, abnormalShutdown: 10_000, holdDown: 2000 });

export const deeds = ['crash', 'shut down', 'start', 'power off', 'power on', 'freeze', 'thaw', 'cut', 'plug', 'agent restarts', 'stall', 'replay', 'clone', 'wait', 'wait long'] as const;
export type Deed = (typeof deeds)[number];

const stepMs = 250;

export class Host {
  readonly watch: Watch;
  #on = true;
  #running = true;
  #stopped: 'stopped normally' | 'stopped by error' = 'stopped by error';
  #frozen = false;
  #linked = true;
  /** Last true life sign that reached the failover server; first absence, by notice or not. */
  #lastProofMs: number;
  #provenSinceMs: number | null;
  #silentSinceMs: number | null = null;
  /** Something came from the host, whatever it was. */
  #lastWordMs = 0;
  #firstNoticeMs: number | null = null;
  #crashes = 0;
  /** The notice of shutdown was the last that happened. */
  #away = false;
  /** This silence was counted as a loss already. */
  #counted = false;
  #everDownMs: number | null = null;
  #watchedSinceMs: number;
  #nextBeatMs = 0;

  constructor(run: Run) {
    this.watch = new Watch({ settings: shortest, run, tickMs: stepMs }).welcome('running').keepAlive();
    this.#lastProofMs = this.watch.atMs;
    this.#provenSinceMs = this.watch.atMs;
    this.#watchedSinceMs = this.watch.atMs;
  }

  get #talks(): boolean {
    return this.#on && this.#linked;
  }

  get #works(): boolean {
    return this.#on && this.#running && !this.#frozen;
  }

  /** Does one deed, or nothing if it makes no sense now; null or what the detector got wrong. */
  do(deed: Deed): string | null {
    switch (deed) {
      case 'crash':
        if (this.#works) this.#crash();
        break;
      case 'shut down':
        if (this.#works) this.#shutDown();
        break;
      case 'start':
        if (this.#on && !this.#running) this.#start();
        break;
      case 'power off':
        this.#powerOff();
        break;
      case 'power on':
        if (!this.#on) this.#powerOn();
        break;
      case 'freeze':
        this.#frozen = this.#running;
        break;
      case 'thaw':
        this.#frozen = false;
        break;
      case 'cut':
        if (this.#linked) this.#cut();
        break;
      case 'plug':
        if (!this.#linked) this.#plug();
        break;
      case 'agent restarts':
        if (this.#on) this.#newAgent();
        break;
      case 'stall':
        this.watch.skip(7000).reArm(7000);
        this.#watchedSinceMs = this.watch.atMs;
        // Lost time does not count; what was watched before does.
        this.#provenSinceMs = this.#provenSinceMs === null ? null : this.#provenSinceMs + 7000;
        this.#nextBeatMs = this.watch.atMs;
        break;
      case 'replay':
        return this.#replay();
      case 'clone':
        return this.#clone();
      case 'wait':
        return this.#pass(1500);
      case 'wait long':
        return this.#pass(12_000);
    }
    return this.#pass(stepMs);
  }

  #crash(): void {
    this.#running = false;
    this.#stopped = 'stopped by error';
    this.#crashes += 1;
    this.#lost();
    if (this.#talks) this.watch.abnormalShutdown();
  }

  #shutDown(): void {
    this.#running = false;
    this.#stopped = 'stopped normally';
    this.#lost();
    if (!this.#talks) return;
    this.#firstNoticeMs ??= this.watch.atMs;
    this.#away = true;
    this.watch.normalShutdown();
  }

  #start(): void {
    this.#nextBeatMs = 0;
    this.#away = false;
    this.#running = true;
    this.#frozen = false;
    this.watch.newBoot();
    // Unheard, it will be a new run out of nowhere: a loss nobody announced.
    if (this.#talks) this.watch.startup();
    else this.#crashes += 1;
  }

  #powerOff(): void {
    if (!this.#on) return;
    if (!this.#away) this.#crashes += 1;
    this.#on = false;
    this.#running = false;
    this.#lost();
  }

  #powerOn(): void {
    this.#nextBeatMs = 0;
    this.#away = false;
    this.#on = true;
    this.#running = true;
    this.#frozen = false;
    this.watch.reboot();
    if (this.#linked) this.watch.welcome('starting').startup();
  }

  #cut(): void {
    this.#linked = false;
    this.#lost();
    if (this.#on) this.watch.cut();
  }

  #plug(): void {
    this.#linked = true;
    if (this.#on) this.#greet();
  }

  #newAgent(): void {
    this.watch.newAgent();
    if (!this.#linked) return;
    this.watch.cut();
    this.#greet();
  }

  /** The agent says at its connection what it knows. */
  #greet(): void {
    this.#nextBeatMs = 0;
    if (!this.#running && this.#stopped === 'stopped normally') {
      this.#away = true;
      this.#firstNoticeMs ??= this.watch.atMs;
    }
    this.watch.welcome(this.#running ? 'running' : this.#stopped);
  }

  #lost(): void {
    this.#provenSinceMs = null;
    this.#everDownMs ??= this.watch.atMs;
  }

  /** Old messages, of this agent run and of another: nothing may change. */
  #replay(): string | null {
    const { watch } = this;
    const before = JSON.stringify(watch.state);
    const old = { atMs: watch.atMs, boot: 'boot-0', agentBoot: watch.agentBoot, seq: watch.seq };
    watch.send({ type: 'normal shutdown', ...old, reason: 'old' });
    watch.send({ type: 'abnormal shutdown', ...old, agentBoot: 'agent-0', seq: 1_000_000, code: 1, signal: null });
    return JSON.stringify(watch.state) === before ? null : 'an old message was believed';
  }

  /** A second machine with the same identity. */
  #clone(): string | null {
    const { watch } = this;
    const kind = watch.kind;
    const real = watch.agentBoot;
    watch.agentBoot = 'agent-clone';
    watch.welcome('stopped by error', 'instance-2');
    watch.agentBoot = real;
    return watch.kind === kind && watch.state.agentBoot !== 'agent-clone' ? null : 'a second machine was believed';
  }

  #pass(ms: number): string | null {
    const { watch } = this;
    const untilMs = watch.atMs + ms;
    while (watch.atMs < untilMs) {
      if (this.#talks) this.#lastWordMs = watch.atMs;
      watch.skip(stepMs);
      if (this.#talks && watch.atMs >= this.#nextBeatMs) this.#beat();
      if (!(this.#talks && this.#works)) this.#silentSinceMs ??= watch.atMs;
      // Silent for so long is a loss like a crash: nobody can tell them apart.
      if (this.#silentSinceMs !== null && !this.#away && !this.#counted && watch.atMs - this.#lastProofMs >= watch.settings.timeouts.keepAlive) {
        this.#counted = true;
        this.#crashes += 1;
      }
      watch.tick();
      const wrong = this.#judge();
      if (wrong !== null) return wrong;
    }
    return null;
  }

  #beat(): void {
    const { watch } = this;
    this.#nextBeatMs = watch.atMs + keepAliveIntervalMs(watch.settings.timeouts);
    if (this.#works) {
      watch.keepAlive();
      this.#lastProofMs = watch.atMs;
      this.#provenSinceMs ??= watch.atMs;
      this.#silentSinceMs = null;
      this.#counted = false;
      return;
    }
    // A hiccup shorter than suspicion is none.
    if (watch.atMs - Math.max(this.#lastProofMs, this.#watchedSinceMs) >= suspectAfterMs(watch.settings.timeouts)) this.#provenSinceMs = null;
    if (this.#running) watch.keepAlive('running', undefined, 6000);
    else watch.keepAlive(this.#stopped);
  }

  #judge(): string | null {
    const { watch } = this;
    const { timeouts } = watch.settings;
    const nowMs = watch.atMs;
    const effects = watch.taken();
    const failed = effects.find((effect) => effect.kind === 'failed');
    const recovered = effects.some((effect) => effect.kind === 'recovered');
    if (recovered) this.#forgive();
    if (recovered && (this.#provenSinceMs === null || nowMs - this.#provenSinceMs < timeouts.holdDown)) return 'recovered before the hold-down';
    if (failed?.kind === 'failed') {
      if (nowMs - this.#watchedSinceMs < timeouts.keepAlive) return 'failed by what the observer did not watch';
      // With a notice of shutdown in the same outage its time-out may be over at once (D21).
      if (nowMs - this.#lastProofMs < timeouts.keepAlive && this.#crashes < 2 && this.#firstNoticeMs === null) return 'failed while it proved that it runs';
      if (this.#away && this.#firstNoticeMs !== null && this.#crashes === 0 && nowMs - this.#firstNoticeMs < timeouts.normalShutdown && this.#everDownMs === this.#firstNoticeMs) return 'failed during an announced shutdown';
    }
    if (this.#provenSinceMs !== null && nowMs - this.#provenSinceMs > 2000 && nowMs === this.#lastProofMs && watch.kind !== 'alive' && watch.kind !== 'normal shutdown') return `it runs and says so, but counts as ${watch.kind}`;
    const deafMs = nowMs - Math.max(this.#silentSinceMs ?? nowMs, this.#lastWordMs, this.#watchedSinceMs);
    const longest = Math.max(timeouts.normalShutdown, timeouts.abnormalShutdown, timeouts.connected) + timeouts.started + timeouts.keepAlive;
    if (!this.#on && deafMs > longest && watch.state.kind !== 'failed') return `gone for ${deafMs} ms, but counts as ${watch.kind}`;
    return null;
  }

  /** A whole outage is over: what was before counts no more. */
  #forgive(): void {
    this.#firstNoticeMs = null;
    this.#everDownMs = null;
    this.#crashes = 0;
  }
}

/** Plays a story; null, or what went wrong at which deed. */
export function playStory(run: Run, story: readonly Deed[]): string | null {
  const host = new Host(run);
  for (const [at, deed] of story.entries()) {
    const wrong = host.do(deed);
    if (wrong !== null) return `${wrong}, after ${story.slice(0, at + 1).join(', ')}`;
  }
  return null;
}
