import type { Sql, SqlStatement } from '../../src/platform/sqlite.ts';
import { ProcessDied } from './time.ts';

/** Where a commit is cut by the death of its process. */
export type Cut = 'before commit' | 'after commit';

/**
 * The failover server's database on a disk that fills up, is slow, or is there when its process dies in the
 * middle of a commit. SQLite itself is the real one, in memory; what is committed outlives the process.
 */
export class FaultyDatabase {
  readonly #real: Sql;
  /** Every write fails. */
  full = false;
  /** Each commit keeps the whole process waiting for so long, ms. */
  slowMs = 0;
  /** The process dies in its next commit. */
  cut: Cut | null = null;
  /** After each commit. */
  onCommit: (() => void) | null = null;

  constructor(real: Sql) {
    this.#real = real;
  }

  /** As one process of the failover server sees it. `die` ends that process. */
  opened(process: { readonly alive: () => boolean; readonly freeze: (ms: number) => void; readonly die: (where: string) => never }): Sql {
    const real = this.#real;
    return {
      exec: (sql) => {
        this.#refuse(process.alive, sql);
        real.exec(sql);
      },
      prepare: (sql) => this.#prepare(sql, process.alive),
      close: () => undefined,
      transaction: (run) => {
        this.#refuse(process.alive, 'BEGIN');
        const cut = this.cut;
        const result = real.transaction(() => {
          const done = run();
          if (cut === 'before commit') process.die(cut);
          return done;
        });
        this.onCommit?.();
        if (cut === 'after commit') process.die(cut);
        if (this.slowMs > 0) process.freeze(this.slowMs);
        return result;
      },
    };
  }

  #prepare(sql: string, alive: () => boolean): SqlStatement {
    const known = this.#real.prepare(sql);
    if (/^\s*(SELECT|PRAGMA)/i.test(sql)) return known;
    const refuse = (): void => this.#refuse(alive, sql);
    return {
      run(...values) {
        refuse();
        return known.run(...values);
      },
      get: (...values) => known.get(...values),
      all: (...values) => known.all(...values),
    };
  }

  #refuse(alive: () => boolean, sql: string): void {
    // A promise of a dead process may still run; what it writes never reaches a disk.
    if (!alive()) throw new ProcessDied('after its death');
    if (this.full && !/^\s*SELECT/i.test(sql)) throw new Error('database or disk is full');
  }
}
