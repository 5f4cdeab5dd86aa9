/** Pure: which versions may go. */
export interface KeptVersion {
  readonly version: number;
  readonly state: 'good' | 'held' | 'corrupt' | 'newer schema';
}

/** Kept: the newest `most` good ones (never fewer than one), and whatever is newer than the oldest of them. */
export function versionsToDrop(versions: readonly KeptVersion[], most: number): readonly number[] {
  const newestFirst = versions.toSorted((a, b) => b.version - a.version);
  const good = newestFirst.filter((one) => one.state === 'good');
  const oldestKept = good[Math.min(Math.max(1, most), good.length) - 1];
  // Without a good one only the number counts: held ones wait for a person, but not without end.
  if (oldestKept === undefined) return newestFirst.slice(Math.max(1, most)).map((one) => one.version);
  return newestFirst.filter((one) => one.version < oldestKept.version).map((one) => one.version);
}
