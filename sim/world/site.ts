import { startAgent, type RunningAgent } from '../../src/agent/agent.ts';
import type { AgentMemory, AgentState } from '../../src/agent/memory.ts';
import type { SettingsDocument } from '../../src/contract/settings.ts';
import type { Log } from '../../src/platform/log.ts';
import type { Random } from '../../src/platform/random.ts';
import type { SimulatedCameras } from './cameras.ts';
import { FootageDisk } from './footage.ts';
import { HostClock, ProcessTimers } from './host.ts';
import type { SimulatedNetwork } from './network.ts';
import { SimulatedRecorder } from './recorder.ts';
import type { VirtualTime } from './time.ts';

/** What a monitored server needs of its world. */
export interface SiteWorld {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly network: SimulatedNetwork;
  readonly cameras: SimulatedCameras;
  readonly log: Log;
  readonly recorderStepMs: number;
  readonly ghostMs: number;
}

/** One monitored server: host, recorder, agent, and what its disk keeps. */
export class Site {
  /** Name of the host; the server id too, until new hardware takes another one's. */
  readonly id: string;
  serverId: string;
  readonly recorder: SimulatedRecorder;
  readonly disk = new FootageDisk();
  readonly clock: HostClock;
  readonly #world: SiteWorld;
  readonly #key: string;
  #memory: AgentMemory | null = null;
  #secret: Uint8Array | null = null;
  #agent: RunningAgent | null = null;
  #timers: ProcessTimers | null = null;
  #on = false;

  #leaving: Promise<void> | null = null;

  constructor(world: SiteWorld, id: string, document: SettingsDocument, of: { readonly host?: string; readonly clone?: Site } = {}) {
    this.#world = world;
    this.id = of.host ?? id;
    this.serverId = id;
    this.#key = of.clone === undefined ? `key-of-${this.id}`.padEnd(64, '0') : of.clone.#key;
    this.#memory = of.clone === undefined ? null : of.clone.#memory;
    this.clock = new HostClock(world.time);
    this.recorder = new SimulatedRecorder({
      time: world.time, clock: this.clock, cameras: world.cameras, disk: this.disk, serverId: id, document, stepMs: world.recorderStepMs, ghostMs: world.ghostMs,
    });
    this.clock.onStep = () => this.recorder.newEpoch();
  }

  /** The host has power. */
  get isOn(): boolean {
    return this.#on;
  }

  /** The agent runs and is not frozen. */
  get agentWorks(): boolean {
    return this.#agent !== null && this.#timers?.frozen === false;
  }

  /** It runs, perhaps frozen. */
  get agentRuns(): boolean {
    return this.#timers?.alive === true;
  }

  get protector(): string | null {
    return this.#agent?.protector()?.id ?? null;
  }

  async boot(): Promise<void> {
    const { time, random, network, log } = this.#world;
    // As systemd does: a service that is ending has ended before it is started again.
    await this.#leaving;
    if (this.#timers?.alive === true) return;
    this.#on = true;
    const timers = new ProcessTimers(time, this.clock);
    this.#timers = timers;
    const agent = await startAgent({
      server: { id: this.serverId, name: this.serverId.toUpperCase() },
      listen: { host: this.id, port: 15410 },
      recorder: this.recorder,
      transport: network.transport(this.id, this.#key, timers.deliver),
      state: this.#state(timers), clock: this.clock, timers, random, log,
      adoptIdentity: (serverId) => {
        this.serverId = serverId;
        timers.after(500, () => void this.shutDown('takes another identity').then(() => {
          this.recorder.adoptIdentity(serverId);
          return this.boot();
        }));
        return Promise.resolve();
      },
    });
    if (timers.alive) this.#agent = agent;
  }

  #state(timers: ProcessTimers): AgentState {
    return {
      readMemory: () => Promise.resolve(this.#memory),
      writeMemory: (memory) => {
        if (timers.alive) this.#memory = memory;
        return Promise.resolve();
      },
      readSecret: () => Promise.resolve(this.#secret),
      writeSecret: (secret) => {
        if (timers.alive) this.#secret = secret;
        return Promise.resolve();
      },
    };
  }

  pairingSecret(): Promise<string | null> {
    return this.#agent?.pairingSecret() ?? Promise.resolve(null);
  }

  newPairingSecret(): Promise<string | null> {
    return this.#agent?.newPairingSecret() ?? Promise.resolve(null);
  }

  powerOff(): void {
    this.#timers?.kill();
    this.#leaving = null;
    this.recorder.powerOff();
    this.#world.network.powerOff(this.id);
    this.#agent = null;
    this.#on = false;
  }

  /** SIGKILL of the agent alone; the recorder goes on. `boot` starts the next one. */
  killAgent(): void {
    this.#timers?.kill();
    this.#leaving = null;
    this.recorder.agentGone();
    this.#world.network.endProcess(this.id);
    this.#agent = null;
  }

  /** SIGSTOP of the agent for so long. */
  freezeAgent(ms: number): void {
    this.#timers?.freeze(ms);
  }

  /** Told once more while it is ending, it ends once: with its process the second one would never come to its end. */
  shutDown(reason: string): Promise<void> {
    if (this.#leaving !== null) return this.#leaving;
    const leaving = this.#shutDown(reason).finally(() => {
      if (this.#leaving === leaving) this.#leaving = null;
    });
    return (this.#leaving = leaving);
  }

  /** It is being shut down. */
  get isLeaving(): boolean {
    return this.#leaving !== null;
  }

  async #shutDown(reason: string): Promise<void> {
    const timers = this.#timers;
    await this.#agent?.stop({ reason, leaveRecorder: false });
    timers?.kill();
    if (this.#timers === timers) {
      this.#agent = null;
      this.#on = false;
    }
  }
}
