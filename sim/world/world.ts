import type { SettingsDocument } from '../../src/contract/settings.ts';
import { UnderstudyError } from '../../src/contract/errors.ts';
import { type Log, silentLog } from '../../src/platform/log.ts';
import { patientBlobs } from '../../src/platform/patient-blobs.ts';
import type { Random } from '../../src/platform/random.ts';
import { openSql, type Sql } from '../../src/platform/sqlite.ts';
import type { FailoverPorts } from '../../src/failover/ports.ts';
import { startFailover } from '../../src/failover/server.ts';
import type { FailoverServer } from '../../src/failover/server-types.ts';
import { vaultKey } from '../../src/failover/vault/seal.ts';
import { Vault } from '../../src/failover/vault/vault.ts';
import { memoryBackups, type KeptBackup } from './backups.ts';
import { BlobDisk } from './blobs.ts';
import { SimulatedCameras } from './cameras.ts';
import { FaultyDatabase } from './database.ts';
import { FootageDisk } from './footage.ts';
import { HostClock, ProcessTimers } from './host.ts';
import { SimulatedNetwork } from './network.ts';
import { seededRandom } from './random.ts';
import { SimulatedRecording } from './recording.ts';
import { Site, type SiteWorld } from './site.ts';
import { ProcessDied, VirtualTime } from './time.ts';

export { Site } from './site.ts';

const migrations = new URL('../../src/failover/db/migrations', import.meta.url).pathname;

export interface WorldOptions {
  /** The real vault on a simulated disk; else backups in memory without checks. */
  readonly vault?: boolean;
  /** How often recorders and engine look after their cameras, ms. */
  readonly recorderStepMs?: number;
  readonly engineStepMs?: number;
  /** How long cameras keep the sessions of a host that lost power, ms. */
  readonly ghostMs?: number;
  readonly log?: Log;
  /** A deliberate design error: ports that are not what they should be. */
  readonly mutate?: (ports: FailoverPorts) => FailoverPorts;
}

/** Virtual time, one failover server, monitored servers with the real agent, simulated cameras. */
export class World implements SiteWorld {
  readonly time = new VirtualTime();
  readonly random: Random;
  readonly network: SimulatedNetwork;
  readonly cameras = new SimulatedCameras();
  readonly disk = new FootageDisk();
  readonly blobs = new BlobDisk();
  readonly sites = new Map<string, Site>();
  readonly shelf = new Map<string, KeptBackup[]>();
  readonly database: Sql = openSql({ path: ':memory:', migrations });
  /** The same, with its faults. */
  readonly faulty: FaultyDatabase;
  /** The failover server's own clocks. */
  readonly clock: HostClock;
  readonly log: Log;
  readonly recorderStepMs: number;
  readonly ghostMs: number;
  readonly #options: WorldOptions;
  failover: FailoverServer | null = null;
  recording: SimulatedRecording | null = null;
  /** The process dies when this failpoint is passed. */
  dieAt: string | null = null;
  readonly passed = new Set<string>();
  /** Failpoints at which it died. */
  readonly diedAt = new Set<string>();
  /** After every start of the failover server. */
  onStart: (() => void) | null = null;
  #timers: ProcessTimers | null = null;
  #asleepUntilMs = 0;

  constructor(seed = 1, options: WorldOptions = {}) {
    this.#options = options;
    this.random = seededRandom(seed);
    this.network = new SimulatedNetwork(this.time, seededRandom(seed ^ 0x51ed270b));
    // Asked late, because tests put their own `transaction` in its place.
    this.faulty = new FaultyDatabase({
      exec: (sql) => this.database.exec(sql),
      prepare: (sql) => this.database.prepare(sql),
      transaction: (run) => this.database.transaction(run),
      close: () => this.database.close(),
    });
    this.clock = new HostClock(this.time);
    this.log = options.log ?? silentLog;
    this.recorderStepMs = options.recorderStepMs ?? 250;
    this.ghostMs = options.ghostMs ?? 0;
  }

  get server(): FailoverServer {
    if (this.failover === null) throw new Error('The failover server is not running.');
    return this.failover;
  }

  /** It runs and does not stand still. */
  get failoverWorks(): boolean {
    return this.failover !== null && this.#timers?.frozen === false;
  }

  async startFailover(): Promise<void> {
    const { time, clock, random, network } = this;
    const timers = new ProcessTimers(time, clock);
    this.#timers = timers;
    let offMs = clock.offMs();
    const recording = new SimulatedRecording({
      clock, timers, cameras: this.cameras, disk: this.disk, host: 'failover', offUs: () => Math.round(clock.offMs() * 1000),
      ...(this.#options.engineStepMs === undefined ? {} : { stepMs: this.#options.engineStepMs }),
    });
    clock.onStep = () => {
      recording.newEpoch((clock.offMs() - offMs) * 1000);
      offMs = clock.offMs();
    };
    this.recording = recording;
    const ports: FailoverPorts = {
      database: this.faulty.opened({ alive: () => timers.alive, freeze: (ms) => timers.freeze(ms), die: (where) => this.#die(where) }),
      clock, timers, random, log: this.log, recording, store: this.disk, storePath: '/failover/footage',
      transport: network.transport('failover', 'key-of-failover'.padEnd(64, '0'), timers.deliver),
      cameraCheck: this.cameras.check('failover'),
      backups: this.#options.vault === true ? (needs) => new Vault(needs, { key: vaultKey(vaultBytes), blobs: patientBlobs(this.blobs.folder(() => timers.alive), () => '/failover/backups', timers) }) : memoryBackups(this.shelf),
      failpoint: (name) => {
        this.passed.add(name);
        if (this.dieAt !== name) return;
        this.diedAt.add(name);
        this.#die(name);
      },
      afterPoll: timers.afterPoll,
    };
    const started = await startFailover(this.#options.mutate?.(ports) ?? ports, { id: 'failover-1', name: 'Failover 1', storePath: '/failover/footage', directory: '/failover/backups' });
    if (!timers.alive) return;
    this.failover = started;
    this.onStart?.();
  }

  #die(where: string): never {
    this.dieAt = null;
    this.faulty.cut = null;
    this.killFailover();
    throw new ProcessDied(where);
  }

  /** SIGSTOP and SIGCONT: messages wait in the sockets meanwhile. */
  freezeFailover(ms: number): void {
    this.#timers?.freeze(ms);
  }

  /** The whole machine sleeps: its monotonic clock stands still. */
  suspendFailover(ms: number): void {
    // Nobody starts a process of a machine that sleeps either: without one it is not put to sleep.
    if (this.#timers?.alive !== true) return;
    this.#timers.freeze(ms);
    // Who sleeps already sleeps on: counted twice, its monotonic clock would go back.
    const nowMs = this.time.monotonicMs();
    const sleepsMs = Math.max(nowMs, this.#asleepUntilMs);
    this.#asleepUntilMs = Math.max(sleepsMs, nowMs + ms);
    this.clock.slept(this.#asleepUntilMs - sleepsMs);
  }

  /** SIGKILL: nothing more runs; database and footage stay. */
  killFailover(): void {
    this.#timers?.kill();
    // Nobody kills a process of a machine that sleeps: it was woken, and its clock did not stand still for the rest.
    this.clock.slept(-Math.max(0, this.#asleepUntilMs - this.time.monotonicMs()));
    this.#asleepUntilMs = 0;
    this.recording?.crash();
    this.network.endProcess('failover');
    this.failover = null;
  }

  /** Its host loses power: what its store had not synced is gone, too. */
  powerOffFailover(): void {
    this.recording?.catchUp();
    this.killFailover();
    this.disk.losePower(this.time.wallMs() * 1000);
  }

  /** A monitored server that is there, but not switched on and not in the list. */
  makeSite(id: string, document: SettingsDocument): Site {
    const site = new Site(this, id, document);
    for (const camera of document.cameras) if (camera.maxSessions !== undefined) this.cameras.limit(camera.url, camera.maxSessions);
    return site;
  }

  async addSite(
    id: string,
    cameras: number,
    more: { readonly standby?: 'cold' | 'hot'; readonly maxSessions?: number; readonly priority?: number; readonly site?: Site } = {},
  ): Promise<Site> {
    const site = more.site ?? this.makeSite(id, documentOf(id, cameras, more.maxSessions));
    this.sites.set(id, site);
    await site.boot();
    const secret = await site.pairingSecret();
    if (secret === null) throw new UnderstudyError('process.defect', 'The agent shows no pairing secret.');
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

const vaultBytes = seededRandom(7).bytes(32);

export function documentOf(id: string, cameras: number, maxSessions?: number): SettingsDocument {
  return {
    schema: 1, name: id.toUpperCase(), storePath: `/recorders/${id}`, retention: { days: 30, maxBytes: null },
    cameras: Array.from({ length: cameras }, (_, at) => ({
      id: `cam-${at + 1}`, name: `Camera ${at + 1}`, url: `rtsp://${id}-cam-${at + 1}/stream`, username: 'u', password: 'p', transport: 'auto' as const,
      audio: false, priority: at + 1, enabled: true, ...(maxSessions === undefined ? {} : { maxSessions }),
    })),
  };
}
