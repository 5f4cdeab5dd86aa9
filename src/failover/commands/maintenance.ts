import { UnderstudyError } from '../../contract/errors.ts';
import { takeOverOf } from '../../core/role/duties.ts';
import { automaticStep, maintenanceStep } from '../db/outages.ts';
import type { Parts } from '../parts.ts';
import type { Who } from '../server-types.ts';

export interface MaintenanceWish {
  readonly untilMs: number;
  readonly note?: string;
  /** Take the server over now, without a gap, and restore it at the end. */
  readonly takeOver?: boolean;
  readonly confirm?: string;
}

const longestMs = 30 * 86_400_000;

/** Maintenance with a mandatory end (O03). With `takeOver`: a planned take-over, given back at the end. */
export async function maintain(parts: Parts, serverId: string, wish: MaintenanceWish | null, by: Who): Promise<void> {
  const { directory, roles, ports } = parts;
  const before = directory.get(serverId);
  if (wish === null) {
    if (before.maintenance === null) return;
    directory.put({ ...before, maintenance: null, version: before.version + 1 }, [
      { severity: 'info', kind: 'maintenance', serverId, serverName: before.name, actor: by.who, text: `${before.name}: ${by.who} ended the maintenance` },
    ]);
    parts.outages.step(serverId, maintenanceStep, automaticStep, `${by.who} ended the maintenance.`);
    roles.step(serverId, { type: 'look' });
    return;
  }
  const leftMs = wish.untilMs - ports.clock.wallMs();
  if (leftMs <= 0) throw new UnderstudyError('input.invalid', 'The maintenance must end in the future.', { field: 'untilMs' });
  if (leftMs > longestMs) throw new UnderstudyError('input.invalid', 'A maintenance ends after 30 days at the latest.', { field: 'untilMs' });
  const takesOver = wish.takeOver === true && takenOver(parts, serverId) === false;
  if (takesOver && wish.confirm !== before.name && parts.monitor.state(serverId).kind === 'alive')
    throw new UnderstudyError('role.confirm', 'The server is not offline. Type its name to take it over for the maintenance.', { field: 'confirm' });
  const maintenance = { untilMs: wish.untilMs, by: by.who, note: wish.note ?? '', takenOver: takesOver };
  directory.put({ ...before, maintenance, version: before.version + 1 }, [
    {
      severity: 'info', kind: 'maintenance', serverId, serverName: before.name, actor: by.who,
      text: `${before.name}: maintenance by ${by.who} until ${new Date(wish.untilMs).toISOString()}${wish.note === undefined || wish.note === '' ? '' : `, ${wish.note}`}`,
    },
  ]);
  parts.outages.step(serverId, automaticStep, maintenanceStep, `Maintenance by ${by.who} until ${new Date(wish.untilMs).toISOString()}: no automatic take-over.`);
  roles.step(serverId, { type: 'look' });
  if (!takesOver) return;
  try {
    await roles.ask(serverId, (request) => ({ type: 'take over pressed', request, by: by.who, typedName: wish.confirm ?? null, forMaintenance: true }));
  } catch (error) {
    directory.put({ ...directory.get(serverId), maintenance: before.maintenance }, [
      { severity: 'warning', kind: 'maintenance', serverId, serverName: before.name, actor: 'system', text: `${before.name}: the maintenance did not begin, ${(error as Error).message}` },
    ]);
    throw error;
  }
}

function takenOver({ roles }: Parts, serverId: string): boolean {
  const role = roles.state(serverId);
  return role !== undefined && takeOverOf(role) !== null;
}
