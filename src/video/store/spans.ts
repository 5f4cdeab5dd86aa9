/** Set operations on half-open spans. Pure. */
import type { Span } from '../../core/units.ts';

/** Sorted, overlapping and touching ones joined, empty ones gone. */
export function unite(spans: readonly Span[]): Span[] {
  const out: { fromUs: number; toUs: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = out.at(-1);
    if (span.toUs <= span.fromUs) continue;
    if (last !== undefined && span.fromUs <= last.toUs) last.toUs = Math.max(last.toUs, span.toUs);
    else out.push({ fromUs: span.fromUs, toUs: span.toUs });
  }
  return out;
}

export function subtract(from: readonly Span[], what: readonly Span[]): Span[] {
  const holes = unite(what);
  return unite(from).flatMap((span) => {
    const out: Span[] = [];
    let { fromUs } = span;
    for (const hole of holes) {
      if (hole.toUs <= fromUs || hole.fromUs >= span.toUs) continue;
      if (hole.fromUs > fromUs) out.push({ fromUs, toUs: hole.fromUs });
      fromUs = Math.max(fromUs, hole.toUs);
    }
    if (fromUs < span.toUs) out.push({ fromUs, toUs: span.toUs });
    return out;
  });
}

export function clip(spans: readonly Span[], within: Span): Span[] {
  return spans.flatMap((span) => {
    const fromUs = Math.max(span.fromUs, within.fromUs);
    const toUs = Math.min(span.toUs, within.toUs);
    return fromUs < toUs ? [{ fromUs, toUs }] : [];
  });
}

export function covers(spans: readonly Span[], what: Span): boolean {
  return unite(spans).some((span) => span.fromUs <= what.fromUs && span.toUs >= what.toUs);
}

export function contains(spans: readonly Span[], timeUs: number): boolean {
  return spans.some((span) => timeUs >= span.fromUs && timeUs < span.toUs);
}
