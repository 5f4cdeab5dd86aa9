import type { FailReason } from '../../../src/core/detector/types.ts';
import type { RoleState, TakeOver } from '../../../src/core/role/types.ts';
import type { Timeouts } from '../../../src/core/timeouts.ts';
import { isHeldOpen, takeOverOf } from '../../../src/core/role/duties.ts';
import { listenMs } from '../../../src/core/role/waiting.ts';
import type { CameraJob } from '../../../src/failover/ports.ts';
import type { SqlRow } from '../../../src/platform/sqlite.ts';
import { merged } from '../footage.ts';
import type { Broken } from './broken.ts';
import type { Scene } from './scene.ts';
import type { SiteTruth, Truth } from './truth.ts';

/** A sample of the truth is this old at most, and what it tells needs as long to arrive. */
const slackMs = 2500;
/** They are asked every few seconds, and the server is listened for once they answer. */
const mostAskingMs = 60_000;
/** A monitored server that has been heard and fine for so long is alive, whatever went before. */
/** How old the answer of a camera may be when the step that it brought is on a slow disk. */
const answeredBeforeMs = 2000;
const surelyGoodMs = 8000;
const verifyEveryMs = 10_000;
const frameUs = 40_000;
/** A backup disk that is back is noticed within 20 s, and then read again. */
const rereadMs = 40_000;

interface Audited {
  readonly kind: string;
  readonly serverId: string | null;
  readonly from: string;
  readonly to: string;
}

/** Looks at what is durable after every commit, and at what is acted on after every order to the engine. */
export class RoleChecks {
  readonly #scene: Scene;
  readonly #truth: Truth;
  readonly #broken: Broken;
  readonly #timeouts: Timeouts;
  readonly #texts = new Map<string, string>();
  readonly #roles = new Map<string, RoleState>();
  /** What the audit trail says of each detector, and since when (true time). */
  readonly detectors = new Map<string, { readonly state: string; readonly sinceMs: number }>();
  readonly #noticedMs = new Map<string, number>();
  /** Crashed by its agent's own word, and not alive since. */
  readonly #crashedMs = new Map<string, number>();
  /** Since when cameras are asked though all of them answer. */
  readonly #askingMs = new Map<string, number>();
  #newestAudit = 0;
  /** When the disk of the database was last full. */
  #refusedMs = Number.NEGATIVE_INFINITY;
  /** When the disk of the backups could last not be read. */
  #unreadableMs = Number.NEGATIVE_INFINITY;
  /** Every audit event in words. */
  onAudit: ((text: string) => void) | null = null;
  takeOvers = 0;
  restores = 0;

  constructor(scene: Scene, truth: Truth, broken: Broken, timeouts: Timeouts) {
    this.#scene = scene;
    this.#truth = truth;
    this.#broken = broken;
    this.#timeouts = timeouts;
  }

  /** The durable role; a server that never left standby has none. */
  role(serverId: string): RoleState | undefined {
    return this.#roles.get(serverId);
  }

  /** A new process knows nothing of what the old one believed. */
  restarted(): void {
    this.detectors.clear();
    this.#crashedMs.clear();
  }

  onCommit(): void {
    const { database } = this.#scene.world;
    // Somebody edited it from outside: what it says is nobody's decision.
    if (this.#scene.mustRefuse) return;
    const audited = database
      .prepare('SELECT id, at_ms, kind, server_id, from_state, to_state, text FROM audit WHERE id > ? ORDER BY id')
      .all(this.#newestAudit)
      .map((row) => this.#hear(row));
    const rows = database.prepare(`SELECT server_id, state FROM states WHERE machine = 'role'`).all();
    for (const row of rows) this.#changed(String(row['server_id']), String(row['state']), audited);
    if (this.#roles.size > rows.length) for (const serverId of this.#roles.keys()) if (!rows.some((row) => row['server_id'] === serverId)) this.#forget(serverId);
  }

  #forget(serverId: string): void {
    this.#roles.delete(serverId);
    this.#texts.delete(serverId);
    this.detectors.delete(serverId);
  }

  #hear(row: SqlRow): Audited {
    this.#newestAudit = Number(row['id']);
    const audited = { kind: String(row['kind']), serverId: row['server_id'] === null ? null : String(row['server_id']), from: String(row['from_state']), to: String(row['to_state']) };
    this.onAudit?.(String(row['text']));
    // Its time-out runs from the first notice of an outage (D21). The outage of single cameras ends with the notice that begins the server's own.
    if (audited.kind === 'outage' && audited.serverId !== null && this.detectors.get(audited.serverId)?.state !== 'normal shutdown' && String(row['text']).endsWith('the outage is over')) this.#noticedMs.delete(audited.serverId);
    if (audited.kind === 'state' && audited.serverId !== null) this.#judged(audited.serverId, audited, this.#trueMs(Number(row['at_ms'])));
    return audited;
  }

  /** A full disk writes down late what happened before; a wall clock that was set meanwhile tells nothing: null. */
  #trueMs(atMs: number): number | null {
    const { time, clock } = this.#scene.world;
    const agoMs = clock.wallMs() - atMs;
    return agoMs > -1000 && agoMs < 1_800_000 ? time.monotonicMs() - Math.max(0, agoMs) : null;
  }

  #judged(serverId: string, { from, to }: Audited, atMs: number | null): void {
    const nowMs = atMs ?? this.#scene.world.time.monotonicMs();
    const before = this.detectors.get(serverId);
    if (before !== undefined) this.#broken.check('I10', kindOf(before.state) === kindOf(from), () => `${serverId}: the audit trail has a hole between ${before.state} and ${from}`);
    if (kindOf(from) === kindOf(to) && before !== undefined) return;
    this.detectors.set(serverId, { state: to, sinceMs: nowMs });
    if (to === 'normal shutdown' && !this.#noticedMs.has(serverId)) this.#noticedMs.set(serverId, atMs ?? Number.NaN);
    if (to === 'alive') this.#crashedMs.delete(serverId);
    if (to === 'abnormal shutdown' && !this.#crashedMs.has(serverId)) this.#crashedMs.set(serverId, nowMs);
    if (from !== 'normal shutdown' || !to.startsWith('failed')) return;
    const waitedMs = (atMs ?? Number.NaN) - (this.#noticedMs.get(serverId) ?? 0);
    if (Number.isNaN(waitedMs)) return;
    this.#broken.check('I4', waitedMs >= this.#timeouts.normalShutdown - slackMs, () => `${serverId} shut down normally and was declared ${to} after ${waitedMs} ms`);
  }

  #changed(serverId: string, text: string, audited: readonly Audited[]): void {
    if (this.#texts.get(serverId) === text) return;
    const before = this.#roles.get(serverId);
    const now = JSON.parse(text) as RoleState;
    this.#texts.set(serverId, text);
    this.#roles.set(serverId, now);
    const from = before?.kind ?? 'standby';
    this.#broken.check('I10', audited.some((one) => one.kind === 'role' && one.serverId === serverId && one.from.startsWith(from) && one.to.startsWith(now.kind)), () => `${serverId}: ${from} → ${now.kind} without an audit event`);
    const was = before === undefined ? null : takeOverOf(before);
    const is = takeOverOf(now);
    if (was === null && is !== null) this.#began(serverId, is);
    if (was !== null && is === null) this.restores += 1;
    if (was !== null && is !== null && now.kind === 'restoring') this.#restoring(serverId, was, is, before?.kind === 'restoring' ? before.sinceMs : null);
  }

  #began(serverId: string, takeOver: TakeOver): void {
    this.takeOvers += 1;
    const { world, sites, doubtsMs } = this.#scene;
    if (takeOver.cause.kind !== 'automatic') return;
    const nowMs = world.time.monotonicMs();
    const { reason } = takeOver.cause;
    const truth = this.#truth.of(serverId);
    const goodMs = truth.goodSinceMs === null ? 0 : nowMs - truth.goodSinceMs;
    // What had failed before we stood still may have come back meanwhile; it is heard a moment after us.
    const failedMs = this.detectors.get(serverId)?.sinceMs ?? 0;
    const stoodStill = doubtsMs.some((ms) => ms > failedMs && nowMs - ms < 700_000);
    this.#broken.check('I2', goodMs < surelyGoodMs || reason === 'crash loop' || stoodStill, () => `${serverId} is taken over (${reason}), though it has been fine for ${goodMs} ms`);
    const doubts = doubtsMs.filter((ms) => nowMs - ms < 600_000).length;
    // A crash that its agent told: after *Abnormal shutdown* it is due whatever could be watched since, even if silence was concluded first (D18, D19).
    const crashDue = nowMs - (this.#crashedMs.get(serverId) ?? nowMs) >= this.#timeouts.abnormalShutdown;
    // Three stalls within ten minutes, a slow disk's too: it judges all the same, and has said so (V5).
    const unsure = world.failover?.alarms().some(({ code }) => code === 'observer unsure') === true;
    if (goodMs === 0 && doubts < 3 && !unsure && !crashDue && (reason === 'silent' || reason === 'recorder silent'))
      this.#broken.check('I2', this.#watchedLongEnough(truth, reason), () => `${serverId} is taken over (${reason}) after ${truth.watchedBadMs} ms that the failover server could watch`);
    const runs = sites.find((one) => one.serverId === serverId)?.recorder.runs ?? 0;
    if (reason === 'crash loop') this.#broken.check('I2', truth.lossesMs.length + runs > 2, () => `${serverId} is taken over for a crash loop in run ${runs} of its recorder, it was lost ${truth.lossesMs.length} times`);
    // A camera that answered just before its network went down is a sign; to write the step down takes its time on a slow disk.
    const blind = world.cameras.isBlind('failover') && nowMs - this.#scene.blindSinceMs > answeredBeforeMs;
    this.#broken.check('I2', !blind || !asksCameras(reason), () => `${serverId} is taken over for silence while the failover server reaches no camera`);
    this.#backedUp(serverId, takeOver, truth.lastGoodMs);
  }

  /**
   * The whole time-out; if our own network was down for a part of it, the end of it: so long the server is listened for once
   * cameras answer again (F9). Of a recorder whose agent talks nothing more need be watched: the agent watched it.
   */
  #watchedLongEnough({ watchedBadMs, blindBadMs }: SiteTruth, reason: FailReason): boolean {
    const { keepAlive } = this.#timeouts;
    if (reason === 'recorder silent') return watchedBadMs + blindBadMs >= keepAlive - slackMs;
    return watchedBadMs + blindBadMs >= keepAlive - slackMs && watchedBadMs >= Math.min(keepAlive, blindBadMs > 0 ? listenMs : keepAlive) - slackMs;
  }

  #backedUp(serverId: string, takeOver: TakeOver, lastGoodMs: number): void {
    const { world, rotten } = this.#scene;
    const row = world.database.prepare('SELECT state, manifest FROM vault_versions WHERE server_id = ? AND version = ?').get(serverId, Number(takeOver.backupId));
    const manifest = String(row?.['manifest']);
    const rottenMs = rotten.get(manifest);
    // While our database refused everything nothing was looked at; what came meanwhile is decided in one instant, by settings that were verified before.
    const refused = world.time.monotonicMs() - this.#refusedMs < 2 * slackMs;
    // Nobody sees what rots on a disk that cannot be read; settings that were read before serve (docs/decisions/0012).
    const unread = world.time.monotonicMs() - this.#unreadableMs < rereadMs;
    // What waits for its turn is read again every 10 s.
    const looked = rottenMs === undefined || world.time.monotonicMs() - rottenMs < verifyEveryMs + slackMs;
    const sound = row?.['state'] === 'good' && world.blobs.blobs.has(manifest) && (looked || refused || unread || rottenMs >= lastGoodMs - slackMs);
    this.#broken.check('I3', sound, () => `${serverId} is taken over from backup ${takeOver.backupId}, which is ${String(row?.['state'])}${rottenMs === undefined ? '' : ' and rotten'}`);
  }

  #restoring(serverId: string, was: TakeOver, is: TakeOver, sinceMs: number | null): void {
    const { world, sites, clones } = this.#scene;
    const site = sites.find((one) => one.serverId === serverId);
    // A proof that waited in the socket while we stood still is old; what follows it in the same instant takes the camera back.
    if (site === undefined || clones.has(site) || world.time.monotonicMs() - this.#scene.stillUntilMs < slackMs) return;
    for (const duty of is.cameras) {
      const before = was.cameras.find((one) => one.id === duty.id)?.stage;
      if (duty.stage !== 'letting go' || before === 'letting go' || before === undefined) continue;
      // No frame of it came here in two minutes of restoring: nothing is lost by letting it go (F48).
      const longRestoring = sinceMs !== null && world.time.monotonicMs() - sinceMs >= 120_000;
      if (longRestoring && before === 'taking') continue;
      // The same for one that was recorded here and died since.
      const oursUs = world.disk.truths({ serverId, cameraId: duty.id }).at(-1)?.toUs ?? 0;
      if (longRestoring && world.time.wallMs() - oursUs / 1000 >= 115_000) continue;
      site.recorder.catchUp();
      // Lost packets tear its footage, not its run; what they tore out until now is recorded here.
      // A clock that was set begins another run a moment later.
      const last = merged(site.disk.truths({ serverId, cameraId: duty.id }).map(({ fromUs, toUs }) => ({ fromUs, toUs: toUs + frameUs }))).at(-1);
      const nowUs = world.time.wallMs() * 1000;
      const proven = last !== undefined && last.toUs >= nowUs - 5_000_000 && (last.toUs - last.fromUs >= 1_500_000 || site.recorder.isTorn(duty.id));
      this.#broken.check('I7', proven, () => `${serverId}/${duty.id} is let go, but its recorder ${last === undefined ? 'never recorded it' : `recorded it last ${Math.round((nowUs - last.toUs) / 1000)} ms ago, for ${Math.round((last.toUs - last.fromUs) / 1000)} ms`}`);
    }
  }

  /** The engine was given these jobs: everything that is recorded follows from what is durable (I6, I12). */
  onApplied(jobs: readonly CameraJob[]): void {
    for (const job of jobs) {
      if (job.mode !== 'record') continue;
      const role = this.#roles.get(job.serverId);
      const takeOver = role === undefined ? null : takeOverOf(role);
      const duty = takeOver?.cameras.find((one) => one.id === job.cameraId);
      if (duty !== undefined && isHeldOpen(duty)) continue;
      this.#broken.check('I6', job.prerollMs > 0, () => `${job.serverId}/${job.cameraId} is recorded without pre-roll, but its durable role is ${role?.kind ?? 'standby'}${duty === undefined ? '' : `, the camera ${duty.stage}`}`);
      this.#broken.check('I12', duty?.singleSession !== true, () => `${job.serverId}/${job.cameraId} allows one session, is ${duty?.stage ?? 'nobody’s'}, and is recorded here`);
    }
    for (const role of this.#roles.values()) {
      const open = takeOverOf(role)?.cameras.filter(isHeldOpen) ?? [];
      const given = new Set(jobs.filter((job) => job.serverId === role.serverId && job.mode === 'record').map((job) => job.cameraId));
      if (open.length > 0 && given.size > 0) this.#broken.check('I12', open.every((duty) => given.has(duty.id)), () => `${role.serverId}: ${open.filter((duty) => !given.has(duty.id)).map((duty) => duty.id).join(', ')} ours, but not ordered to be recorded`);
    }
  }

  /** I8: cameras are no excuse while they answer. */
  #asksInVain(serverId: string, role: RoleState): void {
    const { world, sites } = this.#scene;
    const nowMs = world.time.monotonicMs();
    const cameras = sites.find((site) => site.serverId === serverId)?.recorder.document.cameras ?? [];
    const allAnswer = !world.cameras.isBlind('failover') && cameras.length > 0 && cameras.every(({ url }) => !world.cameras.isDead(url) && !world.cameras.isCutOff(url, 'failover'));
    if (role.kind !== 'held' || role.because === 'many servers silent' || !allAnswer) {
      this.#askingMs.delete(serverId);
      return;
    }
    const sinceMs = this.#askingMs.get(serverId) ?? nowMs;
    this.#askingMs.set(serverId, sinceMs);
    this.#broken.check('I8', nowMs - sinceMs < mostAskingMs, () => `${serverId} failed, and its cameras are asked for ${nowMs - sinceMs} ms though each of them answers`);
  }

  /** I8: who failed is served or visibly waits. */
  look(): void {
    const { world } = this.#scene;
    if (world.faulty.full) this.#refusedMs = world.time.monotonicMs();
    if (world.blobs.away || world.blobs.hangs) this.#unreadableMs = world.time.monotonicMs();
    // What a full disk refused is decided anew once there is room.
    if (!world.failoverWorks || world.time.monotonicMs() - this.#refusedMs < 2 * slackMs) {
      this.#askingMs.clear();
      return;
    }
    for (const [serverId, { state, sinceMs }] of this.detectors) {
      if (!state.startsWith('failed') || world.time.monotonicMs() - sinceMs < 2 * slackMs) {
        // Asked anew with the next failure.
        this.#askingMs.delete(serverId);
        continue;
      }
      const role = this.#roles.get(serverId);
      if (role !== undefined) this.#asksInVain(serverId, role);
      if (role !== undefined && role.kind !== 'standby') this.#broken.check('I8', true, () => '');
      else {
        const why = role?.blocked ?? null;
        this.#broken.check('I8', why !== null && world.server.alarms().some((alarm) => alarm.serverId === serverId), () => `${serverId} ${state}, and nobody serves it or says why not (blocked: ${String(why)})`);
      }
    }
  }
}

const kindOf = (state: string): string => state.replace(/ \(.*$/, '');
const asksCameras = (reason: string): boolean => reason === 'silent' || reason === 'recorder silent' || reason === 'never came back';
