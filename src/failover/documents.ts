import type { SettingsDocument } from '../contract/settings.ts';
import type { BackupFact } from '../core/role/types.ts';
import type { Log } from '../platform/log.ts';
import type { Directory } from './directory.ts';
import type { Backups } from './ports.ts';

interface Known {
  readonly fact: BackupFact;
  /** With credentials: stays in memory, is never written or shown by us. */
  readonly document: SettingsDocument | null;
}

const unknown: Known = { fact: { usable: false, why: 'The settings backups have not been read yet.' }, document: null };

/**
 * The settings that a take-over would use, per server: newest verified backup, checked again when a
 * server becomes suspect (a version that rotted on disk is found before it is needed, B01).
 */
export class Documents {
  readonly #known = new Map<string, Known>();
  readonly #running = new Map<string, Promise<void>>();
  /** Could not be read for a reason that may pass (our own database, say). */
  readonly #unread = new Set<string>();
  /** Served from memory while the disk is away; told once, it is refreshed with each sign of trouble. */
  readonly #fromMemory = new Set<string>();
  readonly #backups: Backups;
  readonly #directory: Directory;
  readonly #log: Log;
  readonly #isTakenOver: (serverId: string) => boolean;
  readonly #changed: (serverId: string) => void;

  constructor(parts: { readonly backups: Backups; readonly directory: Directory; readonly log: Log; readonly isTakenOver: (serverId: string) => boolean; readonly changed: (serverId: string) => void }) {
    this.#backups = parts.backups;
    this.#directory = parts.directory;
    this.#log = parts.log;
    this.#isTakenOver = parts.isTakenOver;
    this.#changed = parts.changed;
  }

  fact(serverId: string): BackupFact {
    return (this.#known.get(serverId) ?? unknown).fact;
  }

  document(serverId: string): SettingsDocument | null {
    return (this.#known.get(serverId) ?? unknown).document;
  }

  /** Reads and verifies anew. Asked while it runs, it runs once more afterwards. */
  refresh(serverId: string): Promise<void> {
    const running = this.#running.get(serverId) ?? Promise.resolve();
    const next = running.then(() => this.#read(serverId)).finally(() => {
      if (this.#running.get(serverId) === next) this.#running.delete(serverId);
    });
    this.#running.set(serverId, next);
    return next;
  }

  /** What could not be read is tried again; called regularly. */
  readAgain(): void {
    for (const serverId of this.#unread) if (!this.#running.has(serverId)) void this.refresh(serverId);
  }

  forget(serverId: string): void {
    this.#unread.delete(serverId);
    this.#fromMemory.delete(serverId);
    this.#known.delete(serverId);
  }

  async #read(serverId: string): Promise<void> {
    const before = this.fact(serverId);
    this.#unread.delete(serverId);
    try {
      const found = await this.#backups.newestVerified(serverId);
      if (this.#directory.find(serverId) === undefined) return;
      const inUse = this.#isTakenOver(serverId) ? this.document(serverId) : null;
      if (!found.ok && before.usable && isOfDisk(found.reason.code)) {
        if (!this.#fromMemory.has(serverId)) this.#log.warn({ server: serverId, reason: found.reason.text }, 'The settings backup cannot be read now; the one that was read and proven before serves.');
        this.#fromMemory.add(serverId);
        return;
      }
      this.#fromMemory.delete(serverId);
      if (inUse !== null) {
        // What is being recorded from goes on, whatever is the newest now; a new take-over may not begin without a good one (I3).
        this.#known.set(serverId, { fact: found.ok ? factOf(found.backup.versionId, found.backup.document) : { usable: false, why: found.reason.text }, document: inUse });
      } else if (found.ok) {
        this.#directory.learn(serverId, found.backup.document);
        this.#known.set(serverId, { fact: factOf(found.backup.versionId, found.backup.document), document: found.backup.document });
      } else {
        this.#known.set(serverId, { fact: { usable: false, why: found.reason.text }, document: this.document(serverId) });
      }
    } catch (error) {
      this.#log.error({ server: serverId, error: (error as Error).message }, 'The settings backup could not be read.');
      this.#unread.add(serverId);
      if (!this.#known.has(serverId)) this.#known.set(serverId, { fact: { usable: false, why: (error as Error).message }, document: null });
    }
    if (JSON.stringify(before) !== JSON.stringify(this.fact(serverId))) this.#changed(serverId);
  }
}

/** The disk of the backups is away, hangs or fails: that says nothing of what was read from it and proven before (docs/decisions/0012). */
const isOfDisk = (code: string): boolean => code.startsWith('store.');

function factOf(backupId: string, document: SettingsDocument): BackupFact {
  const cameras = document.cameras
    .filter((camera) => camera.enabled)
    .map((camera) => ({ id: camera.id, priority: camera.priority, singleSession: camera.maxSessions === 1 }))
    .toSorted((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
  return { usable: true, backupId, cameras };
}
