import { takeOverOf } from '../../core/role/duties.ts';
import type { RoleState } from '../../core/role/types.ts';
import { grantsNow } from '../facts.ts';
import type { Parts } from '../parts.ts';

/** A camera that is not recorded for so long is told; opening takes its time. */
const patienceMs = 15_000;

/** Cameras that are ours now and not recorded: said aloud with the reason. They are retried all the while. */
export function watchCameras(parts: Parts, role: RoleState): void {
  const { directory, desk, documents, ports, trail } = parts;
  const { serverId } = role;
  const duties = takeOverOf(role)?.cameras.filter((duty) => duty.stage === 'taking' || duty.stage === 'recording') ?? [];
  const names = new Map(directory.cameras(serverId).map((camera) => [camera.id, camera.name]));
  const document = documents.document(serverId);
  const known = new Set(document?.cameras.map(({ id }) => id));
  const missing = duties.flatMap((duty) => {
    // Its backup rotted while we were down, and the one before it is older.
    if (document !== null && !known.has(duty.id)) return [`${names.get(duty.id) ?? duty.id} (the settings backup that can be read does not have it)`];
    const status = desk.status(serverId, duty.id);
    if (status === null || status.state === 'streaming') return [];
    const sinceMs = status.sinceUs / 1000;
    return ports.clock.wallMs() - sinceMs < patienceMs ? [] : [`${names.get(duty.id) ?? duty.id} (${status.reason?.text ?? 'the session is being opened'})`];
  });
  const unwritten = duties.flatMap((duty) => {
    const status = desk.status(serverId, duty.id);
    if (status?.state !== 'streaming' || status.writeError === null) return [];
    const sinceMs = (status.writeErrorSinceUs ?? status.sinceUs) / 1000;
    return ports.clock.wallMs() - sinceMs < patienceMs ? [] : [`${names.get(duty.id) ?? duty.id} (${status.writeError.text})`];
  });
  const given = role.kind === 'taking over' || role.kind === 'active' ? role.takeOver.cameras.filter(({ stage }) => stage === 'returned').map(({ id }) => names.get(id) ?? id) : [];
  if (missing.length + unwritten.length + given.length === 0) trail.clear('camera.unreachable', serverId);
  else
    trail.raise('camera.unreachable', serverId, [
      ...(missing.length === 0 ? [] : [`Taken over, but not recorded: ${missing.join(', ')}. Check these cameras; they are tried again all the while.`]),
      ...(unwritten.length === 0 ? [] : [`Taken over and received, but not written: ${unwritten.join(', ')}. Check the disk of the store path; it is tried again all the while.`]),
      ...(given.length === 0 ? [] : [`Given back to their recorder, because they allow one session and could not be opened here: ${given.join(', ')}. Check the way from this failover server to them; when the recorder is lost they are tried again.`]),
    ].join(' '));
  watchRoom(parts, role, names);
  if (duties.length > 0 && document === null)
    trail.raise('role.no-backup', serverId, 'Taken over, but its settings backup cannot be read any more, so its cameras cannot be opened. Bring the backup directory or its key back.');
  else trail.clear('role.no-backup', serverId);
}

/** Taken over in part: the cameras that wait for room are named (M05). */
function watchRoom(parts: Parts, role: RoleState, names: ReadonlyMap<string, string>): void {
  const { serverId } = role;
  const waiting = role.kind === 'taking over' || role.kind === 'active' ? role.takeOver.cameras.filter((duty) => duty.stage === 'waiting') : [];
  if (waiting.length === 0) return parts.trail.clear('role.no-capacity', serverId);
  const why = grantsNow(parts).get(serverId)?.why ?? '';
  parts.trail.raise('role.no-capacity', serverId, `Taken over in part: ${waiting.map(({ id }) => names.get(id) ?? id).join(', ')} waits for room. ${why}`.trimEnd());
}
