/** What a segment covers, exactly, from its unit rows. Pure. */
import type { Span, UnitRow } from '../../core/units.ts';

export interface SegmentCover {
  /** Unbroken stretches, in time order. */
  readonly runs: readonly Span[];
  /** Usual distance of video units, µs. */
  readonly nominalUs: number;
  /** The first unit says that something is missing before it. */
  readonly gapFirst: boolean;
  /** Time of the last picture. */
  readonly lastUs: number;
}

/** No video for longer than this is a gap even if no packet was lost (a camera that fell silent). */
const SILENCE_US = 2_000_000;

/** Null if there is no video unit. */
export function coverOf(rows: Iterable<UnitRow>): SegmentCover | null {
  const groups = groupAtGaps(rows);
  const first = groups[0];
  if (first === undefined) return null;
  const nominalUs = usualDistance(groups.map((group) => group.times));
  const runs: { fromUs: number; toUs: number }[] = [];
  let lastUs = -Infinity;
  for (const { times } of groups) {
    for (const [at, timeUs] of times.entries()) {
      const limit = at === 0 ? lossLimit(nominalUs) : silenceLimit(nominalUs);
      const open = runs.at(-1);
      if (open !== undefined && timeUs >= lastUs && timeUs - lastUs <= limit) open.toUs = timeUs + nominalUs;
      else runs.push({ fromUs: timeUs, toUs: timeUs + nominalUs });
      lastUs = timeUs;
    }
  }
  return { runs: ordered(runs), nominalUs, gapFirst: first.gap, lastUs };
}

/** After a loss, more than one and a half usual distances means that a picture is missing. */
function lossLimit(nominalUs: number): number {
  return nominalUs * 1.5;
}

function silenceLimit(nominalUs: number): number {
  return Math.max(SILENCE_US, nominalUs * 4);
}

/** Times between gaps, sorted: with B-frames they do not rise by themselves. */
function groupAtGaps(rows: Iterable<UnitRow>): { readonly gap: boolean; readonly times: number[] }[] {
  const groups: { gap: boolean; times: number[] }[] = [];
  for (const row of rows) {
    if (row.track !== 'video') continue;
    const group = groups.at(-1);
    if (group === undefined || row.gapBefore) groups.push({ gap: row.gapBefore, times: [row.timeUs] });
    else group.times.push(row.timeUs);
  }
  for (const group of groups) group.times.sort((a, b) => a - b);
  return groups;
}

/** The median; 40 ms if there is only one unit. */
function usualDistance(groups: readonly (readonly number[])[]): number {
  const distances = groups.flatMap((times) => times.slice(1).map((time, at) => time - (times[at] ?? 0)));
  distances.sort((a, b) => a - b);
  return Math.max(1, Math.round(distances[distances.length >> 1] ?? 40_000));
}

function ordered(runs: Span[]): readonly Span[] {
  return runs.some((run, at) => at > 0 && run.fromUs < (runs[at - 1]?.fromUs ?? 0))
    ? runs.toSorted((a, b) => a.fromUs - b.fromUs)
    : runs;
}

/** Covers of segments in the order of their starts, joined where nothing is missing between two. */
export function joinCovers(covers: readonly SegmentCover[]): Span[] {
  const out: { fromUs: number; toUs: number }[] = [];
  let before: SegmentCover | null = null;
  for (const cover of covers) {
    for (const [at, run] of cover.runs.entries()) {
      const open = out.at(-1);
      const joins =
        open !== undefined &&
        (run.fromUs <= open.toUs || (at === 0 && before !== null && follows(before, cover, run.fromUs)));
      if (joins) open.toUs = Math.max(open.toUs, run.toUs);
      else out.push({ ...run });
    }
    before = cover;
  }
  return out;
}

function follows(before: SegmentCover, next: SegmentCover, fromUs: number): boolean {
  const limit = next.gapFirst ? lossLimit(before.nominalUs) : silenceLimit(before.nominalUs);
  return fromUs >= before.lastUs && fromUs - before.lastUs <= limit;
}

export function packCover(cover: SegmentCover): Uint8Array {
  const numbers = [cover.nominalUs, cover.gapFirst ? 1 : 0, cover.lastUs];
  for (const run of cover.runs) numbers.push(run.fromUs, run.toUs);
  return new Uint8Array(Float64Array.from(numbers).buffer);
}

export function unpackCover(bytes: Uint8Array): SegmentCover {
  const numbers = new Float64Array(Uint8Array.from(bytes).buffer);
  const runs: Span[] = [];
  for (let at = 3; at + 1 < numbers.length; at += 2)
    runs.push({ fromUs: numbers[at] ?? 0, toUs: numbers[at + 1] ?? 0 });
  return { nominalUs: numbers[0] ?? 0, gapFirst: numbers[1] === 1, lastUs: numbers[2] ?? 0, runs };
}
