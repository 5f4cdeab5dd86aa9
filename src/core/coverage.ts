/** Arithmetic of spans of footage: who has what, and where nobody has anything. Half-open, in one clock. */
import type { Span, TimeUs } from './units.ts';

export type Spans = readonly Span[];

/** Sorted, without overlaps; neighbours nearer than `joinUs` become one. */
export function union(spans: Spans, joinUs = 0): Span[] {
  const joined: { fromUs: TimeUs; toUs: TimeUs }[] = [];
  for (const { fromUs, toUs } of [...spans].sort((a, b) => a.fromUs - b.fromUs)) {
    if (toUs <= fromUs) continue;
    const last = joined.at(-1);
    if (last !== undefined && fromUs <= last.toUs + joinUs) last.toUs = Math.max(last.toUs, toUs);
    else joined.push({ fromUs, toUs });
  }
  return joined;
}

export function clip(spans: Spans, within: Span): Span[] {
  return spans
    .map(({ fromUs, toUs }) => ({ fromUs: Math.max(fromUs, within.fromUs), toUs: Math.min(toUs, within.toUs) }))
    .filter(({ fromUs, toUs }) => toUs > fromUs);
}

export const shifted = (spans: Spans, byUs: number): Span[] => spans.map(({ fromUs, toUs }) => ({ fromUs: fromUs + byUs, toUs: toUs + byUs }));

/** The parts of `within` that no span covers. */
export function uncovered(spans: Spans, within: Span): Span[] {
  const holes: Span[] = [];
  let at = within.fromUs;
  for (const { fromUs, toUs } of union(clip(spans, within))) {
    if (fromUs > at) holes.push({ fromUs: at, toUs: fromUs });
    at = Math.max(at, toUs);
  }
  if (at < within.toUs) holes.push({ fromUs: at, toUs: within.toUs });
  return holes;
}

/** Of spans that are sorted and without overlaps (`union`): does one of them reach into `span`? */
export function overlaps(spans: Spans, { fromUs, toUs }: Span): boolean {
  const next = spans[firstAt(spans, (each) => each.toUs > fromUs)];
  return next !== undefined && next.fromUs < toUs;
}

/** Of the same: does one begin, or end, within `nearUs` of a moment? */
export function hasEdge(spans: Spans, edge: 'fromUs' | 'toUs', us: TimeUs, nearUs: number): boolean {
  const next = spans[firstAt(spans, (each) => each[edge] >= us - nearUs)];
  return next !== undefined && next[edge] <= us + nearUs;
}

/** Index of the first for which it is true; it stays so for all behind. */
function firstAt(spans: Spans, isThere: (span: Span) => boolean): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isThere(spans[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export const lengthOf = (spans: Spans): number => spans.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);

/** Every stretch with the names of those who have it, in order. */
export function layers<Name extends string>(byName: Readonly<Record<Name, Spans>>): (Span & { readonly names: readonly Name[] })[] {
  const names = Object.keys(byName) as Name[];
  const edges = [...new Set(names.flatMap((name) => byName[name].flatMap(({ fromUs, toUs }) => [fromUs, toUs])))].sort((a, b) => a - b);
  const sorted = names.map((name) => ({ name, spans: union(byName[name]), at: 0 }));
  const found: { fromUs: TimeUs; toUs: TimeUs; names: readonly Name[] }[] = [];
  for (let index = 0; index + 1 < edges.length; index++) {
    const fromUs = edges[index]!;
    const toUs = edges[index + 1]!;
    const holders = sorted.filter((each) => {
      while (each.at < each.spans.length && each.spans[each.at]!.toUs <= fromUs) each.at++;
      const span = each.spans[each.at];
      return span !== undefined && span.fromUs <= fromUs;
    });
    if (holders.length === 0) continue;
    const who = holders.map(({ name }) => name);
    const last = found.at(-1);
    if (last !== undefined && last.toUs === fromUs && last.names.length === who.length && last.names.every((name, at) => name === who[at])) last.toUs = toUs;
    else found.push({ fromUs, toUs, names: who });
  }
  return found;
}
