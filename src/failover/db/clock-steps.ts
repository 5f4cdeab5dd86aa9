/** From when on times prove anything (our wall clock, ms), per server; the empty name is this machine. Over restarts. */
import type { Sql } from '../../platform/sqlite.ts';

export const clockSteps = (sql: Sql): ReadonlyMap<string, number> =>
  new Map(sql.prepare('SELECT server_id, sure_from_ms FROM clock_steps').all().map((row) => [String(row['server_id']), Number(row['sure_from_ms'])]));

export function saveClockStep(sql: Sql, serverId: string, sureFromMs: number): void {
  sql.prepare('INSERT OR REPLACE INTO clock_steps (server_id, sure_from_ms) VALUES (?, ?)').run(serverId, sureFromMs);
}

/** The later of the steps of this server's clock and ours. Null: neither is known to have been set. */
export function timesSureFrom(sql: Sql, serverId: string): number | null {
  const known = clockSteps(sql);
  const steps = [known.get(serverId), known.get('')].filter((ms) => ms !== undefined);
  return steps.length === 0 ? null : Math.max(...steps);
}
