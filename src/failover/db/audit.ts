import { z } from 'zod';
import type { AuditEvent, AuditKind } from '../../contract/api/events.ts';
import type { Sql, SqlValue } from '../../platform/sqlite.ts';
import { parseRow } from './rows.ts';

/** One event of the audit trail (I10) before it has its number. */
export interface NewAuditEvent {
  readonly severity: 'info' | 'warning' | 'alarm';
  readonly kind: AuditKind;
  readonly serverId?: string | null;
  readonly serverName?: string | null;
  readonly cameraId?: string | null;
  readonly actor: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly reason?: { readonly code: string; readonly text: string } | null;
  readonly text: string;
  readonly outageId?: string | null;
}

export interface AuditFilter {
  readonly server?: string | undefined;
  readonly kind?: string | undefined;
  readonly severity?: 'info' | 'warning' | 'alarm' | undefined;
  readonly text?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly outage?: string | undefined;
  /** Only ids below this. */
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

const auditRow = z.object({
  id: z.int(),
  at_ms: z.number(),
  severity: z.enum(['info', 'warning', 'alarm']),
  kind: z.string(),
  server_id: z.string().nullable(),
  server_name: z.string().nullable(),
  camera_id: z.string().nullable(),
  actor: z.string(),
  from_state: z.string().nullable(),
  to_state: z.string().nullable(),
  reason_code: z.string().nullable(),
  reason_text: z.string().nullable(),
  text: z.string(),
  outage_id: z.string().nullable(),
});

/** Inside the caller's transaction, together with the change that it tells of. */
export function addAudit(sql: Sql, atMs: number, event: NewAuditEvent): AuditEvent {
  const done = sql
    .prepare(
      `INSERT INTO audit (at_ms, severity, kind, server_id, server_name, camera_id, actor, from_state, to_state, reason_code, reason_text, text, outage_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      atMs, event.severity, event.kind, event.serverId ?? null, event.serverName ?? null, event.cameraId ?? null, event.actor,
      event.from ?? null, event.to ?? null, event.reason?.code ?? null, event.reason?.text ?? null, event.text, event.outageId ?? null,
    );
  return {
    id: Number(done.lastInsertRowid), atMs: Math.round(atMs), severity: event.severity, kind: event.kind, serverId: event.serverId ?? null,
    serverName: event.serverName ?? null, cameraId: event.cameraId ?? null, actor: event.actor, from: event.from ?? null,
    to: event.to ?? null, reason: event.reason ?? null, text: event.text, outageId: event.outageId ?? null,
  };
}

const worse = { info: ['info', 'warning', 'alarm'], warning: ['warning', 'alarm'], alarm: ['alarm'] } as const;

/** Newest first. */
export function readAudit(sql: Sql, filter: AuditFilter): readonly AuditEvent[] {
  const where: string[] = [];
  const values: SqlValue[] = [];
  const and = (condition: string, ...more: readonly SqlValue[]): void => {
    where.push(condition);
    values.push(...more);
  };
  if (filter.server !== undefined) and('server_id = ?', filter.server);
  if (filter.kind !== undefined) and('kind = ?', filter.kind);
  if (filter.outage !== undefined) and('outage_id = ?', filter.outage);
  if (filter.severity !== undefined) and(`severity IN (${worse[filter.severity].map(() => '?').join(', ')})`, ...worse[filter.severity]);
  if (filter.text !== undefined) and("instr(lower(text || char(10) || coalesce(reason_text, '') || char(10) || actor), lower(?)) > 0", filter.text);
  if (filter.fromMs !== undefined) and('at_ms >= ?', filter.fromMs);
  if (filter.toMs !== undefined) and('at_ms < ?', filter.toMs);
  if (filter.before !== undefined) and('id < ?', filter.before);
  const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  return sql
    .prepare(`SELECT * FROM audit ${condition} ORDER BY id DESC LIMIT ?`)
    .all(...values, filter.limit ?? 100)
    .map((found) => {
      const row = parseRow(auditRow, found, 'The audit trail in the database');
      return {
        id: row.id, atMs: Math.round(row.at_ms), severity: row.severity, kind: row.kind, serverId: row.server_id, serverName: row.server_name,
        cameraId: row.camera_id, actor: row.actor, from: row.from_state, to: row.to_state,
        reason: row.reason_code === null ? null : { code: row.reason_code, text: row.reason_text ?? '' }, text: row.text, outageId: row.outage_id,
      };
    });
}

/** Deletes what is older than the setting *eventDays* allows. */
export function pruneAudit(sql: Sql, beforeMs: number): number {
  return sql.prepare('DELETE FROM audit WHERE at_ms < ?').run(beforeMs).changes;
}

/** Deletes the oldest events of a server beyond `most`: one that changes its state all day must not fill our disk. */
export function pruneServerAudit(sql: Sql, serverId: string, most: number): number {
  return sql
    .prepare('DELETE FROM audit WHERE server_id = ? AND id <= (SELECT id FROM audit WHERE server_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)')
    .run(serverId, serverId, most).changes;
}
