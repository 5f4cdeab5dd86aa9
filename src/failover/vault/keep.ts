/** Pure: which versions may go. */
export interface KeptVersion {
  readonly version: number;
  readonly state: 'good' | 'held' | 'corrupt' | 'newer schema';
  readonly bytes: number;
}

/** Held and damaged ones wait for a person, but not without end: a recorder may change its mind every few seconds. */
const mostOthers = 20;
/** Of one server: 80 versions of the largest settings that were ever seen. */
const mostBytes = 4 * 1024 ** 3;

/**
 * Kept: the newest `most` good ones (never fewer than one), and of whatever is newer than the oldest of
 * them the newest `mostOthers`; all of them beside the newest good one no more than `mostBytes`.
 */
export function versionsToDrop(versions: readonly KeptVersion[], most: number): readonly number[] {
  const newestFirst = versions.toSorted((a, b) => b.version - a.version);
  const good = newestFirst.filter((one) => one.state === 'good');
  const newestGood = good[0]?.version;
  const oldestKept = good[Math.min(Math.max(1, most), good.length) - 1]?.version ?? -Infinity;
  // Without a good one the number of versions counts for the others.
  const others = good.length === 0 ? Math.max(1, Math.min(most, mostOthers)) : mostOthers;
  let kept = 0;
  let bytes = 0;
  return newestFirst
    .filter(({ version, state, bytes: more }) => {
      if (version === newestGood) return false;
      if (version < oldestKept || (state !== 'good' && ++kept > others)) return true;
      return (bytes += more) > mostBytes;
    })
    .map((one) => one.version);
}
