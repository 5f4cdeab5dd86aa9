import type { SettingsDocument } from '../contract/settings.ts';
import { UnderstudyError } from '../contract/errors.ts';
import type { Sql } from '../platform/sqlite.ts';
import type { NewAuditEvent } from './db/audit.ts';
import { loadCameras, mergeCameras, saveCamera, type CameraRecord } from './db/cameras.ts';
import { deleteServer, loadServers, saveServer, type ServerRecord } from './db/servers.ts';
import { changed, loadSettings, saveSettings, type FirstStart, type StoredSettings } from './db/settings.ts';
import type { Trail } from './trail.ts';

/**
 * Settings, monitored servers and their cameras: read once, kept in memory, written through. The
 * memory changes only after the disk took the change.
 */
export class Directory {
  readonly #sql: Sql;
  readonly #trail: Trail;
  #settings: StoredSettings;
  #servers: Map<string, ServerRecord>;
  readonly #cameras = new Map<string, readonly CameraRecord[]>();

  constructor(sql: Sql, trail: Trail, first: FirstStart) {
    this.#sql = sql;
    this.#trail = trail;
    this.#settings = loadSettings(sql, first);
    this.#servers = new Map(loadServers(sql).map((server) => [server.id, server]));
    for (const camera of loadCameras(sql)) this.#cameras.set(camera.serverId, [...this.cameras(camera.serverId), camera]);
  }

  get settings(): StoredSettings {
    return this.#settings;
  }

  changeSettings(change: { readonly version?: number; readonly settings: unknown }, by: { readonly who: string; readonly atMs: number }): StoredSettings {
    const next = changed(this.#settings, change, by);
    // Saved as it was: nothing happened that a trail should tell, and nobody else's version is made old.
    if (same(next.settings, this.#settings.settings)) return this.#settings;
    this.#trail.commit(() => saveSettings(this.#sql, next), [
      { severity: 'info', kind: 'settings', actor: by.who, text: `${by.who} changed the settings: ${whatChanged(this.#settings.settings, next.settings)}.` },
    ]);
    this.#settings = next;
    this.#trail.emit({ type: 'settings' });
    return next;
  }

  /** In the order of priority. */
  servers(): readonly ServerRecord[] {
    return [...this.#servers.values()];
  }

  find(serverId: string): ServerRecord | undefined {
    return this.#servers.get(serverId);
  }

  get(serverId: string): ServerRecord {
    const found = this.#servers.get(serverId);
    if (found === undefined) throw new UnderstudyError('input.not-found', `There is no monitored server ${serverId}.`, { field: 'server' });
    return found;
  }

  /** Cameras of the newest known settings, those that left them included. */
  cameras(serverId: string): readonly CameraRecord[] {
    return this.#cameras.get(serverId) ?? [];
  }

  put(server: ServerRecord, events: readonly NewAuditEvent[]): void {
    this.#trail.commit(() => saveServer(this.#sql, server), events);
    this.#keep(server);
  }

  /** For what the machines learn by the way; written with the next commit. */
  putSoon(server: ServerRecord, events: readonly NewAuditEvent[] = []): void {
    this.#trail.soon(() => saveServer(this.#sql, server), events);
    this.#keep(server);
  }

  #keep(server: ServerRecord): void {
    const before = this.#servers.get(server.id);
    this.#servers.set(server.id, server);
    if (before?.priority !== server.priority) this.#servers = sorted(this.servers());
    this.#trail.emit(before === undefined ? { type: 'servers' } : { type: 'server', serverId: server.id });
  }

  remove(serverId: string, events: readonly NewAuditEvent[]): void {
    this.#trail.commit(() => deleteServer(this.#sql, serverId), events);
    this.#servers.delete(serverId);
    this.#cameras.delete(serverId);
    this.#trail.emit({ type: 'servers' });
  }

  putCameras(serverId: string, cameras: readonly CameraRecord[], events: readonly NewAuditEvent[] = []): void {
    this.#trail.commit(() => cameras.forEach((camera) => saveCamera(this.#sql, camera)), events);
    this.#keepCameras(serverId, cameras);
  }

  /** For measurements; written with the next commit. */
  putCamerasSoon(serverId: string, cameras: readonly CameraRecord[]): void {
    this.#trail.soon(() => cameras.forEach((camera) => saveCamera(this.#sql, camera)), []);
    this.#keepCameras(serverId, cameras);
  }

  #keepCameras(serverId: string, cameras: readonly CameraRecord[]): void {
    const changedIds = new Set(cameras.map((camera) => camera.id));
    const rest = this.cameras(serverId).filter((camera) => !changedIds.has(camera.id));
    this.#cameras.set(serverId, [...rest, ...cameras].toSorted(byPriority));
    this.#trail.emit({ type: 'server', serverId });
  }

  /** New settings of a monitored server were seen: names, priorities, retention. */
  learn(serverId: string, document: SettingsDocument): void {
    const server = this.get(serverId);
    const cameras = mergeCameras(serverId, this.cameras(serverId), document);
    if (!same(cameras.toSorted(byPriority), this.cameras(serverId))) this.putCamerasSoon(serverId, cameras);
    const retention = { days: document.retention.days, maxBytes: document.retention.maxBytes };
    if (!same(retention, server.retention)) this.putSoon({ ...server, retention });
  }
}

const byPriority = (a: CameraRecord, b: CameraRecord): number => a.priority - b.priority || (a.id < b.id ? -1 : 1);

const sorted = (servers: readonly ServerRecord[]): Map<string, ServerRecord> =>
  new Map(
    servers
      .toSorted((a, b) => a.priority - b.priority || a.addedMs - b.addedMs || (a.id < b.id ? -1 : 1))
      .map((server) => [server.id, server]),
  );

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function whatChanged(before: object, after: object, prefix = ''): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(after)) {
    const old = (before as Record<string, unknown>)[key];
    if (same(old, value)) continue;
    if (typeof value === 'object' && value !== null && typeof old === 'object' && old !== null) parts.push(whatChanged(old, value as object, `${prefix}${key}.`));
    else parts.push(`${prefix}${key} from ${JSON.stringify(old)} to ${JSON.stringify(value)}`);
  }
  return parts.join(', ') || 'nothing';
}
