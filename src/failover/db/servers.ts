import { z } from 'zod';
import { idRule, nameRule } from '../../contract/settings.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { flag, jsonText, parseRow } from './rows.ts';

const standby = z.enum(['cold', 'hot']);

export const maintenance = z.strictObject({
  untilMs: z.number(),
  by: z.string(),
  note: z.string(),
  /** The take-over was made for it and is restored at its end. */
  takenOver: z.boolean(),
});
export type Maintenance = z.infer<typeof maintenance>;

const retention = z.strictObject({ days: z.number().positive(), maxBytes: z.number().nullable() });

const serverRow = z.object({
  id: idRule,
  name: nameRule,
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535),
  pin: z.string().nullable(),
  instance: z.string().nullable(),
  priority: z.int().min(1).max(1000),
  standby,
  copy_back: flag,
  copy_back_bits: z.int().positive(),
  maintenance: jsonText(maintenance).nullable(),
  seen_alive: flag,
  make: z.string().nullable(),
  make_version: z.string().nullable(),
  retention: jsonText(retention).nullable(),
  version: z.int().positive(),
  added_ms: z.number(),
});

/** One monitored server as it is stored. */
export interface ServerRecord {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly pin: string | null;
  readonly instance: string | null;
  /** 1 = first to be taken over. */
  readonly priority: number;
  readonly standby: 'cold' | 'hot';
  readonly copyBack: { readonly enabled: boolean; readonly bitsPerSecond: number };
  readonly maintenance: Maintenance | null;
  readonly seenAlive: boolean;
  readonly make: string | null;
  readonly makeVersion: string | null;
  /** The owner's rule as last known (I9); null: no settings were seen yet. */
  readonly retention: { readonly days: number; readonly maxBytes: number | null } | null;
  readonly version: number;
  readonly addedMs: number;
}

export function loadServers(sql: Sql): readonly ServerRecord[] {
  return sql
    .prepare('SELECT * FROM servers ORDER BY priority, added_ms, id')
    .all()
    .map((found) => {
      const row = parseRow(serverRow, found, `Monitored server ${String(found['name'])} in the database`);
      return {
        id: row.id, name: row.name, host: row.host, port: row.port, pin: row.pin, instance: row.instance,
        priority: row.priority, standby: row.standby, copyBack: { enabled: row.copy_back, bitsPerSecond: row.copy_back_bits },
        maintenance: row.maintenance, seenAlive: row.seen_alive, make: row.make, makeVersion: row.make_version,
        retention: row.retention, version: row.version, addedMs: row.added_ms,
      };
    });
}

const columns = [
  'id', 'name', 'host', 'port', 'pin', 'instance', 'priority', 'standby', 'copy_back', 'copy_back_bits', 'maintenance',
  'seen_alive', 'make', 'make_version', 'retention', 'version', 'added_ms',
] as const;

/** Adds or replaces, inside the caller's transaction. */
export function saveServer(sql: Sql, s: ServerRecord): void {
  const sets = columns.slice(1).map((name) => `${name} = excluded.${name}`);
  sql
    .prepare(
      `INSERT INTO servers (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT (id) DO UPDATE SET ${sets.join(', ')}`,
    )
    .run(
      s.id, s.name, s.host, s.port, s.pin, s.instance, s.priority, s.standby, Number(s.copyBack.enabled), s.copyBack.bitsPerSecond,
      s.maintenance === null ? null : JSON.stringify(s.maintenance), Number(s.seenAlive), s.make, s.makeVersion,
      s.retention === null ? null : JSON.stringify(s.retention), s.version, s.addedMs,
    );
}

export function deleteServer(sql: Sql, id: string): void {
  sql.prepare('DELETE FROM servers WHERE id = ?').run(id);
  sql.prepare('DELETE FROM states WHERE server_id = ?').run(id);
}
