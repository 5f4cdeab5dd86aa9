/** Set operations on half-open spans that core/coverage.ts does not have. Pure. */
import { uncovered, union } from '../../core/coverage.ts';
import type { Span } from '../../core/units.ts';

export function subtract(from: readonly Span[], what: readonly Span[]): Span[] {
  return union(from).flatMap((span) => uncovered(what, span));
}

export function covers(spans: readonly Span[], what: Span): boolean {
  return union(spans).some((span) => span.fromUs <= what.fromUs && span.toUs >= what.toUs);
}

export function contains(spans: readonly Span[], timeUs: number): boolean {
  return spans.some((span) => timeUs >= span.fromUs && timeUs < span.toUs);
}
