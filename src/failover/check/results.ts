import { z } from 'zod';
import { checkedCamera, type CheckedCamera } from '../../contract/api/check.ts';
import type { Sql } from '../../platform/sqlite.ts';

export interface CheckResult {
  readonly atMs: number;
  readonly backupVersion: number | null;
  readonly backupAtMs: number | null;
  readonly cameras: readonly CheckedCamera[];
}

const result = z.object({ backupVersion: z.number().nullable(), backupAtMs: z.number().nullable(), cameras: z.array(checkedCamera) });

/** The newest check of every server; kept, so that a restart does not forget what is not protected. */
export class CheckResults {
  readonly #sql: Sql;
  readonly #known = new Map<string, CheckResult | null>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get(serverId: string): CheckResult | null {
    const known = this.#known.get(serverId);
    if (known !== undefined) return known;
    const row = this.#sql.prepare('SELECT at_ms, result FROM checks WHERE server_id = ?').get(serverId);
    const read = row === undefined ? null : this.#parse(row);
    this.#known.set(serverId, read);
    return read;
  }

  put(serverId: string, one: CheckResult): void {
    const { atMs, ...rest } = one;
    this.#sql.prepare('INSERT OR REPLACE INTO checks (server_id, at_ms, result) VALUES (?, ?, ?)').run(serverId, atMs, JSON.stringify(rest));
    this.#known.set(serverId, one);
  }

  remove(serverId: string): void {
    this.#sql.prepare('DELETE FROM checks WHERE server_id = ?').run(serverId);
    this.#known.delete(serverId);
  }

  /** A row of another version, or a damaged one, is as good as none: the next check replaces it. */
  #parse(row: { readonly [column: string]: unknown }): CheckResult | null {
    const parsed = result.safeParse(jsonOf(String(row['result'])));
    return parsed.success ? { ...parsed.data, atMs: Number(row['at_ms']) } : null;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null; // fits no rule, so it is read as no check
    throw error;
  }
}
