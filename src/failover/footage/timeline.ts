import { clip, layers, uncovered, union } from '../../core/coverage.ts';
import type { Span } from '../../core/units.ts';
import type { CameraTimeline } from './shapes.ts';
import type { EvidenceLock } from '../../video/contract.ts';
import type { Host, HostCoverage } from './sources.ts';
import type { OutageView } from '../server-types.ts';

/**
 * Between the last picture of a run and the first of the next lies one picture's time, and clocks of
 * two hosts are known to some milliseconds only: shorter holes are no gaps.
 */
const joinUs = 150_000;

export interface TimelineFacts {
  readonly cameraId: string;
  readonly span: Span;
  readonly coverage: readonly [HostCoverage, HostCoverage];
  readonly locks: readonly EvidenceLock[];
  readonly outages: readonly OutageView[];
  readonly nowUs: number;
  /** Finer detail is merged. */
  readonly resolutionUs: number;
}

/** Who recorded what of one camera, and each gap with its reason. Pure. */
export function timelineOf(facts: TimelineFacts): CameraTimeline {
  const { span, coverage, locks, resolutionUs } = facts;
  const spansOf = (host: Host) => union(clip(coverage.find((each) => each.host === host)?.answer?.spans ?? [], span), Math.max(joinUs, resolutionUs));
  const byHost = { 'monitored server': spansOf('monitored server'), 'failover server': spansOf('failover server') };
  const provisional = facts.outages.flatMap((outage) => outage.runs.filter((run) => run.cameraId === facts.cameraId && run.fate === 'provisional'));
  const spans = layers(byHost)
    .filter(({ fromUs, toUs }) => toUs - fromUs > resolutionUs)
    .map(({ fromUs, toUs, names }) => ({
      fromUs,
      toUs,
      by: names.length === 2 ? ('both' as const) : names[0]!,
      provisional: names.length === 1 && names[0] === 'failover server' && provisional.some((run) => run.fromUs < toUs && (run.toUs ?? facts.nowUs) > fromUs),
      locked: locks.some((lock) => lock.fromUs < toUs && lock.toUs > fromUs),
    }));
  return { cameraId: facts.cameraId, spans, gaps: gapsOf(facts, [...byHost['monitored server'], ...byHost['failover server']]) };
}

/** Holes between the first footage and now. Before the first footage nothing was promised. */
function gapsOf(facts: TimelineFacts, covered: readonly Span[]): CameraTimeline['gaps'] {
  if (covered.length === 0) return [];
  const firstUs = Math.min(...covered.map(({ fromUs }) => fromUs));
  // The newest seconds are still on their way into the index.
  const within = { fromUs: Math.max(facts.span.fromUs, firstUs), toUs: Math.min(facts.span.toUs, facts.nowUs - 3_000_000) };
  if (within.toUs <= within.fromUs) return [];
  return uncovered(union(covered, joinUs), within)
    .filter(({ fromUs, toUs }) => toUs - fromUs > joinUs)
    .map((gap) => ({ ...gap, ...whyGap(facts, gap) }));
}

function whyGap({ coverage, outages }: TimelineFacts, gap: Span): { readonly reason: { readonly code: string; readonly text: string }; readonly unreachable: boolean } {
  const silent = coverage.find(({ answer }) => answer === null);
  if (silent?.reason) return { reason: silent.reason, unreachable: true };
  const outage = outages.find(({ startedMs, endedMs }) => startedMs * 1000 < gap.toUs + 1_000_000 && (endedMs === null || endedMs * 1000 > gap.fromUs));
  if (outage === undefined) return { reason: { code: 'not recorded', text: 'The monitored server recorded nothing, and no outage was noticed.' }, unreachable: false };
  if (outage.decidedMs !== null && outage.decidedMs * 1000 <= gap.toUs)
    return { reason: { code: 'detection and opening', text: `${outage.cause.text} This is the time until the failure was certain and the camera was opened.` }, unreachable: false };
  return { reason: { code: outage.cause.code, text: outage.cause.text }, unreachable: false };
}
