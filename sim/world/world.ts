import { startAgent, type RunningAgent } from '../../src/agent/agent.ts';
import type { AgentMemory, AgentState } from '../../src/agent/memory.ts';
import type { SettingsDocument } from '../../src/contract/settings.ts';
import type { Cancel, Timers } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Random } from '../../src/platform/random.ts';
import { openSql, type Sql } from '../../src/platform/sqlite.ts';
import { startFailover } from '../../src/failover/server.ts';
import type { FailoverServer } from '../../src/failover/server-types.ts';
import { memoryBackups, type KeptBackup } from './backups.ts';
import { SimulatedCameras } from './cameras.ts';
import { FootageDisk } from './footage.ts';
import { SimulatedNetwork } from './network.ts';
import { SimulatedRecorder } from './recorder.ts';
import { SimulatedRecording } from './recording.ts';
import { ProcessDied, VirtualTime } from './time.ts';

const migrations = new URL('../../src/failover/db/migrations', import.meta.url).pathname;

/** Seeded: the same seed gives the same ids and the same jitter (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => Math.floor(unit() * 256));
  return { unit, bytes, id: () => Buffer.from(bytes(16)).toString('hex') };
}

/** Timers that die with their process. */
class ProcessTimers implements Timers {
  readonly #time: VirtualTime;
  #alive = true;
  #frozenUntilMs = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  after(ms: number, run: () => void): Cancel {
    let cancelled = false;
    const fire = (): void => {
      if (!this.#alive || cancelled) return;
      const lateMs = this.#frozenUntilMs - this.#time.monotonicMs();
      if (lateMs > 0) this.#time.after(lateMs, fire);
      else run();
    };
    const cancel = this.#time.after(ms, fire);
    return () => {
      cancelled = true;
      cancel();
    };
  }

  every(ms: number, run: () => void): Cancel {
    // As setInterval: what fell due while the process stood still is run once.
    let due = false;
    const cancel = this.#time.every(ms, () => {
      if (!this.#alive) {
        cancel();
        return;
      }
      if (due) return;
      due = true;
      this.#whenAwake(() => {
        due = false;
        run();
      });
    });
    return cancel;
  }

  #whenAwake(run: () => void): void {
    if (!this.#alive) return;
    const lateMs = this.#frozenUntilMs - this.#time.monotonicMs();
    if (lateMs > 0) this.#time.after(lateMs, () => this.#whenAwake(run));
    else run();
  }

  /** SIGSTOP for so long: no timer fires, nothing is read. */
  freeze(ms: number): void {
    this.#frozenUntilMs = this.#time.monotonicMs() + ms;
  }

  /** Runs now, or when the process goes on. */
  deliver(run: () => void): void {
    this.#whenAwake(run);
  }

  kill(): void {
    this.#alive = false;
  }
}

/** One monitored server: host, recorder, agent, and what its disk keeps. */
export class Site {
  /** Name of the host; the server id too, until new hardware takes another one's. */
  readonly id: string;
  serverId: string;
  readonly recorder: SimulatedRecorder;
  readonly disk = new FootageDisk();
  readonly #world: World;
  #memory: AgentMemory | null = null;
  #secret: Uint8Array | null = null;
  #agent: RunningAgent | null = null;
  #timers: ProcessTimers | null = null;

  constructor(world: World, id: string, document: SettingsDocument) {
    this.#world = world;
    this.id = id;
    this.serverId = id;
    this.recorder = new SimulatedRecorder({ time: world.time, cameras: world.cameras, disk: this.disk, serverId: id, document });
  }

  async boot(): Promise<void> {
    const { time, random, network } = this.#world;
    this.#timers = new ProcessTimers(time);
    const state: AgentState = {
      readMemory: () => Promise.resolve(this.#memory),
      writeMemory: (memory) => {
        this.#memory = memory;
        return Promise.resolve();
      },
      readSecret: () => Promise.resolve(this.#secret),
      writeSecret: (secret) => {
        this.#secret = secret;
        return Promise.resolve();
      },
    };
    this.#agent = await startAgent({
      server: { id: this.serverId, name: this.id.toUpperCase() },
      listen: { host: this.id, port: 15410 },
      recorder: this.recorder,
      transport: network.transport(this.id, `key-of-${this.id}`.padEnd(64, '0')),
      state, clock: time, timers: this.#timers, random, log: silentLog,
      adoptIdentity: (serverId) => {
        this.serverId = serverId;
        this.#timers?.after(500, () => void this.shutDown('takes another identity').then(() => {
          this.recorder.adoptIdentity(serverId);
          return this.boot();
        }));
        return Promise.resolve();
      },
    });
  }

  pairingSecret(): Promise<string | null> {
    return this.#agent?.pairingSecret() ?? Promise.resolve(null);
  }

  powerOff(): void {
    this.#timers?.kill();
    this.recorder.powerOff();
    this.#world.network.powerOff(this.id);
    this.#agent = null;
  }

  async shutDown(reason: string): Promise<void> {
    await this.#agent?.stop({ reason, leaveRecorder: false });
    this.#timers?.kill();
    this.#agent = null;
  }
}

/** Virtual time, one failover server, monitored servers with the real agent, simulated cameras. */
export class World {
  readonly time = new VirtualTime();
  readonly random: Random;
  readonly network = new SimulatedNetwork(this.time);
  readonly cameras = new SimulatedCameras();
  readonly disk = new FootageDisk();
  readonly sites = new Map<string, Site>();
  readonly shelf = new Map<string, KeptBackup[]>();
  readonly database: Sql = openSql({ path: ':memory:', migrations });
  failover: FailoverServer | null = null;
  recording: SimulatedRecording | null = null;
  /** The process dies when this failpoint is passed. */
  dieAt: string | null = null;
  readonly passed = new Set<string>();
  #timers: ProcessTimers | null = null;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
  }

  get server(): FailoverServer {
    if (this.failover === null) throw new Error('The failover server is not running.');
    return this.failover;
  }

  async startFailover(): Promise<void> {
    const { time, random, network } = this;
    const timers = new ProcessTimers(time);
    this.#timers = timers;
    const recording = new SimulatedRecording({ clock: time, timers, cameras: this.cameras, disk: this.disk, host: 'failover' });
    this.recording = recording;
    this.failover = await startFailover(
      {
        database: this.database, clock: time, timers, random, log: silentLog, recording, store: this.disk, storePath: '/failover/footage',
        transport: network.transport('failover', 'key-of-failover'.padEnd(64, '0'), (run) => timers.deliver(run)),
        cameraCheck: this.cameras.check('failover'),
        backups: memoryBackups(this.shelf),
        failpoint: (name) => {
          this.passed.add(name);
          if (this.dieAt !== name) return;
          this.dieAt = null;
          this.killFailover();
          throw new ProcessDied(name);
        },
        afterPoll: (run) => void timers.after(0, run),
      },
      { id: 'failover-1', name: 'Failover 1', storePath: '/failover/footage', directory: '/failover/backups' },
    );
  }

  /** SIGSTOP and SIGCONT: messages wait in the sockets meanwhile. */
  freezeFailover(ms: number): void {
    this.#timers?.freeze(ms);
  }

  /** SIGKILL: nothing more runs; database and footage stay. */
  killFailover(): void {
    this.#timers?.kill();
    this.recording?.crash();
    this.network.powerOff('failover');
    this.failover = null;
  }

  async addSite(id: string, cameras: number, more: { readonly standby?: 'cold' | 'hot'; readonly maxSessions?: number; readonly priority?: number } = {}): Promise<Site> {
    const site = new Site(this, id, documentOf(id, cameras, more.maxSessions));
    for (const camera of site.recorder.document.cameras) if (more.maxSessions !== undefined) this.cameras.limit(camera.url, more.maxSessions);
    this.sites.set(id, site);
    await site.boot();
    const secret = await site.pairingSecret();
    if (secret === null) throw new Error('The agent shows no pairing secret.');
    const adding = this.server.addServer({ host: id, pairingSecret: secret, standby: more.standby ?? 'cold', priority: more.priority ?? 100 }, { who: 'tester' });
    await this.time.run(1000);
    await adding;
    return site;
  }

  /** Shortest allowed time-outs. */
  shortTimeouts(): void {
    const { settings } = this.server.settings();
    const timeouts = { allowShorter: true, connectedMs: 10_000, startedMs: 10_000, keepAliveMs: 3000, normalShutdownMs: 10_000, abnormalShutdownMs: 10_000, holdDownMs: 2000 };
    this.server.changeSettings({ settings: { ...settings, timeouts } }, { who: 'tester' });
  }
}

export function documentOf(id: string, cameras: number, maxSessions?: number): SettingsDocument {
  return {
    schema: 1, name: id.toUpperCase(), storePath: `/recorders/${id}`, retention: { days: 30, maxBytes: null },
    cameras: Array.from({ length: cameras }, (_, at) => ({
      id: `cam-${at + 1}`, name: `Camera ${at + 1}`, url: `rtsp://${id}-cam-${at + 1}/stream`, username: 'u', password: 'p', transport: 'auto' as const,
      audio: false, priority: at + 1, enabled: true, ...(maxSessions === undefined ? {} : { maxSessions }),
    })),
  };
}
