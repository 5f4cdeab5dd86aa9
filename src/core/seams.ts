/**
 * Seams (DESIGN §8): footage of one camera from several machines joined to one timeline, no access
 * unit missing that any of them has, none doubled.
 *
 * Two sessions of one camera carry the same pictures, so overlapping runs are aligned by content
 * (length and CRC of the VCL NAL units); time only finds the neighbourhood. A change of source is
 * made at a key frame. Without a common picture the join is made by time, and says so.
 */
import type { Span, TimeUs, UnitRow } from './units.ts';

/** Footage of one machine. `shiftUs` added to its times gives times of the common timeline. */
export interface SeamSource {
  readonly id: string;
  readonly rows: readonly UnitRow[];
  readonly shiftUs: number;
}

/**
 * A stretch to be read from one source. `span` is in the source's own time. It holds the units from the key frame at
 * `fromUs` on, in decoding order, up to the key frame at `toUs` or behind the last one shown before it.
 */
export interface FootagePiece {
  readonly source: string;
  readonly span: Span;
  readonly shiftUs: number;
  readonly units: number;
  /** How it follows the piece before it: `content` and `time` without a gap. */
  readonly joined: 'first' | 'content' | 'time' | 'gap';
}

export interface MergedFootage {
  readonly pieces: readonly FootagePiece[];
  /** On the common timeline, between the end of one picture and the beginning of the next. */
  readonly gaps: readonly Span[];
}

/** The key frame at which the timeline begins: where a merge before this one stopped. Time as in the source. */
export interface SeamStart {
  readonly source: string;
  readonly timeUs: TimeUs;
}

/** Units without loss between them, in decoding order, beginning with a key frame. */
interface Run {
  readonly source: string;
  readonly units: readonly UnitRow[];
  readonly shiftUs: number;
  /** Time of the picture that is shown last: with B-frames it is not the last one decoded. */
  readonly newestUs: TimeUs;
  /** Usual distance of two pictures. */
  readonly frameUs: number;
  /**
   * What came behind a loss, up to the next key frame. It leans on pictures that are missing, and is shown damaged: better
   * than nothing where nobody has more.
   */
  readonly tail: readonly UnitRow[];
}

/** Clocks of two machines may differ by this much more than was measured. */
const neighbourhoodUs = 15_000_000;
/**
 * Runs further apart by measured time never were one stretch, whatever they hold: an encoder that starts again, or has no
 * signal, may make the same pictures a second time.
 */
const strangersUs = 2_000_000;
/** A silence of this length is a gap even if nobody noticed a loss; but not within a group of pictures: none is kept without the one before it. */
const silenceUs = 5_000_000;
/** So much beyond the usual distance of pictures, a key frame behind it: writing was ended there and begun anew. */
const pauseUs = 500_000;
const pauseFrames = 4;
/** A picture may be shown so much earlier than one that was decoded before it; a key frame never is. */
const reorderUs = 2_000_000;
/** So many neighbours must be equal too, as far as both runs have them. */
const neighbours = 8;

const startOf = (run: Run): TimeUs => run.units[0]!.timeUs + run.shiftUs;
const endOf = (run: Run): TimeUs => run.newestUs + run.shiftUs + run.frameUs;
const newestOf = (units: readonly UnitRow[], leastUs: TimeUs): TimeUs => units.reduce((newest, { timeUs }) => Math.max(newest, timeUs), leastUs);
const same = (a: UnitRow, b: UnitRow): boolean => a.vclCrc === b.vclCrc && a.vclBytes === b.vclBytes;

/** The median of pictures as they are shown, looked for at up to four places. */
function frameDistance(units: readonly UnitRow[]): number {
  if (units.length < 2) return 40_000;
  const distances: number[] = [];
  for (const from of [0, 0.25, 0.5, 0.75].map((part) => Math.floor(units.length * part))) {
    const shown = units.slice(from, from + 50).map(({ timeUs }) => timeUs).sort((one, other) => one - other);
    for (let at = 1; at < shown.length; at += 1) distances.push(shown[at]! - shown[at - 1]!);
  }
  return distances.sort((one, other) => one - other)[distances.length >> 1]!;
}

/**
 * Cuts where packets were lost, nothing came for long, time stepped back (a clock was set, or another file begins), or
 * writing paused (provisional footage that ended and began again a few seconds later: what lies between may be with the
 * other machine). Leading units without a key frame cannot be decoded alone: behind a loss they are the tail of the run
 * before. B-frames step back a little and are no cut.
 */
export function runsOf({ id, rows, shiftUs }: SeamSource): Run[] {
  const parts: { readonly units: UnitRow[]; newestUs: TimeUs; readonly tail: UnitRow[] }[] = [];
  /** Whose tail it is that comes now; null: of none. */
  let torn: UnitRow[] | null = null;
  const usualUs = frameDistance(rows.filter(({ track }) => track === 'video'));
  const longUs = Math.min(silenceUs, Math.max(pauseUs, pauseFrames * usualUs));
  let newestUs: TimeUs | null = null;
  for (const unit of rows) {
    if (unit.track !== 'video') continue;
    const apart: number = newestUs === null ? 0 : unit.timeUs - newestUs;
    const stepsBack = apart < (unit.key ? 0 : -reorderUs);
    if (newestUs === null || unit.gapBefore || stepsBack || (unit.key && apart > longUs)) {
      const before = parts.at(-1);
      const lost = newestUs !== null && unit.gapBefore && !unit.key && !stepsBack && apart < silenceUs;
      torn = lost ? (torn ?? (before !== undefined && before.units.length > 0 ? before.tail : null)) : null;
      parts.push({ units: [], newestUs: unit.timeUs, tail: [] });
      newestUs = unit.timeUs;
    }
    const part = parts.at(-1)!;
    newestUs = Math.max(newestUs, unit.timeUs);
    if (!unit.key && part.units.length === 0) {
      torn?.push(unit);
      continue;
    }
    torn = null;
    part.units.push(unit);
    part.newestUs = newestUs;
  }
  return parts.filter(({ units }) => units.length > 0).map((part) => ({ source: id, ...part, shiftUs, frameUs: frameDistance(part.units) }));
}

interface Pair {
  readonly inCurrent: number;
  readonly inNext: number;
}

const nameOf = (unit: UnitRow): string => `${unit.vclBytes}:${unit.vclCrc}`;

/** Are the units around a pair equal on both sides, as far as both runs reach? */
function confirmed(current: Run, next: Run, { inCurrent, inNext }: Pair): boolean {
  for (let step = -neighbours; step <= neighbours; step++) {
    const a = current.units[inCurrent + step];
    const b = next.units[inNext + step];
    if (a !== undefined && b !== undefined && !same(a, b)) return false;
  }
  return true;
}

/** A picture that both runs have: the nearest in time whose neighbours are equal too. Null: none. */
export function commonUnit(current: Run, next: Run): Pair | null {
  const keys = new Map<string, number[]>();
  next.units.forEach((unit, index) => {
    if (!unit.key) return;
    const name = nameOf(unit);
    const found = keys.get(name);
    if (found) found.push(index);
    else keys.set(name, [index]);
  });
  for (let inCurrent = current.units.length - 1; inCurrent >= 0; inCurrent--) {
    const unit = current.units[inCurrent]!;
    if (!unit.key) continue;
    const timeUs = unit.timeUs + current.shiftUs;
    if (timeUs < startOf(next) - neighbourhoodUs) return null;
    const apart = (index: number): number => Math.abs(next.units[index]!.timeUs + next.shiftUs - timeUs);
    const near = (keys.get(nameOf(unit)) ?? []).filter((index) => apart(index) <= neighbourhoodUs).sort((a, b) => apart(a) - apart(b));
    const inNext = near.find((index) => confirmed(current, next, { inCurrent, inNext: index }));
    if (inNext !== undefined) return { inCurrent, inNext };
  }
  return null;
}

/** Where `next` goes on: `cut` is the first unit of `current` that is not used any more. */
interface Join {
  readonly next: Run;
  readonly cut: number;
  readonly from: number;
  readonly by: 'content' | 'time';
  readonly reachUs: TimeUs;
}

function joinByContent(current: Run, first: number, next: Run): Join | null | 'contained' {
  if (startOf(next) > endOf(current) + strangersUs) return null;
  const pair = commonUnit(current, next);
  if (pair === null) return null;
  const ahead = pair.inNext - pair.inCurrent;
  if (next.units.length - ahead <= current.units.length) return 'contained';
  // The last key frame of `next` that leaves no unit between: at most the one right after our end.
  for (let from = Math.min(next.units.length - 1, current.units.length + ahead); from >= 0; from--) {
    const cut = from - ahead;
    if (cut < first) break;
    if (!next.units[from]!.key) continue;
    const shiftUs = current.shiftUs + current.units[pair.inCurrent]!.timeUs - next.units[pair.inNext]!.timeUs;
    const moved = { ...next, shiftUs };
    return { next: moved, cut, from, by: 'content', reachUs: endOf(moved) };
  }
  return null;
}

function joinByTime(current: Run, first: number, next: Run): Join | null {
  const endUs = endOf(current);
  if (startOf(next) > endUs || endOf(next) <= endUs + current.frameUs / 2) return null;
  const half = current.frameUs / 2;
  for (let from = next.units.length - 1; from >= 0; from--) {
    const unit = next.units[from]!;
    const atUs = unit.timeUs + next.shiftUs;
    if (!unit.key || atUs > endUs + half) continue;
    // Behind the last one shown before, in decoding order.
    const cut = current.units.findLastIndex(({ timeUs }) => timeUs + current.shiftUs < atUs - half) + 1;
    return cut < first ? null : { next, cut, from, by: 'time', reachUs: endOf(next) };
  }
  return null;
}

/** The best continuation of `current`: by content before by time, then the one that reaches furthest. */
function bestJoin(current: Run, first: number, rest: readonly Run[]): { readonly join: Join | null; readonly contained: ReadonlySet<Run> } {
  const contained = new Set<Run>();
  let best: { readonly join: Join; readonly run: Run } | null = null;
  for (const run of rest) {
    if (startOf(run) > endOf(current) + neighbourhoodUs) break;
    const byContent = run.source === current.source ? null : joinByContent(current, first, run);
    if (byContent === 'contained') contained.add(run);
    const join = byContent === 'contained' ? null : (byContent ?? (run.source === current.source ? null : joinByTime(current, first, run)));
    if (join === null) continue;
    const better = best === null || (join.by === best.join.by ? join.reachUs > best.join.reachUs : join.by === 'content');
    if (better) best = { join, run };
  }
  if (best !== null) contained.add(best.run);
  return { join: best?.join ?? null, contained };
}

/** What of a run's tail is shown before the next run begins, and where on the common timeline. */
function tailBefore({ tail, newestUs, shiftUs, frameUs }: Run, startUs: TimeUs): { readonly units: readonly UnitRow[]; readonly span: Span | null } {
  const units = tail.filter(({ timeUs }) => timeUs + shiftUs < startUs - frameUs / 2);
  const [first] = units;
  return { units, span: first === undefined ? null : { fromUs: first.timeUs + shiftUs, toUs: newestOf(units, newestUs) + shiftUs + frameUs } };
}

/**
 * Joins sources to one timeline. `from` makes it go on exactly where an earlier merge stopped. Pure; cost is linear in the rows but for the overlaps, so call it for what is to be played, not
 * for a month.
 */
export function mergeFootage(sources: readonly SeamSource[], from?: SeamStart): MergedFootage {
  let rest = sources.flatMap(runsOf).sort((a, b) => startOf(a) - startOf(b));
  const pieces: FootagePiece[] = [];
  const gaps: Span[] = [];
  let first = 0;
  let joined: FootagePiece['joined'] = 'first';
  const indexIn = (run: Run): number => (run.source === from?.source ? run.units.findIndex((unit) => unit.key && unit.timeUs === from.timeUs) : -1);
  let current = from === undefined ? undefined : rest.find((run) => indexIn(run) >= 0);
  if (current === undefined) current = rest.shift();
  else {
    first = indexIn(current);
    rest = rest.filter((run) => run !== current);
  }

  const finish = (run: Run, until: number, tail: readonly UnitRow[] = []): void => {
    const next = run.units[until];
    const toUs = next?.timeUs ?? newestOf(tail, run.newestUs) + 1;
    pieces.push({ source: run.source, span: { fromUs: run.units[first]!.timeUs, toUs }, shiftUs: run.shiftUs, units: until - first + tail.length, joined });
  };

  while (current !== undefined) {
    const { join, contained } = bestJoin(current, first, rest);
    rest = rest.filter((run) => !contained.has(run));
    if (join !== null) {
      // A run that begins with the same picture and goes on longer replaces it altogether.
      if (join.cut > first) {
        finish(current, join.cut);
        joined = join.by;
      }
      current = join.next;
      first = join.from;
      continue;
    }
    const wholeUs = endOf(current);
    // What ends before we do is in `current` already, only without a common picture to prove it.
    rest = rest.filter((run) => endOf(run) > wholeUs + run.frameUs / 2);
    const following: Run | undefined = rest.shift();
    const startUs: TimeUs = following === undefined ? Number.POSITIVE_INFINITY : startOf(following);
    const tail = tailBefore(current, startUs);
    finish(current, current.units.length, tail.units);
    const endUs = tail.span?.toUs ?? wholeUs;
    if (tail.span !== null && tail.span.fromUs > wholeUs + current.frameUs / 2) gaps.push({ fromUs: wholeUs, toUs: tail.span.fromUs });
    if (following === undefined) break;
    if (startUs > endUs + following.frameUs / 2) gaps.push({ fromUs: endUs, toUs: startUs });
    first = following.units.findIndex((unit) => unit.key && unit.timeUs + following.shiftUs >= endUs - following.frameUs / 2);
    if (first < 0) {
      current = rest.shift();
      first = 0;
      joined = 'gap';
      continue;
    }
    current = following;
    joined = 'gap';
  }
  return { pieces, gaps };
}
