import type { BackupVersion } from '../../contract/api/backups.ts';
import type { BackupState } from '../../contract/api/servers.ts';
import { errors, UnderstudyError, type ErrorCode } from '../../contract/errors.ts';
import type { BlobFolder } from '../../platform/blob-folder.ts';
import type { Cancel } from '../../platform/clock.ts';
import type { Backups, BackupsNeeds, BackupStatus, Refusal, VerifiedBackup } from '../ports.ts';
import { Attempts } from './attempts.ts';
import { ByHand } from './by-hand.ts';
import { Daily } from './daily.ts';
import { fetchSettings } from './fetch.ts';
import { versionsToDrop } from './keep.ts';
import { Owed } from './owed.ts';
import { Place } from './place.ts';
import { asError, Reader } from './reader.ts';
import { refusal } from './refusal.ts';
import type { VaultKey } from './seal.ts';
import { SecondLook } from './second-look.ts';
import { Shelf } from './shelf.ts';
import { Turns } from './turns.ts';
import { Unreadable } from './unreadable.ts';
import { triggers, Versions, type Attempt, type Trigger, type Version } from './versions.ts';
import { backupState, backupStatus, backupVersion } from './view.ts';
import { Wishes } from './wishes.ts';
import { writtenDown } from './written-down.ts';

export interface VaultMore {
  readonly key: VaultKey;
  readonly blobs: BlobFolder;
  /** After the daily backups and their verification: check the cameras. */
  readonly afterDaily?: () => void;
}

export type Verified = { readonly ok: true; readonly backup: VerifiedBackup } | { readonly ok: false; readonly reason: Refusal };

const atOnce = 4;
/** How often it looks whether the backup directory is there: a disk that went is told before it is needed. */
const placeEveryMs = 20_000;
/** What an attempt raises as a rule, and others may have raised of a backup; a good one ends them all. */
const alarmCodes: readonly ErrorCode[] = ['backup.unreachable', 'backup.corrupt', 'backup.suspicious', 'input.schema-newer', 'link.protocol', 'store.full', 'store.missing', 'store.read-only', 'store.io'];

/** Fetching the same settings again would end the same way; all else (host, disk) may have healed. */
const settled: ReadonlySet<ErrorCode | null> = new Set([null, 'backup.suspicious', 'input.schema-newer', 'link.protocol']);

/** The backup directory was not there, or answered nothing. */
const awayCodes: ReadonlySet<ErrorCode | undefined> = new Set(['store.missing', 'store.silent']);

const ended = (): UnderstudyError => new UnderstudyError('process.not-ready', 'This failover server is ending.');

interface Known {
  readonly versions: readonly Version[];
  readonly attempt: Attempt | null;
  readonly state: BackupState;
}

/** Settings backups of all monitored servers (DESIGN §6). */
export class Vault implements Backups {
  readonly byHand: ByHand;
  readonly #needs: BackupsNeeds;
  readonly #more: VaultMore;
  readonly #versions: Versions;
  readonly #shelf: Shelf;
  readonly #wishes: Wishes;
  readonly #turns = new Turns(atOnce);
  readonly #known = new Map<string, Known>();
  readonly #running = new Map<string, Promise<BackupStatus>>();
  readonly #reading = new Set<Promise<Verified>>();
  /** Blobs that a backup under way counts on: not to be removed as unneeded. */
  readonly #writing = new Map<string, number>();
  readonly #owed: Owed;
  readonly #unreadable: Unreadable;
  readonly #daily: Daily;
  readonly #reader: Reader;
  readonly #place: Place;
  readonly #stopLooking: Cancel;
  readonly #attempts: Attempts;
  /** By attempts of each server; a good one ends them all. */
  readonly #raised = new Map<string, Set<ErrorCode>>();
  readonly #second: SecondLook;
  #stopped = false;

  constructor(needs: BackupsNeeds, more: VaultMore) {
    this.#needs = needs;
    this.#more = more;
    this.#versions = new Versions(needs.database);
    this.#attempts = new Attempts(this.#versions, needs.log);
    this.#owed = new Owed(this.#versions, needs.log);
    this.#unreadable = new Unreadable(needs, (serverId) => this.#changed(serverId));
    this.#shelf = new Shelf(more.blobs, more.key, needs.random);
    this.#wishes = new Wishes({
      timers: needs.timers,
      monotonicMs: () => needs.clock.monotonicMs(),
      known: (serverId) => this.#of(serverId).versions.find((one) => one.state !== 'corrupt')?.digest ?? null,
      failed: (serverId) => this.#unreadable.why(serverId) !== null || !settled.has(this.#of(serverId).attempt?.error?.code ?? null),
      fetch: async (serverId) => void (await this.backup(serverId, 'settings changed')),
    });
    const nowMs = (): number => this.#now();
    this.#place = new Place({ blobs: more.blobs, versions: this.#versions, directory: () => needs.settings().directory, adopted: () => this.#second.renew() });
    this.#reader = new Reader({
      versions: this.#versions, shelf: this.#shelf, place: this.#place, nowMs,
      audit: needs.audit, alarm: needs.alarm, log: needs.log, changed: (serverId) => this.#changed(serverId), verified: (serverId) => void this.#known.delete(serverId),
    });
    this.#second = new SecondLook({
      versions: this.#versions, reader: this.#reader, place: this.#place, serverIds: needs.serverIds,
      read: (serverId) => this.newestVerified(serverId), makeUp: (serverId) => this.#makeUp(serverId), stopped: () => this.#stopped,
    });
    this.byHand = new ByHand({
      ...needs,
      changed: (serverId) => this.#changed(serverId),
      versions: this.#versions, reader: this.#reader,
      row: (serverId, version) => this.list(serverId).find((one) => one.version === version),
      backup: (serverId) => this.backup(serverId, 'settings changed'),
      accepted: (serverId) => this.#good(serverId),
      unneeded: (names) => this.#removeBlobs(names),
    });
    this.#daily = new Daily({
      timers: needs.timers, nowMs, versions: this.#versions, settings: needs.settings,
      run: (trigger) => void this.#runDaily(trigger).catch((error: unknown) => needs.log.error({ error }, 'the daily backup failed unexpectedly')),
      putOff: (error) => needs.log.error({ error: String(error) }, 'the daily backup is put off: its run cannot be looked up or noted in the database; free space on the disk of the data folder'),
    });
    this.#stopLooking = needs.timers.every(placeEveryMs, () => void this.#second.lookAtPlace().catch((error: unknown) => needs.log.warn({ error }, 'the backup directory could not be looked at')));
    void this.#sweep().catch((error: unknown) => needs.log.warn({ error }, 'half-written backups could not be removed'));
  }

  status(serverId: string): BackupStatus {
    const known = this.#of(serverId);
    return backupStatus(known.state, known.attempt, this.#unreadable.why(serverId));
  }

  state(serverId: string): BackupState {
    return this.#of(serverId).state;
  }

  nextRunMs(): number | null {
    return this.#daily.nextRunMs();
  }

  newestVerified(serverId: string): Promise<Verified> {
    const work = this.#newestVerified(serverId).finally(() => this.#reading.delete(work));
    this.#reading.add(work);
    return work;
  }

  async #newestVerified(serverId: string): Promise<Verified> {
    await this.#second.take(serverId);
    let reason: Refusal | null = null;
    for (const version of this.#versions.list(serverId)) {
      if (version.state !== 'good') continue;
      const opened = await this.#reader.open(version);
      if (opened.ok) this.#unreadable.wasRead(serverId);
      if (opened.ok) return { ok: true, backup: { document: opened.document, versionId: String(version.version), takenAtMs: version.confirmedMs } };
      reason ??= opened.reason;
    }
    if (await this.#second.lastResort(serverId)) return this.#newestVerified(serverId);
    if (reason !== null && this.#versions.list(serverId).some((one) => one.state === 'good')) this.#unreadable.tell(serverId, reason);
    else this.#unreadable.clear(serverId); // none is left that only cannot be read now: they are damaged, which is told by itself
    const held = this.#of(serverId).state.held;
    if (reason === null && held !== null) reason = { code: 'backup.suspicious', text: `The only backup waits for confirmation: ${held.reason.text}` };
    return { ok: false, reason: reason ?? this.#of(serverId).attempt?.error ?? { code: 'role.no-backup', text: errors['role.no-backup'].text } };
  }

  backup(serverId: string, why: string): Promise<BackupStatus> {
    const running = this.#running.get(serverId);
    if (running !== undefined) return running;
    if (this.#stopped) return Promise.reject(ended());
    const work = this.#turns
      .run(() => this.#backup(serverId, triggers.find((trigger) => trigger === why) ?? 'on demand'))
      .finally(() => this.#running.delete(serverId));
    this.#running.set(serverId, work);
    return work;
  }

  /** `told`: each server's result as it comes; `error` null if it was good. */
  async backupAll(
    why: string,
    told: (serverId: string, event: 'started' | 'ended', error: Refusal | null) => void = () => undefined,
  ): Promise<readonly { readonly serverId: string; readonly status: BackupStatus }[]> {
    const all = new Turns(atOnce);
    return Promise.all(
      this.#needs.serverIds().map((serverId) =>
        all.run(async () => {
          told(serverId, 'started', null);
          const error = await this.backup(serverId, why).then(
            () => this.#of(serverId).attempt?.error ?? null,
            (failure: unknown): Refusal => refusal(failure),
          );
          told(serverId, 'ended', error);
          return { serverId, status: this.status(serverId) };
        }),
      ),
    );
  }

  noteDigest(serverId: string, digest: string): void {
    if (this.#stopped || this.#needs.isTakenOver(serverId)) return;
    try {
      this.#wishes.note(serverId, digest);
    } catch (error) {
      // Whoever hears of a keep-alive goes on; the next one reminds us.
      this.#needs.log.warn({ error: String(error), serverId }, 'what is known of settings backups cannot be read from the database');
    }
    if (!this.#owed.settle(serverId)) return;
    // What goes wrong is told by the attempt itself, and tried again by a wish.
    void this.backup(serverId, 'caught up').catch(() => undefined);
  }

  async remove(serverId: string): Promise<void> {
    this.#wishes.forget(serverId);
    this.#owed.settle(serverId);
    const unneeded = this.#versions.drop(serverId, this.#versions.list(serverId).map((one) => one.version));
    this.#versions.forget(serverId);
    this.#attempts.settled(serverId);
    this.#raised.delete(serverId);
    this.#unreadable.forget(serverId);
    this.#changed(serverId);
    await this.#removeBlobs(unneeded);
  }

  async equip(serverId: string, who: string): Promise<void> {
    const newest = await this.newestVerified(serverId);
    if (!newest.ok) throw asError(newest.reason);
    await this.byHand.put(serverId, Number(newest.backup.versionId), who);
  }

  reschedule(): void {
    this.#daily.reschedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#daily.stop();
    this.#wishes.stop();
    this.#stopLooking();
    await Promise.allSettled([...this.#running.values(), ...this.#reading]);
  }

  list(serverId: string): BackupVersion[] {
    const { versions } = this.#of(serverId);
    const inUse = this.#unreadable.why(serverId) !== null ? undefined : versions.find((one) => one.state === 'good')?.version;
    return versions.map((one) => backupVersion(one, this.#versions.files(serverId, one.version), one.version === inUse));
  }

  async #backup(serverId: string, trigger: Trigger): Promise<BackupStatus> {
    // It waited for its turn until the end came.
    if (this.#stopped) throw ended();
    this.#refuseImpersonated(serverId);
    const writing: string[] = [];
    try {
      const lastGood = await this.newestVerified(serverId);
      const place = await this.#place.demand();
      const nowMs = this.#now();
      const fetched = await fetchSettings(serverId, {
        link: this.#needs.link,
        shelf: this.#shelf,
        place,
        lastGood: lastGood.ok ? lastGood.backup.document : null,
        nowMs,
        monotonicMs: () => this.#needs.clock.monotonicMs(),
        writing: (name) => {
          writing.push(name);
          this.#writing.set(name, (this.#writing.get(name) ?? 0) + 1);
        },
      });
      // It may have been taken over while the settings came: then they are whose?
      this.#refuseImpersonated(serverId);
      if (!this.#isListed(serverId)) throw new UnderstudyError('input.not-found', 'The server was removed meanwhile.');
      const newest = this.#versions.list(serverId).find((one) => one.state !== 'corrupt');
      // Only what can still be read is confirmed; else (another directory, say) it is stored anew.
      const same = newest !== undefined && newest.digest === fetched.digest && newest.state === fetched.state && (await this.#reader.open(newest)).content !== null;
      writtenDown(() => (same ? this.#versions.confirm(newest, { atMs: nowMs, trigger, error: fetched.reason }) : this.#store(serverId, trigger, nowMs, fetched)));
      this.#afterAttempt(serverId, fetched.reason);
      return this.status(serverId);
    } catch (error) {
      this.#failed(serverId, trigger, error);
      throw error;
    } finally {
      for (const name of writing) this.#release(name);
      // Of an attempt that failed, or found nothing new.
      await this.#tidy(writing.filter((name) => !this.#versions.isNeeded(name)));
    }
  }

  #store(serverId: string, trigger: Trigger, nowMs: number, fetched: Awaited<ReturnType<typeof fetchSettings>>): void {
    const { blobs, ...row } = fetched;
    const version = this.#versions.add({ ...row, serverId, trigger, takenMs: nowMs, confirmedMs: nowMs, verifiedMs: null }, blobs);
    const text = { good: `Settings backup ${version.version} with ${version.cameras} cameras.`, held: `Settings backup ${version.version} is held: ${fetched.reason?.text ?? ''}`, 'newer schema': fetched.reason?.text ?? '' }[fetched.state];
    this.#needs.audit({ severity: fetched.state === 'good' ? 'info' : 'alarm', kind: 'backup', serverId, actor: 'system', to: fetched.state, reason: fetched.reason, text });
    const drop = versionsToDrop(this.#versions.list(serverId), this.#needs.settings().backupVersions);
    void this.#tidy(this.#versions.drop(serverId, drop));
  }

  #afterAttempt(serverId: string, reason: Refusal | null): void {
    if (reason === null) return this.#good(serverId);
    this.#attempts.settled(serverId);
    this.#alarmsOff(serverId, reason.code);
    this.#alarm(serverId, reason);
    this.#changed(serverId);
  }

  /** There is a good version that is the newest. */
  #good(serverId: string): void {
    this.#attempts.settled(serverId);
    this.#unreadable.clear(serverId);
    this.#alarmsOff(serverId);
    this.#changed(serverId);
  }

  #failed(serverId: string, trigger: Trigger, error: unknown): void {
    const reason = refusal(error);
    if (reason.code === 'process.defect') this.#needs.log.error({ error, serverId }, 'a settings backup failed unexpectedly');
    if (reason.code === 'backup.impersonated') return;
    // Cut off by our own end, or removed meanwhile: that says nothing of the server.
    if (this.#stopped || !this.#isListed(serverId)) return;
    const before = this.#of(serverId).attempt?.error ?? null;
    this.#attempts.failed(serverId, { atMs: this.#now(), trigger, error: reason });
    if (before?.code !== reason.code || before.text !== reason.text)
      this.#needs.audit({ severity: 'warning', kind: 'backup', serverId, actor: 'system', to: 'failed backup', reason, text: `failed backup: ${reason.text}` });
    this.#alarm(serverId, reason);
    this.#changed(serverId);
  }

  #alarm(serverId: string, reason: Refusal): void {
    const raised = this.#raised.get(serverId) ?? new Set();
    this.#raised.set(serverId, raised.add(reason.code));
    this.#needs.alarm({ code: reason.code, serverId, text: reason.text, on: true });
  }

  #isListed(serverId: string): boolean {
    return this.#needs.serverIds().includes(serverId);
  }

  #refuseImpersonated(serverId: string): void {
    if (this.#needs.isTakenOver(serverId)) throw new UnderstudyError('backup.impersonated', 'The server is taken over; it is backed up again after its restore.');
  }

  #alarmsOff(serverId: string, except?: ErrorCode): void {
    const standing = this.#unreadable.why(serverId)?.code;
    const raised = this.#raised.get(serverId) ?? new Set();
    for (const code of new Set([...alarmCodes, ...raised])) {
      if (code === except || code === standing) continue;
      raised.delete(code);
      this.#needs.alarm({ code, serverId, text: '', on: false });
    }
  }

  async #runDaily(trigger: Trigger): Promise<void> {
    await this.backupAll(trigger, (serverId, event, error) => {
      if (event !== 'ended' || error?.code !== 'backup.impersonated' || this.#stopped) return;
      this.#owed.add(serverId);
    });
    this.#second.renew();
    // Found before it is needed (B01): also where nothing could be fetched.
    for (const serverId of this.#needs.serverIds()) if (!this.#stopped) await this.newestVerified(serverId);
    if (!this.#stopped) this.#more.afterDaily?.();
  }

  async #makeUp(serverId: string): Promise<void> {
    if (!awayCodes.has(this.#of(serverId).attempt?.error?.code) || this.#needs.isTakenOver(serverId)) return;
    await this.backup(serverId, 'caught up').catch(() => undefined); // told by the attempt itself
  }

  async #sweep(): Promise<void> {
    if (await this.#place.isKnown()) await this.#more.blobs.sweep();
  }

  #of(serverId: string): Known {
    const there = this.#known.get(serverId);
    if (there !== undefined) return there;
    const versions = this.#versions.list(serverId);
    const attempt = this.#attempts.of(serverId);
    const known = { versions, attempt, state: backupState(versions, attempt, this.#unreadable.why(serverId)) };
    this.#known.set(serverId, known);
    return known;
  }

  #changed(serverId: string): void {
    this.#known.delete(serverId);
    this.#needs.changed(serverId);
  }

  #release(name: string): void {
    const count = (this.#writing.get(name) ?? 1) - 1;
    if (count === 0) this.#writing.delete(name);
    else this.#writing.set(name, count);
  }

  /** Never rejects: what stays behind only takes room. */
  async #tidy(names: readonly string[]): Promise<void> {
    await this.#removeBlobs(names).catch((error: unknown) => this.#needs.log.warn({ error }, 'old backups could not be removed'));
  }

  async #removeBlobs(names: readonly string[]): Promise<void> {
    for (const name of names) if (!this.#writing.has(name)) await this.#shelf.remove(name);
  }

  #now(): number {
    return Math.round(this.#needs.clock.wallMs());
  }
}
