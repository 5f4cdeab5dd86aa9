import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { UnderstudyError } from '../contract/errors.ts';

/**
 * The only door to SQLite. The library behind it has the API of `node:sqlite`, so that Node's own can
 * take its place once the oldest supported Node has it. All calls are synchronous: use them in a
 * thread whose delays harm nobody, or for small statements.
 */
export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = Record<string, SqlValue>;

export interface SqlStatement {
  run(...values: SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

export interface Sql {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  /** Runs in one immediate transaction; an error rolls back and is thrown on. Must not be nested. */
  transaction<T>(run: () => T): T;
  close(): void;
}

export interface SqlOptions {
  /** File path, or `:memory:`. */
  readonly path: string;
  readonly readOnly?: boolean;
  /** `full`: each commit survives a power-off; `normal`: the newest commits may be lost, never torn. */
  readonly synchronous?: 'full' | 'normal';
  /** How long to wait for another process's lock, milliseconds; 5,000 unless told. */
  readonly busyTimeoutMs?: number;
  /** Folder with `001-name.sql`, `002-….sql`, …; missing ones are applied in order, each in one transaction. */
  readonly migrations?: string;
}

/**
 * Opens (and creates, unless read-only) a database in WAL mode and brings it to the newest migration.
 * Throws `input.schema-newer`, `process.defect` (migrations out of sequence), or SQLite's own errors.
 */
export function openSql(options: SqlOptions): Sql {
  const db = new DatabaseSync(options.path, {
    readOnly: options.readOnly ?? false,
    timeout: options.busyTimeoutMs ?? 5000,
    enableForeignKeyConstraints: true,
  });
  try {
    if (options.readOnly !== true) {
      db.exec('PRAGMA journal_mode = WAL');
      db.exec(`PRAGMA synchronous = ${options.synchronous === 'normal' ? 'NORMAL' : 'FULL'}`);
    }
    const sql = wrap(db);
    if (options.migrations !== undefined) migrate(sql, options, options.migrations);
    return sql;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Texts of statements are few and fixed; one that is built anew each time must not fill the memory. */
const mostPrepared = 256;

function wrap(db: InstanceType<typeof DatabaseSync>): Sql {
  const prepared = new Map<string, SqlStatement>();
  const prepare = (sql: string): SqlStatement => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sql) as SqlStatement;
    if (prepared.size < mostPrepared) prepared.set(sql, statement);
    return statement;
  };
  return {
    exec: (sql) => db.exec(sql),
    prepare,
    close: () => db.close(),
    transaction(run) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = run();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk may have rolled back already; the first cause must win.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

function migrate(sql: Sql, options: SqlOptions, folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => /^\d{3}-.+\.sql$/.test(name))
    .toSorted();
  files.forEach((name, at) => {
    if (Number(name.slice(0, 3)) !== at + 1)
      throw new UnderstudyError('process.defect', `Migration ${name} in ${folder} is out of sequence.`);
  });
  const version = Number(sql.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > files.length)
    throw new UnderstudyError(
      'input.schema-newer',
      `${options.path} was written by a newer version (schema ${version}, this one knows ${files.length}).`,
      { advice: 'Install that version, or go back to the copy beside the database.' },
    );
  if (version === files.length || options.readOnly === true) return;
  if (version > 0 && options.path !== ':memory:') copyAside(sql, options.path, version);
  files.slice(version).forEach((name, at) => {
    const text = readFileSync(join(folder, name), 'utf8');
    sql.transaction(() => {
      sql.exec(text);
      sql.exec(`PRAGMA user_version = ${version + at + 1}`);
    });
  });
}

/** A whole, consistent copy (WAL included) that an older version can open again. */
function copyAside(sql: Sql, path: string, version: number): void {
  const copy = `${path}.schema-${version}`;
  if (existsSync(copy)) return;
  sql.prepare('VACUUM INTO ?').run(copy);
  chmodSync(copy, statSync(path).mode & 0o777);
}
