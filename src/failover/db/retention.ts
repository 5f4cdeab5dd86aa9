import { z } from 'zod';
import type { Sql } from '../../platform/sqlite.ts';
import type { RetentionRule } from '../../video/contract.ts';
import { parseRow } from './rows.ts';

const row = z.object({ server_id: z.string(), camera_id: z.string(), max_age_ms: z.number().positive(), priority: z.int() });

export const loadRetention = (sql: Sql): readonly RetentionRule[] =>
  sql.prepare('SELECT * FROM retention ORDER BY server_id, camera_id').all().map((found) => {
    const rule = parseRow(row, found, 'A retention rule in the database');
    return { serverId: rule.server_id, cameraId: rule.camera_id, maxAgeMs: rule.max_age_ms, maxBytes: null, priority: rule.priority };
  });

/** Inside the caller's transaction. */
export function saveRetention(sql: Sql, rules: readonly RetentionRule[]): void {
  const put = sql.prepare(
    `INSERT INTO retention (server_id, camera_id, max_age_ms, priority) VALUES (?, ?, ?, ?)
     ON CONFLICT (server_id, camera_id) DO UPDATE SET max_age_ms = excluded.max_age_ms, priority = excluded.priority`,
  );
  for (const rule of rules) put.run(rule.serverId, rule.cameraId, rule.maxAgeMs, rule.priority);
}
