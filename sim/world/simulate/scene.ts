import { UnderstudyError } from '../../../src/contract/errors.ts';
import type { SettingsDocument } from '../../../src/contract/settings.ts';
import type { StoredSettings } from '../../../src/failover/db/settings.ts';
import type { FailoverServer } from '../../../src/failover/server-types.ts';
import { openLink, Refusal } from '../../../src/platform/link-dial.ts';
import type { FootageDisk } from '../footage.ts';
import type { Site } from '../site.ts';
import { ProcessDied } from '../time.ts';
import type { World } from '../world.ts';
import type { Broken } from './broken.ts';
import type { Fault } from './script.ts';

type Settings = StoredSettings['settings'];

/** What the faults work on: the world, who is in it, and what was done to it that must be mended. */
export class Scene {
  readonly world: World;
  readonly sites: readonly Site[];
  readonly clones = new Map<Site, Site>();
  readonly #broken: Broken;
  readonly #originals = new Map<Site, SettingsDocument>();
  /** Every settings document that a recorder of this server ever had in force (I5). */
  readonly digests = new Map<string, Set<string>>();
  /** Manifests of backups that rotted, and since when (true time). */
  readonly rotten = new Map<string, number>();
  /** Recorders' hosts whose clock was set, and starts of the failover server: see checks-footage. */
  readonly clockWasSet = new Set<string>();
  starts = 0;
  /** When the observer had a reason to doubt itself, true time. */
  readonly doubtsMs: number[] = [];
  /** When the failover server's own network went down last, true time. */
  blindSinceMs = 0;
  /** The failover server is not started before. */
  downUntilMs = 0;
  readonly #notSyncing = new Map<FootageDisk, Fault>();
  /** Repeated and delayed troubles of an earlier round end with it. */
  #round = 0;
  #editedRoles: readonly { readonly id: string; readonly state: string }[] | null = null;
  /** The database was edited: a start must be refused. */
  mustRefuse = false;

  constructor(world: World, sites: readonly Site[], broken: Broken) {
    this.world = world;
    this.sites = sites;
    this.#broken = broken;
    for (const site of sites) this.#remember(site, site.recorder.document);
  }

  /** For the history. */
  say: (text: string) => void = () => {};

  original(site: Site): SettingsDocument {
    const known = this.#originals.get(site);
    if (known === undefined) throw new Error(`${site.id} has no settings.`);
    return known;
  }

  #remember(site: Site, document: SettingsDocument): void {
    if (document.schema === 1 && document.cameras.length > 0) this.#originals.set(site, document);
    const digests = this.digests.get(site.serverId) ?? new Set<string>();
    this.digests.set(site.serverId, digests.add(site.recorder.digest));
  }

  edit(site: Site, document: SettingsDocument): void {
    site.recorder.edit(document);
    this.#remember(site, document);
  }

  someUrl(site: Site, chance: number): string {
    const { cameras } = this.original(site);
    return cameras[Math.floor(chance * cameras.length)]?.url ?? '';
  }

  repeat(fault: Fault, everyMs: number, run: () => void): void {
    const round = this.#round;
    const endMs = this.world.time.monotonicMs() + fault.forMs;
    const again = (): void => {
      if (round !== this.#round || this.world.time.monotonicMs() >= endMs) return;
      run();
      this.world.time.after(everyMs, again);
    };
    again();
  }

  /** From now on nothing that it writes reaches its disk for good; its host does not notice. */
  stopSyncing(fault: Fault, { disk }: Site): void {
    if (this.#notSyncing.has(disk)) return;
    this.#notSyncing.set(disk, fault);
    this.repeat(fault, 1000, () => {
      if (this.#notSyncing.get(disk) === fault) disk.unsyncedUs += 1_000_000;
    });
  }

  syncAgain({ disk }: Site): void {
    this.#notSyncing.delete(disk);
    disk.unsyncedUs = disk.syncEveryUs;
  }

  /** After so long, unless the round is over by then: mending does it at once. */
  async later(ms: number, run: () => void | Promise<void>): Promise<void> {
    const round = this.#round;
    await new Promise<void>((go) => this.world.time.after(ms, go));
    if (round === this.#round) await run();
  }

  endRound(): void {
    this.#round += 1;
  }

  keepDown(ms: number): void {
    this.downUntilMs = this.world.time.monotonicMs() + ms;
  }

  doubted(): void {
    this.doubtsMs.push(this.world.time.monotonicMs());
  }

  /** It stood still up to then: what it reads next waited in its sockets all the while. */
  stillUntilMs = 0;

  #stands(ms: number): void {
    this.stillUntilMs = Math.max(this.stillUntilMs, this.world.time.monotonicMs() + ms);
  }

  freeze(ms: number): void {
    this.#stands(ms);
    this.doubted();
    this.world.freezeFailover(ms);
  }

  suspend(ms: number): void {
    this.#stands(ms);
    this.doubted();
    this.world.suspendFailover(ms);
  }

  store(state: 'ok' | 'full' | 'missing' | 'read-only'): void {
    this.world.recording?.catchUp();
    this.world.disk.state = state;
  }

  rotBackups(site: Site, count: number): void {
    const rows = this.world.database.prepare(`SELECT manifest FROM vault_versions WHERE server_id = ? AND state = 'good' ORDER BY version DESC LIMIT ?`).all(site.serverId, count);
    for (const row of rows) {
      const name = String(row['manifest']);
      if (!this.world.blobs.blobs.has(name) || this.rotten.has(name)) continue;
      this.world.blobs.rot(name);
      this.rotten.set(name, this.world.time.monotonicMs());
    }
  }

  newestIsRotten(site: Site): boolean {
    const row = this.world.database.prepare(`SELECT manifest FROM vault_versions WHERE server_id = ? AND state = 'good' ORDER BY version DESC LIMIT 1`).get(site.serverId);
    return row !== undefined && this.rotten.has(String(row['manifest']));
  }

  /** While it is down, as somebody would with a foreign tool. */
  editDatabase(sql: string): void {
    this.world.killFailover();
    const { database } = this.world;
    if (this.#editedRoles !== null) return;
    this.#editedRoles = database.prepare(`SELECT server_id, state FROM states WHERE machine = 'role'`).all().map((row) => ({ id: String(row['server_id']), state: String(row['state']) }));
    database.exec(sql);
    this.mustRefuse = Number(database.prepare('SELECT changes() AS many').get()?.['many'] ?? 0) > 0;
  }

  mendDatabase(): void {
    const { database } = this.world;
    if (this.#editedRoles === null) return;
    const ms = Number(database.prepare(`SELECT value FROM settings WHERE key = 'settings.timeouts.keepAliveMs'`).get()?.['value']);
    if (ms === 1000) database.prepare(`UPDATE settings SET value = ? WHERE key = 'settings.timeouts.keepAliveMs'`).run(String(this.keepAliveMs));
    for (const { id, state } of this.#editedRoles) database.prepare(`UPDATE states SET state = ? WHERE machine = 'role' AND server_id = ?`).run(state, id);
    this.#editedRoles = null;
    this.mustRefuse = false;
  }

  /** Of the script. */
  keepAliveMs = 0;

  /** A person's command. A refusal is an answer; anything else that is thrown is a defect. */
  ask(site: Site, command: (server: FailoverServer) => Promise<unknown>): void {
    const server = this.world.failover;
    if (server === null || server.find(site.serverId) === null) return;
    const run = async (): Promise<void> => {
      try {
        await command(server);
      } catch (error) {
        this.#answered(error);
      }
    };
    void run();
  }

  change(change: (settings: Settings) => Settings): void {
    const server = this.world.failover;
    if (server === null) return;
    try {
      server.changeSettings({ settings: change(server.settings().settings) }, { who: 'Anna' });
    } catch (error) {
      this.#answered(error);
    }
  }

  #answered(error: unknown): void {
    if (error instanceof ProcessDied) return;
    if (error instanceof UnderstudyError) this.say(`refused: ${error.code}`);
    else if (error instanceof Error && error.message === 'database or disk is full') this.say('refused: the database cannot be written');
    else this.#broken.tell('a defect', `a command ended with ${String(error)}`);
  }

  addAgain(site: Site): void {
    const server = this.world.failover;
    if (server === null || server.find(site.serverId) !== null || !site.agentWorks) return;
    const run = async (): Promise<void> => {
      try {
        const pairingSecret = await site.newPairingSecret();
        if (pairingSecret !== null) await server.addServer({ host: site.id, pairingSecret }, { who: 'Anna' });
      } catch (error) {
        this.#answered(error);
      }
    };
    void run();
  }

  /** Each server has exactly one protector (I12): whoever else asks is refused. */
  async askAsStranger(site: Site): Promise<void> {
    const { network, time } = this.world;
    const transport = network.transport('stranger', 'key-of-a-stranger'.padEnd(64, '0'));
    try {
      const { connection } = await openLink(transport, time, { host: site.id, port: 15410, pin: null, timeoutMs: 5000 }, { purpose: 'link', from: 'failover-2', name: 'Failover 2' });
      this.#broken.tell('I12', `the agent of ${site.id} welcomed a second failover server`);
      connection.close('not wanted');
    } catch (error) {
      if (error instanceof Refusal) this.say(`the stranger was refused: ${error.code}`);
    }
  }

  lock(site: Site, chance: number): void {
    const { disk, time } = this.world;
    for (const camera of this.original(site).cameras) {
      const span = disk.spans({ serverId: site.serverId, cameraId: camera.id }).at(-1);
      if (span === undefined || span.toUs <= span.fromUs) continue;
      const id = `lock-${time.monotonicMs()}`;
      const atUs = Math.round(span.fromUs + chance * (span.toUs - span.fromUs));
      void disk.lock({ id, serverId: site.serverId, cameraId: camera.id, fromUs: atUs, toUs: span.toUs, reason: 'a case', lockedBy: 'Anna', lockedAtUs: Math.round(this.world.clock.wallMs() * 1000) });
      return;
    }
  }

  removeClone(site: Site): void {
    this.world.network.redirect(site.id, null);
    this.clones.get(site)?.powerOff();
    this.clones.delete(site);
  }
}

/** True time of the world, for the history. */
export function stamp(ms: number): string {
  const seconds = ms / 1000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${(seconds % 60).toFixed(3).padStart(6, '0')}`;
}
