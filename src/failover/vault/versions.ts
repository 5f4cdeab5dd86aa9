import { z } from 'zod';
import type { Refusal } from '../ports.ts';
import { errors, type ErrorCode } from '../../contract/errors.ts';
import type { Sql } from '../../platform/sqlite.ts';

export const triggers = ['daily', 'caught up', 'on demand', 'settings changed', 'paired'] as const;
export type Trigger = (typeof triggers)[number];

const code = z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]]);
const versionRow = z.object({
  server_id: z.string(),
  version: z.number(),
  taken_ms: z.number(),
  trigger: z.enum(triggers),
  confirmed_ms: z.number(),
  verified_ms: z.number().nullable(),
  state: z.enum(['good', 'held', 'corrupt', 'newer schema']),
  code: code.nullable(),
  reason: z.string().nullable(),
  digest: z.string(),
  cameras: z.number(),
  bytes: z.number(),
  manifest: z.string(),
  was: z.enum(['good', 'held', 'newer schema']).nullable(),
});

export interface Version {
  readonly serverId: string;
  readonly version: number;
  readonly takenMs: number;
  readonly trigger: Trigger;
  readonly confirmedMs: number;
  readonly verifiedMs: number | null;
  readonly state: 'good' | 'held' | 'corrupt' | 'newer schema';
  readonly reason: Refusal | null;
  readonly digest: string;
  readonly cameras: number;
  readonly bytes: number;
  /** Blob name of the manifest. */
  readonly manifest: string;
}

const fromRow = (row: unknown): Version => {
  const one = versionRow.parse(row);
  return {
    serverId: one.server_id,
    version: one.version,
    takenMs: one.taken_ms,
    trigger: one.trigger,
    confirmedMs: one.confirmed_ms,
    verifiedMs: one.verified_ms,
    state: one.state,
    reason: one.code === null ? null : { code: one.code, text: one.reason ?? errors[one.code].text },
    digest: one.digest,
    cameras: one.cameras,
    bytes: one.bytes,
    manifest: one.manifest,
  };
};

const attemptRow = z.object({ at_ms: z.number(), trigger: z.enum(triggers), code: code.nullable(), reason: z.string().nullable() });

export interface Attempt {
  readonly atMs: number;
  readonly trigger: Trigger;
  readonly error: Refusal | null;
}

/** The vault's rows. Times: wall clock, whole ms. */
export class Versions {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Newest first. */
  list(serverId: string): Version[] {
    return this.#sql.prepare('SELECT * FROM vault_versions WHERE server_id = ? ORDER BY version DESC').all(serverId).map(fromRow);
  }

  get(serverId: string, version: number): Version | null {
    const row = this.#sql.prepare('SELECT * FROM vault_versions WHERE server_id = ? AND version = ?').get(serverId, version);
    return row === undefined ? null : fromRow(row);
  }

  /** Of any server. */
  any(): boolean {
    return this.#sql.prepare('SELECT 1 AS one FROM vault_versions LIMIT 1').get() !== undefined;
  }

  /** The backup directory used last, and its id. */
  place(): { readonly path: string; readonly id: string } | null {
    const row = this.#sql.prepare('SELECT path, id FROM vault_directory').get();
    return row === undefined ? null : { path: String(row['path']), id: String(row['id']) };
  }

  setPlace({ path, id }: { readonly path: string; readonly id: string }): void {
    this.#sql.prepare('INSERT OR REPLACE INTO vault_directory (one, path, id) VALUES (1, ?, ?)').run(path, id);
  }

  /** Number of settings files; the manifest is not one. */
  files(serverId: string, version: number): number {
    const row = this.#sql.prepare('SELECT count(*) AS files FROM vault_blobs WHERE server_id = ? AND version = ?').get(serverId, version);
    return Math.max(0, Number(row?.['files'] ?? 0) - 1);
  }

  /** The row, its blobs and the good attempt appear together or not at all. */
  add(version: Omit<Version, 'version'>, blobs: readonly string[]): Version {
    return this.#sql.transaction(() => {
      const newest = this.#sql.prepare('SELECT max(version) AS newest FROM vault_versions WHERE server_id = ?').get(version.serverId);
      const number = Number(newest?.['newest'] ?? 0) + 1;
      this.#sql
        .prepare('INSERT INTO vault_versions (server_id, version, taken_ms, trigger, confirmed_ms, verified_ms, state, code, reason, digest, cameras, bytes, manifest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(version.serverId, number, version.takenMs, version.trigger, version.confirmedMs, version.verifiedMs, version.state, version.reason?.code ?? null, version.reason?.text ?? null, version.digest, version.cameras, version.bytes, version.manifest);
      for (const blob of new Set(blobs)) this.#sql.prepare('INSERT INTO vault_blobs (server_id, version, sha256) VALUES (?, ?, ?)').run(version.serverId, number, blob);
      this.#attempt(version.serverId, { atMs: version.takenMs, trigger: version.trigger, error: version.state === 'good' ? null : version.reason });
      return { ...version, version: number };
    });
  }

  /** Some version consists of this blob. */
  isNeeded(blob: string): boolean {
    return this.#sql.prepare('SELECT 1 AS one FROM vault_blobs WHERE sha256 = ? LIMIT 1').get(blob) !== undefined;
  }

  /** The settings are still those of this version. */
  confirm(version: Version, attempt: Attempt): void {
    this.#sql.transaction(() => {
      this.#sql.prepare('UPDATE vault_versions SET confirmed_ms = ? WHERE server_id = ? AND version = ?').run(attempt.atMs, version.serverId, version.version);
      this.#attempt(version.serverId, attempt);
    });
  }

  verified(version: Version, atMs: number): void {
    this.#sql.prepare('UPDATE vault_versions SET verified_ms = ? WHERE server_id = ? AND version = ?').run(atMs, version.serverId, version.version);
  }

  setState(version: Version, state: Version['state'], reason: Refusal | null): void {
    this.#sql
      .prepare('UPDATE vault_versions SET state = ?, code = ?, reason = ? WHERE server_id = ? AND version = ?')
      .run(state, reason?.code ?? null, reason?.text ?? null, version.serverId, version.version);
  }

  /** A person confirmed it; with that the attempt that brought it was good. */
  accept(held: Version): void {
    this.#sql.transaction(() => {
      this.setState(held, 'good', null);
      this.#attempt(held.serverId, { atMs: held.takenMs, trigger: held.trigger, error: null });
    });
  }

  /** Its files are damaged. What it was is kept. */
  condemn(version: Version, reason: Refusal): void {
    this.#sql
      .prepare(`UPDATE vault_versions SET was = CASE state WHEN 'corrupt' THEN was ELSE state END, state = 'corrupt', code = ?, reason = ? WHERE server_id = ? AND version = ?`)
      .run(reason.code, reason.text, version.serverId, version.version);
  }

  /** It is whole after all, and what it was. One of which that is not known waits for a person. */
  acquit(version: Version): Version['state'] {
    const row = this.#sql.prepare('SELECT was FROM vault_versions WHERE server_id = ? AND version = ?').get(version.serverId, version.version);
    const state = versionRow.shape.was.parse(row?.['was'] ?? null) ?? 'held';
    const reason: Record<typeof state, Refusal | null> = {
      good: null,
      held: { code: 'backup.suspicious', text: 'It was damaged for a time, or seemed so, and is whole. Look at it before you confirm it.' },
      'newer schema': { code: 'input.schema-newer', text: errors['input.schema-newer'].text },
    };
    this.setState(version, state, reason[state]);
    return state;
  }

  /** Removes versions; returns the blobs that nobody needs any more. */
  drop(serverId: string, numbers: readonly number[]): string[] {
    return this.#sql.transaction(() => {
      const candidates = new Set<string>();
      for (const number of numbers) {
        for (const row of this.#sql.prepare('SELECT sha256 FROM vault_blobs WHERE server_id = ? AND version = ?').all(serverId, number)) candidates.add(String(row['sha256']));
        this.#sql.prepare('DELETE FROM vault_versions WHERE server_id = ? AND version = ?').run(serverId, number);
      }
      return [...candidates].filter((blob) => !this.isNeeded(blob));
    });
  }

  forget(serverId: string): void {
    this.#sql.prepare('DELETE FROM vault_attempts WHERE server_id = ?').run(serverId);
  }

  attempt(serverId: string): Attempt | null {
    const row = this.#sql.prepare('SELECT * FROM vault_attempts WHERE server_id = ?').get(serverId);
    if (row === undefined) return null;
    const one = attemptRow.parse(row);
    return { atMs: one.at_ms, trigger: one.trigger, error: one.code === null ? null : { code: one.code, text: one.reason ?? '' } };
  }

  setAttempt(serverId: string, attempt: Attempt): void {
    this.#attempt(serverId, attempt);
  }

  #attempt(serverId: string, attempt: Attempt): void {
    this.#sql
      .prepare('INSERT OR REPLACE INTO vault_attempts (server_id, at_ms, trigger, code, reason) VALUES (?, ?, ?, ?, ?)')
      .run(serverId, attempt.atMs, attempt.trigger, attempt.error?.code ?? null, attempt.error?.text ?? null);
  }

  lastRunMs(): number | null {
    const row = this.#sql.prepare('SELECT last_run_ms FROM vault_schedule').get();
    return row === undefined ? null : Number(row['last_run_ms']);
  }

  setLastRun(ms: number): void {
    this.#sql.prepare('INSERT OR REPLACE INTO vault_schedule (one, last_run_ms) VALUES (1, ?)').run(ms);
  }

  /** Servers whose daily backup is owed. */
  owed(): string[] {
    return this.#sql.prepare('SELECT server_id FROM vault_owed').all().map((row) => String(row['server_id']));
  }

  owe(serverId: string): void {
    this.#sql.prepare('INSERT OR IGNORE INTO vault_owed (server_id) VALUES (?)').run(serverId);
  }

  oweNoMore(serverId: string): void {
    this.#sql.prepare('DELETE FROM vault_owed WHERE server_id = ?').run(serverId);
  }
}
