import { z } from 'zod';
import type { Span } from '../../core/units.ts';
import type { Sql, SqlValue } from '../../platform/sqlite.ts';
import { parseRow } from './rows.ts';

/** One outage of one server, with or without a take-over. Wall clock of this failover server. */
export interface OutageRecord {
  readonly id: string;
  readonly serverId: string;
  readonly serverName: string;
  readonly cause: { readonly code: string; readonly text: string };
  readonly standby: 'cold' | 'hot' | 'mixed';
  /** First loss. */
  readonly startedMs: number;
  /** When the take-over was decided. */
  readonly decidedMs: number | null;
  /** When the last camera was given back. */
  readonly restoredMs: number | null;
  readonly endedMs: number | null;
}

/** Steps beside the states of the server and the role: a person puts the take-over off. */
export const maintenanceStep = 'maintenance';
export const automaticStep = 'automatic take-over';

export interface OutageStep {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** One run of writing of one camera on this failover server. */
export interface OutageRun {
  readonly cameraId: string;
  readonly name: string;
  readonly fromUs: number;
  /** Null while it goes on. */
  readonly toUs: number | null;
  readonly fate: 'kept' | 'provisional' | 'dropped';
}

export interface HandBack {
  readonly cameraId: string;
  readonly atMs: number;
  /** Measured for cameras that allow a single session; null: overlapped. */
  readonly gapMs: number | null;
  readonly note: string;
}

const outageRow = z.object({
  id: z.string(), server_id: z.string(), server_name: z.string(), cause_code: z.string(), cause_text: z.string(),
  standby: z.enum(['cold', 'hot', 'mixed']), started_ms: z.number(), decided_ms: z.number().nullable(),
  restored_ms: z.number().nullable(), ended_ms: z.number().nullable(),
});
const stepRow = z.object({ at_ms: z.number(), from_state: z.string(), to_state: z.string(), text: z.string() });
const runRow = z.object({
  camera_id: z.string(), name: z.string(), from_us: z.number(), to_us: z.number().nullable(), fate: z.enum(['kept', 'provisional', 'dropped']),
});
const handBackRow = z.object({ camera_id: z.string(), at_ms: z.number(), gap_ms: z.number().nullable(), note: z.string() });

const fromRow = (found: unknown): OutageRecord => {
  const row = parseRow(outageRow, found, 'An outage in the database');
  return {
    id: row.id, serverId: row.server_id, serverName: row.server_name, cause: { code: row.cause_code, text: row.cause_text },
    standby: row.standby, startedMs: row.started_ms, decidedMs: row.decided_ms, restoredMs: row.restored_ms, endedMs: row.ended_ms,
  };
};

export interface OutageFilter {
  readonly server?: string | undefined;
  readonly open?: boolean | undefined;
  readonly beforeMs?: number | undefined;
  readonly limit?: number | undefined;
}

/** Newest first. */
export function readOutages(sql: Sql, filter: OutageFilter): readonly OutageRecord[] {
  const where: string[] = ['1'];
  const values: SqlValue[] = [];
  const and = (condition: string, ...more: readonly SqlValue[]): void => {
    where.push(condition);
    values.push(...more);
  };
  if (filter.server !== undefined) and('server_id = ?', filter.server);
  if (filter.open !== undefined) and(filter.open ? 'ended_ms IS NULL' : 'ended_ms IS NOT NULL');
  if (filter.beforeMs !== undefined) and('started_ms < ?', filter.beforeMs);
  return sql
    .prepare(`SELECT * FROM outages WHERE ${where.join(' AND ')} ORDER BY started_ms DESC LIMIT ?`)
    .all(...values, filter.limit ?? 100)
    .map(fromRow);
}

export function readOutage(sql: Sql, id: string): OutageRecord | null {
  const row = sql.prepare('SELECT * FROM outages WHERE id = ?').get(id);
  return row === undefined ? null : fromRow(row);
}

export const readSteps = (sql: Sql, id: string): readonly OutageStep[] =>
  sql.prepare('SELECT * FROM outage_steps WHERE outage_id = ? ORDER BY at_ms, rowid').all(id).map((found) => {
    const row = parseRow(stepRow, found, 'A step of an outage in the database');
    return { atMs: row.at_ms, from: row.from_state, to: row.to_state, text: row.text };
  });

export const readRuns = (sql: Sql, id: string): readonly OutageRun[] =>
  sql.prepare('SELECT * FROM outage_runs WHERE outage_id = ? ORDER BY camera_id, from_us').all(id).map((found) => {
    const row = parseRow(runRow, found, 'A recording of an outage in the database');
    return { cameraId: row.camera_id, name: row.name, fromUs: row.from_us, toUs: row.to_us, fate: row.fate };
  });

export const readHandBacks = (sql: Sql, id: string): readonly HandBack[] =>
  sql.prepare('SELECT * FROM outage_hand_backs WHERE outage_id = ? ORDER BY at_ms').all(id).map((found) => {
    const row = parseRow(handBackRow, found, 'A hand-back in the database');
    return { cameraId: row.camera_id, atMs: row.at_ms, gapMs: row.gap_ms, note: row.note };
  });

export function saveOutage(sql: Sql, o: OutageRecord): void {
  sql
    .prepare(
      `INSERT INTO outages (id, server_id, server_name, cause_code, cause_text, standby, started_ms, decided_ms, restored_ms, ended_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET server_name = excluded.server_name, cause_code = excluded.cause_code,
         cause_text = excluded.cause_text, standby = excluded.standby, decided_ms = excluded.decided_ms,
         restored_ms = excluded.restored_ms, ended_ms = excluded.ended_ms`,
    )
    .run(o.id, o.serverId, o.serverName, o.cause.code, o.cause.text, o.standby, o.startedMs, o.decidedMs, o.restoredMs, o.endedMs);
}

/** A server that changes its state all day would make a report that nobody can read, and fill the disk. */
const mostSteps = 1000;

/** Beyond `mostSteps` of one outage nothing is added; the audit trail tells the rest. */
export function addStep(sql: Sql, outageId: string, step: OutageStep): void {
  sql
    .prepare(
      `INSERT INTO outage_steps (outage_id, at_ms, from_state, to_state, text) SELECT ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM outage_steps WHERE outage_id = ? LIMIT 1 OFFSET ?)`,
    )
    .run(outageId, step.atMs, step.from, step.to, step.text, outageId, mostSteps - 1);
}

export function saveRun(sql: Sql, outageId: string, run: OutageRun): void {
  sql
    .prepare(
      `INSERT INTO outage_runs (outage_id, camera_id, name, from_us, to_us, fate) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (outage_id, camera_id, from_us) DO UPDATE SET to_us = excluded.to_us, fate = excluded.fate`,
    )
    .run(outageId, run.cameraId, run.name, run.fromUs, run.toUs, run.fate);
}

export function addHandBack(sql: Sql, outageId: string, handBack: HandBack): void {
  sql
    .prepare('INSERT INTO outage_hand_backs (outage_id, camera_id, at_ms, gap_ms, note) VALUES (?, ?, ?, ?, ?)')
    .run(outageId, handBack.cameraId, handBack.atMs, handBack.gapMs, handBack.note);
}

/** A finished run of provisional writing that waits for the word of the recorder. */
export interface WaitingRun extends OutageRun {
  readonly outageId: string;
  readonly serverId: string;
}

const waitingRow = runRow.extend({ outage_id: z.string(), server_id: z.string() });

const toWaiting = (found: unknown): WaitingRun => {
  const row = parseRow(waitingRow, found, 'A recording of an outage in the database');
  return {
    outageId: row.outage_id, serverId: row.server_id, cameraId: row.camera_id, name: row.name,
    fromUs: row.from_us, toUs: row.to_us, fate: row.fate,
  };
};

/** Oldest first. */
export const provisionalRuns = (sql: Sql): readonly WaitingRun[] =>
  sql
    .prepare(`SELECT r.*, o.server_id FROM outage_runs r JOIN outages o ON o.id = r.outage_id WHERE r.fate = 'provisional' ORDER BY r.from_us`)
    .all()
    .map(toWaiting);

/** Footage of other recordings of this camera at the same times, which stays: a clock that was set writes them twice, and a pre-roll may reach back into it. */
export const keptBeside = (sql: Sql, run: WaitingRun): readonly Span[] =>
  sql
    .prepare(
      `SELECT r.from_us, coalesce(r.to_us, ${Number.MAX_SAFE_INTEGER}) AS to_us FROM outage_runs r JOIN outages o ON o.id = r.outage_id
       WHERE o.server_id = ? AND r.camera_id = ? AND r.fate = 'kept' AND r.from_us < ? AND coalesce(r.to_us, ${Number.MAX_SAFE_INTEGER}) > ? ORDER BY r.from_us`,
    )
    .all(run.serverId, run.cameraId, run.toUs ?? Number.MAX_SAFE_INTEGER, run.fromUs)
    .map((row) => ({ fromUs: Number(row['from_us']), toUs: Number(row['to_us']) }));

/** Runs that a former life of this process left open. */
export const openRuns = (sql: Sql): readonly WaitingRun[] =>
  sql.prepare('SELECT r.*, o.server_id FROM outage_runs r JOIN outages o ON o.id = r.outage_id WHERE r.to_us IS NULL').all().map(toWaiting);
