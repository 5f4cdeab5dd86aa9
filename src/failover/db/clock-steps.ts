/** From when on times prove anything (our wall clock, ms), per server; the empty name is this machine. Over restarts. */
import type { Sql } from '../../platform/sqlite.ts';
import type { ClockStep, KnownOffset } from '../recording/clock-watch.ts';

/** Of one clock. */
const mostMarks = 200;

export const clockSteps = (sql: Sql): ReadonlyMap<string, number> =>
  new Map(sql.prepare('SELECT server_id, sure_from_ms FROM clock_steps').all().map((row) => [String(row['server_id']), Number(row['sure_from_ms'])]));

export function saveClockStep(sql: Sql, { serverId, afterMs, movedMs, sureFromMs }: ClockStep): void {
  sql.prepare('INSERT OR REPLACE INTO clock_steps (server_id, sure_from_ms) VALUES (?, ?)').run(serverId, sureFromMs);
  sql.prepare('INSERT INTO clock_marks (server_id, after_ms, moved_ms) VALUES (?, ?, ?)').run(serverId, afterMs, movedMs);
  // A clock that is set again and again, for years, must not fill the disk.
  sql.prepare('DELETE FROM clock_marks WHERE server_id = ?1 AND id <= (SELECT id FROM clock_marks WHERE server_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)').run(serverId, mostMarks);
}

/** Steps of this server's clock and of ours, oldest first. */
export const readClockMarks = (sql: Sql, serverId: string): readonly Omit<ClockStep, 'sureFromMs'>[] =>
  sql
    .prepare(`SELECT server_id, after_ms, moved_ms FROM clock_marks WHERE server_id IN (?, '') ORDER BY id`)
    .all(serverId)
    .map((row) => ({ serverId: String(row['server_id']), afterMs: Number(row['after_ms']), movedMs: Number(row['moved_ms']) }));

/** The later of the steps of this server's clock and ours. Null: neither is known to have been set. */
export function timesSureFrom(sql: Sql, serverId: string): number | null {
  const known = clockSteps(sql);
  const steps = [known.get(serverId), known.get('')].filter((ms) => ms !== undefined);
  return steps.length === 0 ? null : Math.max(...steps);
}

export const readClockOffsets = (sql: Sql): ReadonlyMap<string, KnownOffset> =>
  new Map(sql.prepare('SELECT server_id, offset_ms, at_ms FROM clock_offsets').all().map((row) => [String(row['server_id']), { offsetMs: Number(row['offset_ms']), atMs: Number(row['at_ms']) }]));

export function saveClockOffset(sql: Sql, serverId: string, { offsetMs, atMs }: KnownOffset): void {
  sql.prepare('INSERT OR REPLACE INTO clock_offsets (server_id, offset_ms, at_ms) VALUES (?, ?, ?)').run(serverId, offsetMs, atMs);
}
