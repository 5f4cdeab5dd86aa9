import { createHash } from 'node:crypto';
import { UnderstudyError } from '../../../src/contract/errors.ts';
import { defaultTimeouts, type Timeouts } from '../../../src/core/timeouts.ts';
import type { FailoverPorts } from '../../../src/failover/ports.ts';
import { ProcessDied } from '../time.ts';
import { documentOf, World } from '../world.ts';
import { Broken, type Violation } from './broken.ts';
import { BackupChecks, secret, watchedLog } from './checks-backups.ts';
import { FootageChecks } from './checks-footage.ts';
import { RoleChecks } from './checks-roles.ts';
import { definitionOf } from './faults.ts';
import { mend, operate } from './mend.ts';
import { Scene, stamp } from './scene.ts';
import { inWords, type Fault, type Round, type Script } from './script.ts';
import { unsettled } from './settled.ts';
import { sampleMs, Truth } from './truth.ts';

const second = 1000;
const minute = 60 * second;
/** Everything was mended: within this all is as if nothing had been. The longest hold-down is an hour; what is frozen thaws before. */
const settleMs = 2.5 * 60 * minute;
const restartMs = 5000;
/** Lines of the history that are kept for who has to read it. */
const keptLines = 400;

export interface Played {
  readonly seed: number;
  readonly digest: string;
  readonly violation: Violation | null;
  /** The last lines of what happened. */
  readonly history: readonly string[];
  /** Virtual ms. */
  readonly lengthMs: number;
  readonly steps: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Working monitored servers that were lost, by the truth of the world. */
  readonly lost: number;
  /** Outages in the product's own records, and what became of them. */
  readonly outages: number;
  readonly takeOvers: number;
  readonly restores: number;
  readonly longestSettleMs: number;
  /** At which the failover server died. */
  readonly failpoints: readonly string[];
  readonly checked: Readonly<Record<string, number>>;
}

export interface PlayOptions {
  /** A deliberate design error. */
  readonly mutate?: (ports: FailoverPorts) => FailoverPorts;
}

const timeoutsOf = (name: Script['timeouts']): Timeouts => {
  if (name === 'default') return defaultTimeouts;
  const shorter = { ...defaultTimeouts, allowShorter: true };
  return name === 'shortest'
    ? { ...shorter, connected: 10 * second, started: 10 * second, keepAlive: 3 * second, normalShutdown: 10 * second, abnormalShutdown: 10 * second, holdDown: 2 * second }
    : { ...shorter, connected: 15 * second, started: 15 * second, keepAlive: 6 * second, normalShutdown: 30 * second, abnormalShutdown: 20 * second, holdDown: 3 * second };
};

/** Plays a script to its end, or to the first thing that does not hold. */
export async function play(script: Script, options: PlayOptions = {}): Promise<Played> {
  const stage = new Stage(script, options);
  try {
    await stage.open();
    for (const [at, round] of script.rounds.entries()) if (stage.broken.first === null) await stage.round(round, at);
    stage.close();
    return stage.played();
  } finally {
    stage.end();
  }
}

class Stage {
  readonly #script: Script;
  readonly #timeouts: Timeouts;
  readonly #world: World;
  readonly broken: Broken;
  readonly #scene: Scene;
  readonly #truth: Truth;
  readonly #roles: RoleChecks;
  readonly #footage: FootageChecks;
  readonly #backups: BackupChecks;
  readonly #hash = createHash('sha256');
  readonly #lines: string[] = [];
  readonly #counts: Record<string, number> = {};
  #longestSettleMs = 0;
  #starting = false;
  #downSinceMs: number | null = null;

  constructor(script: Script, options: PlayOptions) {
    this.#script = script;
    this.#timeouts = timeoutsOf(script.timeouts);
    let broken: Broken | null = null;
    this.#world = new World(script.seed, { vault: true, recorderStepMs: 1000, engineStepMs: 500, ghostMs: minute, log: watchedLog(() => broken), ...(options.mutate === undefined ? {} : { mutate: options.mutate }) });
    this.broken = broken = new Broken(() => this.#world.time.monotonicMs());
    const sites = script.sites.map((site, at) => {
      const document = documentOf(`s${at}`, site.cameras, site.single ? 1 : undefined);
      return this.#world.makeSite(`s${at}`, { ...document, cameras: document.cameras.map((camera) => ({ ...camera, password: secret })) });
    });
    for (const disk of [this.#world.disk, ...sites.map((site) => site.disk)]) disk.syncEvery(second * 1000);
    this.#scene = new Scene(this.#world, sites, this.broken);
    this.#scene.say = (text) => this.#tell(text);
    this.#scene.keepAliveMs = this.#timeouts.keepAlive;
    this.#truth = new Truth(this.#scene);
    this.#roles = new RoleChecks(this.#scene, this.#truth, this.broken, this.#timeouts);
    this.#footage = new FootageChecks(this.#scene, this.broken, (serverId) => this.#roles.role(serverId));
    this.#backups = new BackupChecks(this.#scene, this.#roles, this.broken);
    this.#roles.onAudit = (text) => this.#tell(`     ${text}`);
    this.#world.faulty.onCommit = () => {
      this.#roles.onCommit();
      this.#backups.onCommit();
    };
    this.#world.onStart = () => {
      this.#scene.starts += 1;
      this.#roles.restarted();
      if (this.#world.recording !== null) this.#world.recording.onApplied = (jobs) => this.#roles.onApplied(jobs);
    };
  }

  async open(): Promise<void> {
    const world = this.#world;
    await world.startFailover();
    const { keepAlive, connected, started, normalShutdown, abnormalShutdown, holdDown, allowShorter } = this.#timeouts;
    const timeouts = { allowShorter, keepAliveMs: keepAlive, connectedMs: connected, startedMs: started, normalShutdownMs: normalShutdown, abnormalShutdownMs: abnormalShutdown, holdDownMs: holdDown };
    this.#scene.change((settings) => ({ ...settings, timeouts }));
    for (const [at, site] of this.#scene.sites.entries()) {
      const { standby, priority } = this.#script.sites[at] ?? { standby: 'cold', priority: 100 };
      await world.addSite(site.id, 0, { site, standby, priority });
    }
    world.time.every(sampleMs, () => {
      this.#superviseFailover();
      this.#truth.look();
      this.#roles.look();
      this.#footage.look();
    });
    await this.#settle('at the start');
  }

  /** As systemd does: a process that ended is started again after a few seconds. */
  #superviseFailover(): void {
    const world = this.#world;
    const nowMs = world.time.monotonicMs();
    if (world.failover !== null) this.#downSinceMs = null;
    else this.#downSinceMs ??= nowMs;
    if (this.#starting || this.#downSinceMs === null || nowMs < Math.max(this.#downSinceMs + restartMs, this.#scene.downUntilMs)) return;
    void this.#startFailover();
  }

  async #startFailover(): Promise<void> {
    const { mustRefuse } = this.#scene;
    this.#starting = true;
    this.#tell('the failover server starts');
    try {
      await this.#world.startFailover();
      // Mended while it waited for a backup disk that hangs: it may have read the database before or after.
      if (this.#world.failover !== null) this.broken.check('O04', !(mustRefuse && this.#scene.mustRefuse), () => 'the failover server started with a database that somebody edited');
    } catch (error) {
      this.#world.killFailover();
      this.#downSinceMs = null;
      if (error instanceof ProcessDied || this.#world.faulty.full) return;
      this.broken.check('O04', mustRefuse && error instanceof UnderstudyError && error.code === 'input.invalid', () => `the failover server does not start: ${String(error)}`);
    } finally {
      this.#starting = false;
    }
  }

  #tell(text: string): void {
    const line = `${stamp(this.#world.time.monotonicMs())}  ${text}`;
    this.#hash.update(line);
    this.#lines.push(line);
    if (this.#lines.length > 2 * keptLines) this.#lines.splice(0, keptLines);
  }

  async round(round: Round, at: number): Promise<void> {
    const { time } = this.#world;
    this.#tell(`ROUND ${at + 1}`);
    const current = this.#round;
    for (const fault of round.faults) time.after(fault.atMs, () => this.#begin(fault, current));
    await this.#run(round.lengthMs);
    this.#tell('EVERYTHING IS MENDED');
    this.#footage.excuse(0);
    mend(this.#scene);
    await this.#settle(`after round ${at + 1}`);
    this.#footage.covered();
    await this.#run(round.restMs);
    if (round.restMs > 0) this.#rested();
    this.#footage.covered();
  }

  #begin(fault: Fault, round: number): void {
    const site = this.#scene.sites[fault.site];
    const definition = definitionOf(fault.kind);
    if (site === undefined) return;
    this.#tell(`>>> ${inWords(fault)}`);
    this.#counts[fault.kind] = (this.#counts[fault.kind] ?? 0) + 1;
    if (!definition.outage || definition.allMemory === true) this.#footage.excuse(fault.forMs);
    this.#do(() => definition.begin(this.#scene, fault, site));
    const { end } = definition;
    if (end === undefined) return;
    this.#world.time.after(fault.forMs, () => {
      if (this.#round !== round) return;
      this.#tell(`<<< ${inWords(fault)}`);
      this.#do(() => end(this.#scene, fault, site));
    });
  }

  #round = 0;

  #do(run: () => void | Promise<void>): void {
    const guarded = async (): Promise<void> => {
      try {
        await run();
      } catch (error) {
        if (!(error instanceof ProcessDied)) this.broken.tell('a defect', error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
    };
    void guarded();
  }

  async #run(ms: number): Promise<void> {
    const { time } = this.#world;
    const endMs = time.monotonicMs() + ms;
    while (this.broken.first === null && time.monotonicMs() < endMs) await time.run(Math.min(5 * second, endMs - time.monotonicMs()));
  }

  /** Everything comes to rest by itself, or a person is told what to do. */
  async #settle(when: string): Promise<void> {
    this.#round += 1;
    const { time } = this.#world;
    const fromMs = time.monotonicMs();
    for (let waited = 0; this.broken.first === null; waited += 10 * second) {
      await this.#run(10 * second);
      const why = unsettled(this.#scene);
      if (why === null) break;
      operate(this.#scene, this.#script);
      if (waited >= settleMs) this.broken.tell('settles', `${when}, ${Math.round(waited / minute)} min after everything was mended: ${why}`);
    }
    this.#longestSettleMs = Math.max(this.#longestSettleMs, time.monotonicMs() - fromMs);
    this.#tell('everything is settled');
  }

  /** Left alone for an hour: still at rest, and nothing is alarmed about any more. */
  #rested(): void {
    if (this.broken.first !== null) return;
    const why = unsettled(this.#scene);
    this.broken.check('settles', why === null, () => `after an hour of rest: ${String(why)}`);
    const alarm = this.#world.failover?.alarms()[0];
    this.broken.check('settles', alarm === undefined, () => `after an hour of rest there is still an alarm: ${String(alarm?.code)}, ${String(alarm?.text)}`);
    for (const site of this.#scene.sites) this.#backups.whole(site.serverId);
  }

  close(): void {
    if (this.broken.first === null) this.#backups.noSecrets();
  }

  played(): Played {
    const world = this.#world;
    this.#hash.update(String(world.time.steps));
    return {
      seed: this.#script.seed,
      digest: this.#hash.digest('hex').slice(0, 16),
      violation: this.broken.first,
      history: this.#lines.slice(-keptLines),
      lengthMs: world.time.monotonicMs(),
      steps: world.time.steps,
      faults: this.#counts,
      lost: this.#truth.lost,
      outages: Number(world.database.prepare('SELECT count(*) AS many FROM outages').get()?.['many'] ?? 0),
      takeOvers: this.#roles.takeOvers,
      restores: this.#roles.restores,
      longestSettleMs: this.#longestSettleMs,
      failpoints: [...world.diedAt],
      checked: Object.fromEntries(this.broken.checked),
    };
  }

  end(): void {
    this.#world.killFailover();
    this.#world.database.close();
  }
}
