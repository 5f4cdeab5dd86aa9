import { advancedMsOf } from '../../core/detector/advances.ts';
import type { CameraReport, DetectorState } from '../../core/detector/types.ts';
import { recordingWish } from '../../core/role/wish.ts';
import type { RecordingWish, RoleState } from '../../core/role/types.ts';
import type { CameraDocument, SettingsDocument } from '../../contract/settings.ts';
import type { CameraStatus } from '../../video/contract.ts';
import type { CameraRecord } from '../db/cameras.ts';
import type { ServerRecord } from '../db/servers.ts';
import { cameraKey } from './desk.ts';
import { fallBack, giveWay, type FallBack } from './fall-back.ts';
import type { Wanted } from './jobs.ts';
import { recorderWritesAgain, unmentionedMs } from './proof.ts';

export interface StandbyInput {
  readonly server: ServerRecord;
  readonly cameras: readonly CameraRecord[];
  readonly document: SettingsDocument;
  readonly detector: DetectorState;
  readonly role: RoleState;
}

/** Provisional writing of one camera that goes on until the recorder proved itself. */
interface Provisional {
  readonly sinceMs: number;
  /** The server was seen alive again; null: not yet. */
  aliveSinceMs: number | null;
}

const assumedGopMs = 4000;

/**
 * Hot standby: which cameras keep a session, which of them are written provisionally, and until when.
 * Provisional writing ends camera by camera, only after the recorder proved that it writes again.
 */
export class Standby {
  readonly #provisional = new Map<string, Provisional>();
  readonly #fallBacks = new Map<string, FallBack>();
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

  wanted(input: StandbyInput, nowMs: number): readonly Wanted[] {
    const { server, document, detector, role } = input;
    const facts = new Map(input.cameras.map((camera) => [camera.id, camera]));
    const result: Wanted[] = [];
    for (const camera of document.cameras) {
      const record = facts.get(camera.id);
      const singleSession = camera.maxSessions === 1;
      const hot = this.chosen(server, record) === 'hot' && !singleSession && this.#mayBeHot(input, camera, nowMs);
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
      if (known === undefined) this.#provisional.set(key, { sinceMs: nowMs, aliveSinceMs: null });
      else known.aliveSinceMs = null;
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

  /** A keep-alive of a recorder that is alive: provisional writing ends where it proved itself. True: something ended. */
  proven(serverId: string, reports: { readonly cameras: readonly CameraReport[] }, detector: DetectorState): boolean {
    if (detector.kind !== 'alive' || this.#provisional.size === 0) return false;
    const gray = new Set(detector.gray?.cameras ?? []);
    let ended = false;
    for (const report of reports.cameras) {
      const key = cameraKey(serverId, report.id);
      const known = this.#provisional.get(key);
      if (known === undefined || known.aliveSinceMs === null || gray.has(report.id)) continue;
      const advancedMs = advancedMsOf(detector.advances, report.id);
      // Said before, or by a recorder that only repeats itself: proves nothing.
      if (advancedMs === null || advancedMs < known.aliveSinceMs) continue;
      if (!recorderWritesAgain(report, report.gopMs ?? assumedGopMs)) continue;
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
    for (const map of [this.#provisional, this.#fallBacks]) for (const key of map.keys()) if (key.startsWith(`${serverId}/`)) map.delete(key);
  }
}

const isStopped = (role: RoleState): boolean => role.kind === 'stopping' || (role.kind === 'standby' && role.blocked === 'stopped by a person');
