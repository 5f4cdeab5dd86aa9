import { takeOverOf } from '../../../src/core/role/duties.ts';
import type { Log } from '../../../src/platform/log.ts';
import type { Broken } from './broken.ts';
import type { RoleChecks } from './checks-roles.ts';
import type { Scene } from './scene.ts';

/** Every camera's password in the world; it may lie nowhere but in memory and on the recorders. */
export const secret = 'Geheim-7f3a';

/** I5: what is kept of a server's settings is its own, and nothing takes the last good version away. */
export class BackupChecks {
  readonly #scene: Scene;
  readonly #roles: RoleChecks;
  readonly #broken: Broken;
  readonly #seen = new Map<string, number>();

  constructor(scene: Scene, roles: RoleChecks, broken: Broken) {
    this.#scene = scene;
    this.#roles = roles;
    this.#broken = broken;
  }

  onCommit(): void {
    const { database } = this.#scene.world;
    for (const row of database.prepare('SELECT server_id, max(version) AS newest FROM vault_versions GROUP BY server_id').all()) {
      const serverId = String(row['server_id']);
      const newest = Number(row['newest']);
      if (newest === this.#seen.get(serverId)) continue;
      this.#seen.set(serverId, newest);
      this.#added(serverId, newest);
    }
  }

  #added(serverId: string, version: number): void {
    const { world, digests } = this.#scene;
    const row = world.database.prepare('SELECT digest, state FROM vault_versions WHERE server_id = ? AND version = ?').get(serverId, version);
    if (row?.['state'] === 'good') this.#broken.check('I5', digests.get(serverId)?.has(String(row['digest'])) === true, () => `${serverId}: backup ${version} is not from its own recorder`);
    const role = this.#roles.role(serverId);
    this.#broken.check('I5', role === undefined || takeOverOf(role) === null, () => `${serverId}: it was backed up while it is taken over`);
    this.whole(serverId);
  }

  /** Every good version can be read, unless its disk rotted. */
  whole(serverId: string): void {
    const { world } = this.#scene;
    for (const row of world.database.prepare(`SELECT version, manifest FROM vault_versions WHERE server_id = ? AND state = 'good'`).all(serverId))
      this.#broken.check('I5', world.blobs.blobs.has(String(row['manifest'])), () => `${serverId}: the file of good backup ${String(row['version'])} is gone`);
  }

  /** I11, at the end: no table and no file shows a password. */
  noSecrets(): void {
    const { world } = this.#scene;
    const tables = world.database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all().map((row) => String(row['name']));
    for (const table of tables)
      this.#broken.check('I11', !JSON.stringify(world.database.prepare(`SELECT * FROM ${table}`).all()).includes(secret), () => `a password lies in the table ${table}`);
    for (const [name, bytes] of world.blobs.blobs) this.#broken.check('I11', !bytes.includes(secret), () => `a password lies in clear in the backup file ${name}`);
  }
}

/** A log that is read by the check (I11) instead of a person. */
export function watchedLog(broken: () => Broken | null): Log {
  const read = (fields: object, text: string): void => {
    const said = `${text} ${JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? `${value.message} ${String(value.stack)}` : value))}`;
    broken()?.check('I11', !said.includes(secret), () => `a password is in the log: ${text}`);
  };
  return { debug: () => {}, info: read, warn: read, error: read };
}
