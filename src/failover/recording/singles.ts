import { leftCameras } from '../../contract/beat.ts';
import type { CameraProgress, Progress } from '../../contract/link.ts';
import { isHeldOpen, takeOverOf } from '../../core/role/duties.ts';
import type { RoleState } from '../../core/role/types.ts';
import type { Parts } from '../parts.ts';

/** A make that cannot leave single cameras alone is asked again and again, seldom enough. */
const againMs = 10_000;

/**
 * In a planned take-over the recorder has left us the cameras that allow one session. It forgets that when it
 * starts anew, and takes them again when it did not hear of us for long (we might be dead): back again, it would
 * fight us for each of them. Its keep-alives tell.
 */
export function leaveToUs(parts: Parts, role: RoleState, reports: readonly CameraProgress[]): void {
  if ((role.kind !== 'taking over' && role.kind !== 'active') || role.takeOver.cause.kind !== 'manual') return;
  const { serverId } = role;
  const ours = new Set(role.takeOver.cameras.filter((duty) => duty.singleSession && isHeldOpen(duty)).map(({ id }) => id));
  if (ours.size === 0) return;
  const cameras = reports.filter(({ id, state }) => ours.has(id) && state !== 'released').map(({ id }) => id);
  ask(parts, serverId, 'cameras.release', cameras);
}

/**
 * Cameras that were given back (F25, F48) though the recorder leaves them to us: the word to take them again was lost.
 */
export function takeBackGiven(parts: Parts, role: RoleState, reports: readonly CameraProgress[]): void {
  const given = new Set(takeOverOf(role)?.cameras.filter(({ stage }) => stage === 'returned').map(({ id }) => id));
  ask(parts, role.serverId, 'cameras.resume', reports.filter(({ id, state }) => given.has(id) && state === 'released').map(({ id }) => id));
}

/**
 * Nothing of it is taken over, and its recorder leaves cameras to us: our question to leave them came late, over a
 * connection that had hung, behind the one to take them again. Nobody would ever record them.
 */
export function takeAgain(parts: Parts, serverId: string, progress: Progress): void {
  ask(parts, serverId, 'cameras.resume', leftCameras(progress));
}

function ask({ ports, links, askedToLeaveMs }: Parts, serverId: string, method: 'cameras.release' | 'cameras.resume', cameras: readonly string[]): void {
  const nowMs = ports.clock.monotonicMs();
  const question = `${serverId} ${method}`;
  if (cameras.length === 0 || nowMs - (askedToLeaveMs.get(question) ?? -Infinity) < againMs) return;
  askedToLeaveMs.set(question, nowMs);
  links.request(serverId, method, { cameras: [...cameras] }, 5000).catch((error: unknown) => {
    ports.log.info({ server: serverId, method, error: (error as Error).message }, 'The recorder could not be asked about the cameras that allow one session; it is asked again.');
  });
}

export function forgetAsked({ askedToLeaveMs }: Parts, serverId: string): void {
  for (const method of ['cameras.release', 'cameras.resume']) askedToLeaveMs.delete(`${serverId} ${method}`);
}
