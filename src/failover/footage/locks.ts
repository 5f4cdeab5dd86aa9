import type { EvidenceLockDto } from '../../contract/api/footage.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import type { EvidenceLock } from '../../video/contract.ts';
import type { FailoverServer } from '../server-types.ts';
import { offsetUs } from './sources.ts';

const moved = (lock: EvidenceLock, byUs: number): EvidenceLock => ({ ...lock, fromUs: Math.round(lock.fromUs + byUs), toUs: Math.round(lock.toUs + byUs) });

/** Gives our locks to the monitored server and takes its own; both hold the union afterwards. Returns the ids it holds. */
export async function syncLocks(server: FailoverServer, serverId: string): Promise<ReadonlySet<string>> {
  const offset = offsetUs(server, serverId);
  const own = (await server.store.locks()).filter((lock) => lock.serverId === serverId);
  const { locks } = await server.link.request(serverId, 'footage.locks', { locks: own.map((lock) => moved(lock, offset)) });
  const known = new Set(own.map(({ id }) => id));
  for (const lock of locks) if (lock.serverId === serverId && !known.has(lock.id)) await server.store.lock(moved(lock, -offset));
  return new Set(locks.map(({ id }) => id));
}

const dto = (lock: EvidenceLock, there: boolean): EvidenceLockDto => ({
  id: lock.id,
  serverId: lock.serverId,
  cameraId: lock.cameraId,
  fromUs: lock.fromUs,
  toUs: lock.toUs,
  reason: lock.reason,
  lockedBy: lock.lockedBy,
  lockedAtMs: Math.round(lock.lockedAtUs / 1000),
  on: there ? ['failover server', 'monitored server'] : ['failover server'],
});

/** Evidence locks on both machines. A machine that is not reachable now gets them when it is back. */
export class Locks {
  readonly #server: FailoverServer;
  readonly #id: () => string;
  readonly #nowUs: () => number;
  /** Ids that the monitored server is known to hold. */
  readonly #there = new Map<string, ReadonlySet<string>>();

  constructor(server: FailoverServer, id: () => string, nowUs: () => number) {
    this.#server = server;
    this.#id = id;
    this.#nowUs = nowUs;
  }

  /** Called when a server comes back and now and then. A failure is no loss: our own copy stays. */
  async sync(serverId: string): Promise<string | null> {
    try {
      this.#there.set(serverId, await syncLocks(this.#server, serverId));
      return null;
    } catch (error) {
      return String(error);
    }
  }

  async list(filter: { readonly server?: string | undefined; readonly camera?: string | undefined }): Promise<EvidenceLockDto[]> {
    const all = await this.#server.store.locks();
    return all
      .filter((lock) => (filter.server ?? lock.serverId) === lock.serverId && (filter.camera ?? lock.cameraId) === lock.cameraId)
      .map((lock) => dto(lock, this.#there.get(lock.serverId)?.has(lock.id) ?? false));
  }

  async lock(camera: CameraKey, span: Span, reason: string, who: string): Promise<EvidenceLockDto> {
    const lock: EvidenceLock = { id: this.#id(), ...camera, ...span, reason, lockedBy: who, lockedAtUs: this.#nowUs() };
    await this.#server.store.lock(lock);
    this.#server.note({ severity: 'info', kind: 'lock', serverId: camera.serverId, cameraId: camera.cameraId, actor: who, text: `${who} locked footage: ${reason}` });
    await this.sync(camera.serverId);
    return dto(lock, this.#there.get(camera.serverId)?.has(lock.id) ?? false);
  }

  async unlock(id: string, who: string): Promise<void> {
    const found = (await this.#server.store.locks()).find((lock) => lock.id === id);
    if (found === undefined) throw new UnderstudyError('input.not-found', 'There is no such evidence lock.', { field: 'lock' });
    // The other machine first: a lock that it kept would come back with the next exchange. With who was removed nothing is exchanged.
    const isMonitored = this.#server.find(found.serverId) !== null;
    if (isMonitored) await this.#server.link.request(found.serverId, 'footage.unlock', { id });
    await this.#server.store.unlock(id);
    const kept = isMonitored ? '' : '; its server is not monitored any more, and keeps a lock of its own';
    this.#server.note({ severity: 'info', kind: 'lock', serverId: found.serverId, cameraId: found.cameraId, actor: who, text: `${who} unlocked footage (${found.reason})${kept}` });
  }
}
