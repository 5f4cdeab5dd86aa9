import { takeOverOf } from '../../core/role/duties.ts';
import type { RoleState } from '../../core/role/types.ts';
import type { DetectorState } from '../../core/detector/types.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraStatus } from '../../video/contract.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Sql } from '../../platform/sqlite.ts';
import {
  addHandBack, addStep, type HandBack, type OutageFilter, type OutageRecord, type OutageRun, readHandBacks, readOutage, readOutages,
  readRuns, readSteps, saveOutage, saveRun,
} from '../db/outages.ts';
import { timesSureFrom } from '../db/clock-steps.ts';
import type { OutageView } from '../server-types.ts';
import type { Trail } from '../trail.ts';

/** What one server is like now, as far as its outage is concerned. */
export interface OutageLook {
  readonly serverId: string;
  readonly serverName: string;
  readonly detector: DetectorState;
  readonly role: RoleState;
  readonly standby: 'cold' | 'hot' | 'mixed';
  /** Why, in words, if an outage begins now. */
  readonly cause: { readonly code: string; readonly text: string };
  /** Provisional footage of it is being written. */
  readonly provisional: boolean;
}

/** A camera that its recorder loses again and again makes one outage, not one each time. */
const lingerMs = 60_000;

interface OpenRun {
  readonly outageId: string;
  readonly run: OutageRun;
}

/** Keeps the record of every outage: when, why, which states, and what was recorded here meanwhile. */
export class Outages {
  readonly #sql: Sql;
  readonly #trail: Trail;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #open = new Map<string, OutageRecord>();
  readonly #runs = new Map<string, OpenRun>();
  /** Since when (monotonic) nothing demands the open outage of a server any more. */
  readonly #quietMs = new Map<string, number>();

  constructor(parts: { readonly sql: Sql; readonly trail: Trail; readonly clock: Clock; readonly random: Random }) {
    this.#sql = parts.sql;
    this.#trail = parts.trail;
    this.#clock = parts.clock;
    this.#random = parts.random;
    for (const outage of readOutages(this.#sql, { open: true, limit: 100_000 })) this.#open.set(outage.serverId, outage);
  }

  openId(serverId: string): string | null {
    return this.#open.get(serverId)?.id ?? null;
  }

  list(filter: OutageFilter): readonly OutageRecord[] {
    this.#trail.flush();
    return readOutages(this.#sql, filter);
  }

  get(id: string): OutageView {
    this.#trail.flush();
    const outage = readOutage(this.#sql, id);
    if (outage === null) throw new UnderstudyError('input.not-found', `There is no outage ${id}.`, { field: 'outage' });
    const open = [...this.#runs.values()].filter((one) => one.outageId === id).map((one) => one.run);
    const closed = readRuns(this.#sql, id).filter((run) => !open.some((one) => one.cameraId === run.cameraId && one.fromUs === run.fromUs));
    return { ...outage, steps: readSteps(this.#sql, id), runs: [...closed, ...open], handBacks: readHandBacks(this.#sql, id), timesSureFromMs: timesSureFrom(this.#sql, outage.serverId) };
  }

  /** Opens or closes the server's outage as its state demands. */
  look(now: OutageLook): void {
    const open = this.#open.get(now.serverId);
    const wanted = now.detector.outage !== null || takeOverOf(now.role) !== null || now.provisional;
    if (open === undefined && wanted) this.#begin(now);
    else if (open !== undefined && wanted) this.#goOn(open, now);
    else if (open !== undefined) this.#endIfQuiet(open);
  }

  /** Its server is not monitored any more: nobody would ever see it end. */
  forget(serverId: string): void {
    for (const [key, { outageId }] of this.#runs) if (outageId === this.openId(serverId)) this.closeRun(key);
    const open = this.#open.get(serverId);
    if (open !== undefined) this.#end(open, 0);
  }

  /** Since when the server itself is lost, or on its way back; null: it is not, or only single cameras of one that is well. */
  lostMs(serverId: string): number | null {
    const open = this.#open.get(serverId);
    return open === undefined || isOfCameras(open) ? null : open.startedMs;
  }

  /** Servers that have an open outage. */
  openServers(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** The server itself is lost while, or soon after, single cameras of it were. */
  #goOn(open: OutageRecord, now: OutageLook): void {
    const quietMs = this.#quietSince(open.serverId);
    this.#quietMs.delete(open.serverId);
    if (!isOfCameras(open) || now.detector.outage === null) return;
    if (quietMs > 0) {
      this.#end(open, quietMs);
      this.#begin(now);
    } else this.#keep({ ...open, cause: now.cause });
  }

  #endIfQuiet(open: OutageRecord): void {
    const quietMs = this.#quietSince(open.serverId);
    this.#quietMs.set(open.serverId, this.#clock.monotonicMs() - quietMs);
    if (!isOfCameras(open) || quietMs >= lingerMs) this.#end(open, quietMs);
  }

  #quietSince(serverId: string): number {
    const nowMs = this.#clock.monotonicMs();
    return nowMs - (this.#quietMs.get(serverId) ?? nowMs);
  }

  #begin(now: OutageLook): void {
    const lostMs = now.detector.outage === null ? 0 : this.#clock.monotonicMs() - now.detector.outage.sinceMs;
    const outage: OutageRecord = {
      id: this.#random.id(), serverId: now.serverId, serverName: now.serverName, cause: now.cause, standby: now.standby,
      startedMs: this.#clock.wallMs() - lostMs, decidedMs: null, restoredMs: null, endedMs: null,
    };
    this.#keep(outage);
    this.#trail.note({
      severity: 'warning', kind: 'outage', serverId: outage.serverId, serverName: outage.serverName, actor: 'system', reason: outage.cause,
      text: `${outage.serverName}: an outage began, ${outage.cause.text}`, outageId: outage.id,
    });
  }

  #end(open: OutageRecord, agoMs: number): void {
    const ended = { ...open, endedMs: this.#clock.wallMs() - agoMs };
    this.#open.delete(open.serverId);
    this.#quietMs.delete(open.serverId);
    this.#save(ended);
    this.#trail.note({
      severity: 'info', kind: 'outage', serverId: open.serverId, serverName: open.serverName, actor: 'system',
      text: `${open.serverName}: the outage is over`, outageId: open.id,
    });
  }

  /** A state changed during the outage. The first loss itself opens it only afterwards, so `look` comes first. */
  step(serverId: string, from: string, to: string, text: string): void {
    const open = this.#open.get(serverId);
    if (open === undefined) return;
    const atMs = this.#clock.wallMs();
    this.#trail.soon(() => addStep(this.#sql, open.id, { atMs, from, to, text }), []);
    this.#trail.emit({ type: 'outage', outageId: open.id });
  }

  /** The take-over was decided, or the last camera was given back. */
  mark(serverId: string, what: 'decidedMs' | 'restoredMs', atMs: number = this.#clock.wallMs()): void {
    const open = this.#open.get(serverId);
    if (open === undefined || (what === 'decidedMs' && open.decidedMs !== null)) return;
    const marked = { ...open, [what]: atMs };
    this.#keep(marked);
  }

  handBack(serverId: string, handBack: HandBack): void {
    const open = this.#open.get(serverId);
    if (open !== undefined) this.#trail.soon(() => addHandBack(this.#sql, open.id, handBack), []);
  }

  /** What is written here for a server in an outage, camera by camera. `key`: server and camera. */
  recording(key: string, status: CameraStatus, nameOf: () => string, takenOver: boolean): void {
    const outageId = this.openId(status.serverId);
    const { recording } = status;
    const known = this.#runs.get(key);
    if (known !== undefined && (recording === null || recording.firstFrameUs !== known.run.fromUs || known.outageId !== outageId)) this.closeRun(key);
    if (recording === null || outageId === null) return;
    const before = this.#runs.get(key);
    const fate = takenOver || before?.run.fate === 'kept' ? 'kept' : 'provisional';
    const run: OutageRun = { cameraId: status.cameraId, name: before?.run.name ?? nameOf(), fromUs: recording.firstFrameUs, toUs: recording.newestWrittenUs, fate };
    const save = before === undefined || before.run.fate !== fate;
    this.#runs.set(key, { outageId, run });
    if (save) this.#trail.soon(() => saveRun(this.#sql, outageId, { ...run, toUs: null }), []);
  }

  closeRun(key: string): void {
    const open = this.#runs.get(key);
    if (open === undefined) return;
    this.#runs.delete(key);
    this.#trail.soon(() => saveRun(this.#sql, open.outageId, open.run), []);
    this.#trail.emit({ type: 'outage', outageId: open.outageId });
  }

  /** Provisional writing that goes on now, as `server/camera` → since when (µs). */
  openProvisional(): ReadonlyMap<string, OutageRun> {
    return new Map([...this.#runs].filter(([, one]) => one.run.fate === 'provisional').map(([key, one]) => [key, one.run]));
  }

  /** Cameras whose session is gone altogether. */
  closeMissing(statuses: ReadonlyMap<string, CameraStatus>): void {
    for (const key of this.#runs.keys()) if (!statuses.has(key)) this.closeRun(key);
  }

  /** Newest frame that we wrote of a camera in this outage. */
  lastWrittenUs(serverId: string, cameraId: string): number | null {
    const id = this.openId(serverId);
    if (id === null) return null;
    this.#trail.flush();
    const ends = [...readRuns(this.#sql, id), ...[...this.#runs.values()].filter((one) => one.outageId === id).map((one) => one.run)]
      .filter((run) => run.cameraId === cameraId)
      .map((run) => run.toUs ?? run.fromUs);
    return ends.length === 0 ? null : Math.max(...ends);
  }

  #keep(outage: OutageRecord): void {
    this.#open.set(outage.serverId, outage);
    this.#save(outage);
  }

  #save(outage: OutageRecord): void {
    this.#trail.soon(() => saveOutage(this.#sql, outage), []);
    this.#trail.emit({ type: 'outage', outageId: outage.id });
  }
}

/** Its server was alive all the while, and lost footage of some cameras. */
const isOfCameras = (outage: OutageRecord): boolean => outage.cause.code === 'not recording' && outage.decidedMs === null;
