import type { ClockMark } from '../../contract/api/footage.ts';
import { clockMarkText } from '../../contract/clock-mark.ts';
import { clip, uncovered, union } from '../../core/coverage.ts';
import type { Span, TimeUs } from '../../core/units.ts';
import type { ClockStep } from '../recording/clock-watch.ts';

type Step = Omit<ClockStep, 'sureFromMs'>;

/**
 * Where the times of footage are to be doubted, on the timeline of this failover server: times that a clock left out
 * when it was set ahead (what was recorded then lies elsewhere), and those that it lived through twice.
 * @param steps oldest first
 * @param offsetUs the recorder's clock minus ours now, by which its footage is placed
 */
export function clockMarks(steps: readonly Step[], offsetUs: number, nowUs: TimeUs): ClockMark[] {
  const own = steps.filter(({ serverId }) => serverId === '');
  const theirs = steps.filter(({ serverId }) => serverId !== '');
  return [...marksOf(theirs, 'monitored server', offsetUs, nowUs), ...marksOf(own, 'failover server', 0, nowUs)];
}

function marksOf(steps: readonly Step[], host: ClockMark['host'], offsetUs: number, nowUs: TimeUs): ClockMark[] {
  const at = steps.map(({ afterMs, movedMs }) => ({ beforeUs: Math.round((afterMs - movedMs) * 1000 - offsetUs), afterUs: Math.round(afterMs * 1000 - offsetUs), movedMs: Math.round(movedMs) }));
  const lived = [...at, null].map((step, n): Span => {
    const fromUs = at[n - 1]?.afterUs ?? 0;
    return { fromUs, toUs: Math.max(fromUs, step?.beforeUs ?? nowUs) };
  });
  const mark = (span: Span, movedMs: number): ClockMark => ({ fromUs: span.fromUs, toUs: span.toUs, host, movedMs, text: clockMarkText(host, movedMs) });
  const leftOut = at.flatMap(({ beforeUs, afterUs, movedMs }) => (movedMs > 0 ? uncovered(union(lived), { fromUs: beforeUs, toUs: Math.min(afterUs, nowUs) }).map((span) => mark(span, movedMs)) : []));
  const twice = lived.flatMap((now, n) => {
    const back = at.slice(0, n).findLast(({ movedMs }) => movedMs < 0);
    return back === undefined ? [] : clip(union(lived.slice(0, n)), now).map((span) => mark(span, back.movedMs));
  });
  return [...leftOut, ...twice];
}

/** A gap in times that a clock left out proves nothing. */
export const markOver = (marks: readonly ClockMark[], gap: Span, nearUs: number): ClockMark | undefined =>
  marks.find(({ fromUs, toUs }) => gap.fromUs >= fromUs - nearUs && gap.toUs <= toUs + nearUs);
