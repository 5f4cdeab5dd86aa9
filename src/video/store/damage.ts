/** An index that is no whole database any more: bad blocks, a torn page, another program's bytes. */
import type { Sql, SqlStatement } from '../../platform/sqlite.ts';

export function isDamage(error: unknown): boolean {
  return error instanceof Error && /malformed|not a database|disk image/i.test(error.message);
}

/** The same database; `damaged` is called whenever it turns out to be so, just before the caller hears of it. */
export function watchDamage(sql: Sql, damaged: () => void): Sql {
  const guarded = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      if (isDamage(error)) damaged();
      throw error;
    }
  };
  const statement = (inner: SqlStatement): SqlStatement => ({
    run: (...values) => guarded(() => inner.run(...values)),
    get: (...values) => guarded(() => inner.get(...values)),
    all: (...values) => guarded(() => inner.all(...values)),
  });
  return {
    exec: (text) => guarded(() => sql.exec(text)),
    prepare: (text) => statement(guarded(() => sql.prepare(text))),
    transaction: (run) => guarded(() => sql.transaction(run)),
    close: () => sql.close(),
  };
}
