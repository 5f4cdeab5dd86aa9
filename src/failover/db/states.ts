import type { Sql } from '../../platform/sqlite.ts';
import { UnderstudyError } from '../../contract/errors.ts';

export type Machine = 'role' | 'detector' | 'provisional';

/** A machine's stored state as parsed JSON; the machine's own reader checks its shape. */
export function loadStates(sql: Sql, machine: Machine): ReadonlyMap<string, { readonly state: unknown; readonly atMs: number }> {
  const rows = sql.prepare('SELECT server_id, state, at_ms FROM states WHERE machine = ? ORDER BY server_id').all(machine);
  return new Map(
    rows.map((row) => {
      const serverId = String(row['server_id']);
      try {
        return [serverId, { state: JSON.parse(String(row['state'])) as unknown, atMs: Number(row['at_ms']) }] as const;
      } catch (error) {
        throw new UnderstudyError('input.invalid', `The stored ${machine} of server ${serverId} is not JSON.`, { field: `states.${machine}`, cause: error });
      }
    }),
  );
}

/** Inside the caller's transaction. `atMs`: wall clock. */
export function saveState(sql: Sql, serverId: string, machine: Machine, state: unknown, atMs: number): void {
  sql
    .prepare(
      `INSERT INTO states (server_id, machine, state, at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (server_id, machine) DO UPDATE SET state = excluded.state, at_ms = excluded.at_ms`,
    )
    .run(serverId, machine, JSON.stringify(state), atMs);
}
