/** When provisional writing may stop, and what of provisional footage may be dropped. Pure. */
import type { CameraReport } from '../../core/detector/types.ts';
import type { Span, TimeUs } from '../../core/units.ts';

/** How long we go on if the recorder never mentions the camera again (it left its settings). */
export const unmentionedMs = 60_000;

/**
 * The recorder writes this camera again, and has for at least a GOP: the overlap is on its disk. Its
 * clock is its own, so only differences of its times are used. `report`: of a keep-alive that came
 * after the provisional writing began, from a recorder that is alive.
 */
export function recorderWritesAgain(report: CameraReport, gopMs: number): boolean {
  if (report.newestUs === null || report.sinceUs === null) return false;
  return report.newestUs - report.sinceUs >= Math.max(gopMs, 1000) * 1000;
}

/** Our clock → theirs. */
export const shifted = (span: Span, offsetMs: number): Span => ({
  fromUs: Math.round(span.fromUs + offsetMs * 1000),
  toUs: Math.round(span.toUs + offsetMs * 1000),
});

/**
 * What of `run` the recorder provably has: its exact, durable spans (on its clock), moved to our clock
 * and made shorter at both ends by `marginUs` (clock error + one GOP), so that the seam stays ours.
 * A span that reaches over an end of the run is not shortened there.
 */
export function provenDouble(run: Span, theirs: readonly Span[], offsetMs: number, durableUntilUs: TimeUs | null, marginUs: number): readonly Span[] {
  if (durableUntilUs === null) return [];
  const proven: Span[] = [];
  for (const span of theirs) {
    const durable = { fromUs: span.fromUs, toUs: Math.min(span.toUs, durableUntilUs) };
    const ours = shifted(durable, -offsetMs);
    const fromUs = Math.max(run.fromUs, Math.ceil(ours.fromUs + marginUs));
    const toUs = Math.min(run.toUs, Math.floor(ours.toUs - marginUs));
    if (toUs > fromUs) proven.push({ fromUs, toUs });
  }
  return proven;
}

/** The proven spans leave nothing of the run. */
export const coversAll = (run: Span, proven: readonly Span[]): boolean => {
  let upTo = run.fromUs;
  for (const span of proven.toSorted((a, b) => a.fromUs - b.fromUs)) {
    if (span.fromUs > upTo) return false;
    upTo = Math.max(upTo, span.toUs);
  }
  return upTo >= run.toUs;
};
