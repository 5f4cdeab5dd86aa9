/** What roles, hot standby and the engine's snapshots mean for each other. */
import { takeOverOf } from '../../core/role/duties.ts';
import type { RoleState } from '../../core/role/types.ts';
import { unopenedMs } from '../../core/role/unopened.ts';
import { roleWords } from '../../core/role/words.ts';
import type { CameraProgress } from '../../contract/link.ts';
import type { CameraStatus } from '../../video/contract.ts';
import { lookAtOutage } from '../outages/look.ts';
import type { Parts } from '../parts.ts';
import type { NoMemory, Wanted } from './jobs.ts';

const noCameras: ReadonlySet<string> = new Set();

/** Every camera that shall have a session now. Cold servers that are not taken over cost nothing. */
export function wantedCameras(parts: Parts): readonly Wanted[] {
  if (parts.ports.storeReady?.() === false) return [];
  const nowMs = parts.ports.clock.monotonicMs();
  const wanted: Wanted[] = [];
  for (const server of parts.directory.servers()) {
    const role = parts.roles.state(server.id);
    if (role === undefined) continue;
    const cameras = parts.directory.cameras(server.id);
    const hot = server.standby === 'hot' || cameras.some((camera) => camera.standby === 'hot');
    if (!hot && takeOverOf(role) === null) {
      parts.standby.onlyThese(server.id, noCameras);
      continue;
    }
    const document = parts.documents.document(server.id);
    if (document === null) continue;
    const detector = parts.monitor.state(server.id);
    wanted.push(...parts.standby.wanted({ server, cameras, document, detector, role }, nowMs));
    // From the first camera on that is written: what is written without an outage is in no report, and never judged.
    if (detector.kind === 'alive' && parts.outages.openId(server.id) === null && parts.standby.isProvisional(server.id)) lookAtOutage(parts, server.id);
  }
  return wanted;
}

/** A snapshot of all our sessions: refusals, and what the outage reports will tell. */
export function heardStatuses(parts: Parts, statuses: ReadonlyMap<string, CameraStatus>): void {
  for (const status of parts.standby.hear(statuses.values(), parts.ports.clock.monotonicMs())) fellBack(parts, status);
  for (const [key, status] of statuses) {
    const role = parts.roles.state(status.serverId);
    parts.outages.recording(key, status, () => nameOf(parts, status), role !== undefined && takeOverOf(role) !== null);
  }
  parts.outages.closeMissing(statuses);
}

const nameOf = (parts: Parts, { serverId, cameraId }: CameraStatus): string =>
  parts.directory.cameras(serverId).find((camera) => camera.id === cameraId)?.name ?? cameraId;

function fellBack(parts: Parts, status: CameraStatus): void {
  const server = parts.directory.find(status.serverId);
  parts.trail.note({
    severity: 'warning', kind: 'camera', serverId: status.serverId, serverName: server?.name ?? null, cameraId: status.cameraId, actor: 'system',
    reason: status.reason, text: `${server?.name ?? status.serverId}, camera ${status.cameraId}: it refuses a second session and stands by cold`,
  });
  parts.desk.soon();
}

/** A living recorder is refused by a camera of which we hold a session: we let it go at once (DESIGN §7). */
export function giveWayTo(parts: Parts, serverId: string, cameras: readonly CameraProgress[]): void {
  for (const camera of cameras) {
    const own = camera.code === 'camera.refused' ? parts.desk.status(serverId, camera.id) : null;
    if (own === null || own.state !== 'streaming') continue;
    parts.standby.giveWay(serverId, camera.id, parts.ports.clock.monotonicMs());
    fellBack(parts, { ...own, reason: { code: 'camera.refused', text: camera.reason ?? 'The camera refuses its recorder.' } });
  }
}

/** The memory ceiling made hot cameras cold: said aloud, by name. */
export function noMemory(parts: Parts, cameras: readonly NoMemory[]): void {
  const names = cameras.map((camera) => `${parts.directory.find(camera.serverId)?.name ?? camera.serverId} / ${camera.name}`).join(', ');
  if (names === '') parts.trail.clear('role.no-capacity', null);
  else parts.trail.raise('role.no-capacity', null, `No memory for the pre-roll of ${names}: these cameras stand by cold. Raise the pre-roll ceiling or choose cold for some.`);
}

/** A role has a new durable state: sessions, outage record and screen follow. */
export function moved(parts: Parts, before: RoleState, now: RoleState): void {
  const { serverId } = now;
  const ended = takeOverOf(before) !== null && takeOverOf(now) === null;
  const name = parts.directory.find(serverId)?.name ?? serverId;
  // The last look closes the outage: what belongs to it is written before.
  if (ended) {
    parts.outages.step(serverId, before.kind, now.kind, roleWords(now, name));
    parts.outages.mark(serverId, 'restoredMs');
    for (const alarm of ['camera.unreachable', 'role.no-backup', 'role.no-capacity'] as const) parts.trail.clear(alarm, serverId);
  }
  lookAtOutage(parts, serverId);
  if (!ended && before.kind !== now.kind) parts.outages.step(serverId, before.kind, now.kind, roleWords(now, name));
  if (takeOverOf(before) === null && takeOverOf(now) !== null) parts.outages.mark(serverId, 'decidedMs');
  if (takeOverOf(now) !== null && now.kind !== 'stopping') noteHandBacks(parts, before, now);
  parts.desk.soon();
  parts.trail.emit({ type: 'server', serverId });
}

/** Cameras that were just given back; for a single session the gap between our last frame and the recorder's first. */
function noteHandBacks(parts: Parts, before: RoleState, now: RoleState): void {
  const old = new Map(takeOverOf(before)?.cameras.map((duty) => [duty.id, duty.stage]) ?? []);
  const reports = new Map(parts.progress.get(now.serverId)?.progress.cameras.map((report) => [report.id, report]) ?? []);
  const offsetMs = parts.links.status(now.serverId)?.clockOffset?.offsetMs ?? 0;
  for (const duty of takeOverOf(now)?.cameras ?? []) {
    const was = old.get(duty.id);
    const back = duty.stage === 'returned' || duty.stage === 'letting go';
    if (!back || was === 'returned' || was === 'letting go' || was === undefined) continue;
    const sinceUs = reports.get(duty.id)?.sinceUs ?? null;
    const oursUs = parts.outages.lastWrittenUs(now.serverId, duty.id);
    const gapMs = duty.singleSession && sinceUs !== null && oursUs !== null ? Math.max(0, sinceUs / 1000 - offsetMs - oursUs / 1000) : null;
    parts.outages.handBack(now.serverId, {
      cameraId: duty.id, atMs: parts.ports.clock.wallMs(), gapMs,
      note: handBackNote(duty.singleSession, parts.desk.withoutFramesMs(now.serverId, duty.id)),
    });
  }
}

function handBackNote(singleSession: boolean, withoutFramesMs: number | null): string {
  if (withoutFramesMs !== null && withoutFramesMs >= unopenedMs) return 'no frame of it came here any more: given back to its recorder';
  return singleSession ? 'allows one session: handed over break-before-make' : 'both recorded it for a while';
}
