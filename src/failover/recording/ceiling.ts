/** The ceiling of provisional footage on disk: who is dropped first. Pure. */

/** One run of provisional writing; several of one camera have the same key. */
export interface SizedRun {
  readonly key: string;
  readonly bytes: number;
  /** High: lowest priority. */
  readonly rank: number;
}

/**
 * Cameras whose provisional footage is not kept. `held`: those that went over before and whose server is
 * not well yet; they stay, or their memory would be written and dropped again and again.
 */
export function overCeiling(runs: readonly SizedRun[], ceilingBytes: number, held: ReadonlySet<string>): ReadonlySet<string> {
  const over = new Set(held);
  let total = runs.reduce((sum, { key, bytes }) => sum + (held.has(key) ? 0 : bytes), 0);
  for (const { key } of runs.toSorted((a, b) => b.rank - a.rank)) {
    if (total <= ceilingBytes) break;
    if (over.has(key)) continue;
    over.add(key);
    for (const run of runs) if (run.key === key) total -= run.bytes;
  }
  return over;
}
