/** Has the other machine every unit that lies here? By length and checksum, a stretch at a time. */
import { uncovered, union } from '../../core/coverage.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Span, UnitRow } from '../../core/units.ts';

/** So much is compared at once: an outage may have lasted for days. */
const stretchUs = 600_000_000;
/** Its clock is known to some milliseconds only, and pictures arrive at two hosts at different moments. */
const aroundUs = 5_000_000;
/** Shorter holes lie between the last picture of a file and the first of the next, or at the ends. */
const holeUs = 500_000;

/** Rows that the other machine may tell of a stretch, against what lies here: it may have recorded it at twice the rate. */
const timesOurs = 4;
const someRows = 100_000;

export type Rows = (span: Span) => AsyncIterable<readonly UnitRow[]>;

/**
 * No hole in what it has: pictures that are all alike (a covered lens, a test picture) have the same
 * checksums, so that those beside a hole would speak for those in it.
 */
export const isWhole = (spans: readonly Span[], wanted: Span): boolean => uncovered(union(spans, holeUs), wanted).every(({ fromUs, toUs }) => toUs - fromUs <= holeUs);

const nameOf = ({ track, vclBytes, vclCrc }: UnitRow): string => `${track} ${vclBytes} ${vclCrc}`;

/** `aheadUs`: its clock minus ours. As many units of a kind as here must lie there, at about the same time. */
export async function hasEveryUnit(ours: Span, rows: { readonly ours: Rows; readonly theirs: Rows }, aheadUs: number): Promise<boolean> {
  for (let fromUs = ours.fromUs; fromUs < ours.toUs; fromUs += stretchUs) {
    const stretch = { fromUs, toUs: Math.min(ours.toUs, fromUs + stretchUs) };
    // Of ours, which end; the other side may send rows without end.
    const missing = await countOf(rows.ours(stretch));
    const around = { fromUs: stretch.fromUs + aheadUs - aroundUs, toUs: stretch.toUs + aheadUs + aroundUs };
    if (!(await crossOff(missing, rows.theirs(around)))) return false;
  }
  return true;
}

/** True: nothing is left. */
async function crossOff(missing: Map<string, number>, theirs: AsyncIterable<readonly UnitRow[]>): Promise<boolean> {
  let left = [...missing.values()].reduce((sum, many) => sum + many, 0) * timesOurs + someRows;
  if (missing.size === 0) return true;
  for await (const page of theirs) {
    for (const row of page) {
      const name = nameOf(row);
      const many = missing.get(name);
      if (many === 1) missing.delete(name);
      else if (many !== undefined) missing.set(name, many - 1);
    }
    if (missing.size === 0) return true;
    if ((left -= page.length) < 0) throw new UnderstudyError('link.protocol', 'The recorder tells of more pictures than there can be.');
  }
  return false;
}

async function countOf(pages: AsyncIterable<readonly UnitRow[]>): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const page of pages) for (const row of page) counts.set(nameOf(row), (counts.get(nameOf(row)) ?? 0) + 1);
  return counts;
}
