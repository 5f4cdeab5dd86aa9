import { advancedMsOf } from '../../core/detector/advances.ts';
import type { DetectorState } from '../../core/detector/types.ts';
import { recordingWish } from '../../core/role/wish.ts';
import type { RecordingWish, RoleState } from '../../core/role/types.ts';
import type { CameraProgress } from '../../contract/link.ts';
import type { CameraDocument, SettingsDocument } from '../../contract/settings.ts';
import type { CameraStatus } from '../../video/contract.ts';
import { assumedGopMs } from '../assumed.ts';
import type { CameraRecord } from '../db/cameras.ts';
import type { ServerRecord } from '../db/servers.ts';
import { cameraKey } from './desk.ts';
import { fallBack, giveWay, type FallBack } from './fall-back.ts';
import type { Wanted } from './jobs.ts';
import { recorderWritesAgain, unmentionedMs } from './proof.ts';
import { hasCaughtUp, isFarBehind, RunWatch } from './run-watch.ts';

export interface StandbyInput {
  readonly server: ServerRecord;
  readonly cameras: readonly CameraRecord[];
  readonly document: SettingsDocument;
  readonly detector: DetectorState;
  readonly role: RoleState;
}

/** Provisional writing of one camera that goes on until the recorder proved itself. */
interface Provisional {
  /** The recorder lost footage of this camera itself; false: we only do not know, because its server was not heard. */
  lost: boolean;
  /** The server was seen alive again; null: not yet. */
  aliveSinceMs: number | null;
}

/**
 * Hot standby: which cameras keep a session, which of them are written provisionally, and until when.
 * Provisional writing ends camera by camera, only after the recorder proved that it writes again.
 */
export class Standby {
  readonly #provisional = new Map<string, Provisional>();
  readonly #fallBacks = new Map<string, FallBack>();
  readonly #runs = new RunWatch();
  /** Over the disk ceiling of provisional footage: these stop first. */
  #overCeiling: ReadonlySet<string> = new Set();

  /** Choice of a person, for this camera or its server. */
  chosen(server: ServerRecord, camera: CameraRecord | undefined): 'cold' | 'hot' {
    return camera?.standby ?? server.standby;
  }

  reasonForCold(serverId: string, cameraId: string, nowMs: number): string | null {
    const fall = this.#fallBacks.get(cameraKey(serverId, cameraId));
    return fall !== undefined && fall.untilMs > nowMs ? fall.reason : null;
  }

  isProvisional(serverId: string): boolean {
    for (const key of this.#provisional.keys()) if (key.startsWith(`${serverId}/`)) return true;
    return false;
  }

  /** Its cameras that are to be written provisionally. */
  provisional(serverId: string): readonly { readonly cameraId: string; readonly lost: boolean }[] {
    return [...this.#provisional].filter(([key]) => key.startsWith(`${serverId}/`)).map(([key, { lost }]) => ({ cameraId: key.slice(serverId.length + 1), lost }));
  }

  wanted(input: StandbyInput, nowMs: number): readonly Wanted[] {
    const { server, document, detector, role } = input;
    const facts = new Map(input.cameras.map((camera) => [camera.id, camera]));
    const result: Wanted[] = [];
    for (const camera of document.cameras) {
      const record = facts.get(camera.id);
      const singleSession = camera.maxSessions === 1;
      const hot = server.pin !== null && this.chosen(server, record) === 'hot' && !singleSession && this.#mayBeHot(input, camera, nowMs);
      const wish = this.#sticky(input, camera.id, recordingWish(detector, role, { id: camera.id, enabled: camera.enabled, singleSession, hot }), nowMs);
      if (wish === 'off') continue;
      result.push({
        serverId: server.id, serverPriority: server.priority, camera, wish, hot,
        gopMs: record?.gopMs ?? null, peakBitsPerSecond: record?.peakBitsPerSecond ?? null,
      });
    }
    this.onlyThese(server.id, new Set(document.cameras.map(({ id }) => id)));
    return result;
  }

  /** A camera that nobody asks for any more proves nothing and is not written: its outage would never end. */
  onlyThese(serverId: string, cameras: ReadonlySet<string>): void {
    for (const key of this.#provisional.keys()) if (key.startsWith(`${serverId}/`) && !cameras.has(key.slice(serverId.length + 1))) this.#provisional.delete(key);
  }

  /** A refused second session means cold, except while the recorder may be dead: then we keep asking. */
  #mayBeHot({ server, detector }: StandbyInput, camera: CameraDocument, nowMs: number): boolean {
    return detector.kind !== 'alive' || this.reasonForCold(server.id, camera.id, nowMs) === null;
  }

  #sticky({ server, detector, role }: StandbyInput, cameraId: string, wish: RecordingWish, nowMs: number): RecordingWish {
    const key = cameraKey(server.id, cameraId);
    const known = this.#provisional.get(key);
    if (wish === 'provisional') {
      if (this.#overCeiling.has(key)) return 'standby';
      const lost = detector.kind === 'alive' || known?.lost === true;
      if (known === undefined) this.#provisional.set(key, { lost, aliveSinceMs: null });
      else Object.assign(known, { lost, aliveSinceMs: null });
      return wish;
    }
    if (known === undefined) return wish;
    // From a take-over on, the role asks for the proof; what a person stopped needs none.
    if (wish === 'off' || wish === 'taken over' || isStopped(role)) {
      this.#provisional.delete(key);
      return wish;
    }
    if (detector.kind === 'alive') known.aliveSinceMs ??= nowMs;
    const gaveUp = known.aliveSinceMs !== null && nowMs - known.aliveSinceMs > unmentionedMs;
    if (!gaveUp) return 'provisional';
    this.#provisional.delete(key);
    return wish;
  }

  /**
   * A keep-alive of a recorder that is alive: what it lost of a hot camera for a moment lies in our ring only until the ring
   * forgets it, so it is written from now on. True: something began.
   */
  missed(server: ServerRecord, records: readonly CameraRecord[], cameras: readonly CameraProgress[]): boolean {
    const broken = new Set(this.#runs.broken(server.id, cameras));
    const known = new Map(records.map((record) => [record.id, record]));
    let began = false;
    for (const report of cameras) {
      const key = cameraKey(server.id, report.id);
      const isMissing = broken.has(report.id) || isFarBehind(report);
      if (!isMissing || this.#overCeiling.has(key) || this.chosen(server, known.get(report.id)) === 'cold') continue;
      const before = this.#provisional.get(key);
      if (before === undefined) this.#provisional.set(key, { lost: true, aliveSinceMs: null });
      else before.lost = true;
      began ||= before === undefined;
    }
    return began;
  }

  /**
   * A keep-alive of a recorder that is alive: provisional writing ends where it proved itself. True: something ended.
   * `begins`: our own run of writing this camera is under way and was not seen yet; it would end in no record.
   */
  proven(serverId: string, reports: { readonly cameras: readonly CameraProgress[] }, detector: DetectorState, begins: (cameraId: string) => boolean): boolean {
    if (detector.kind !== 'alive' || this.#provisional.size === 0) return false;
    const gray = new Set(detector.gray?.cameras ?? []);
    let ended = false;
    for (const report of reports.cameras) {
      const key = cameraKey(serverId, report.id);
      const known = this.#provisional.get(key);
      if (known === undefined || known.aliveSinceMs === null || gray.has(report.id) || begins(report.id)) continue;
      const advancedMs = advancedMsOf(detector.advances, report.id);
      // Said before, or by a recorder that only repeats itself: proves nothing.
      if (advancedMs === null || advancedMs < known.aliveSinceMs) continue;
      const gopMs = report.gopMs ?? assumedGopMs;
      if (!recorderWritesAgain(report, gopMs) || !hasCaughtUp(report) || !this.#runs.isWhole(serverId, report, gopMs)) continue;
      this.#provisional.delete(key);
      ended = true;
    }
    return ended;
  }

  /** Snapshots of our own sessions: refusals make a camera cold. Returns the cameras that just fell back. */
  hear(statuses: Iterable<CameraStatus>, nowMs: number): readonly CameraStatus[] {
    const fallen: CameraStatus[] = [];
    for (const status of statuses) {
      if (status.mode !== 'standby' || status.reason === null) continue;
      const key = cameraKey(status.serverId, status.cameraId);
      const before = this.#fallBacks.get(key);
      if (before !== undefined && before.untilMs > nowMs) continue;
      const fall = fallBack(status, before, nowMs);
      if (fall === null) continue;
      this.#fallBacks.set(key, fall);
      fallen.push(status);
    }
    return fallen;
  }

  /** Our session of this camera ends, so that its recorder finds room. */
  giveWay(serverId: string, cameraId: string, nowMs: number): void {
    const key = cameraKey(serverId, cameraId);
    this.#fallBacks.set(key, giveWay(this.#fallBacks.get(key), nowMs));
    this.#provisional.delete(key);
  }

  limit(overCeiling: ReadonlySet<string>): void {
    this.#overCeiling = overCeiling;
  }

  forget(serverId: string): void {
    this.#runs.forget(serverId);
    for (const map of [this.#provisional, this.#fallBacks]) for (const key of map.keys()) if (key.startsWith(`${serverId}/`)) map.delete(key);
  }
}

const isStopped = (role: RoleState): boolean => role.kind === 'stopping' || (role.kind === 'standby' && role.blocked === 'stopped by a person');
