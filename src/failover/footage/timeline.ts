import { clip, layers, overlaps, uncovered, union } from '../../core/coverage.ts';
import type { Span } from '../../core/units.ts';
import type { ClockMark } from '../../contract/api/footage.ts';
import type { CameraTimeline } from './shapes.ts';
import type { EvidenceLock } from '../../video/contract.ts';
import type { Host, HostCoverage } from './sources.ts';
import type { OutageView } from '../server-types.ts';
import { beside, whyGap, type SpansByHost } from './why-gap.ts';

/**
 * Between the last picture of a run and the first of the next lies one picture's time, and clocks of
 * two hosts are known to some milliseconds only: shorter holes are no gaps.
 */
const joinUs = 150_000;

export interface TimelineFacts {
  readonly cameraId: string;
  readonly span: Span;
  /** What `coverage` was asked for; gaps that reach out of `span` are told as far as they are seen. `span` if missing. */
  readonly around?: Span;
  readonly coverage: readonly [HostCoverage, HostCoverage];
  readonly locks: readonly EvidenceLock[];
  readonly outages: readonly OutageView[];
  readonly clockMarks?: readonly ClockMark[];
  /** When its server got new hardware: what the old one had recorded is gone with its disk. */
  readonly replacedUs?: readonly number[];
  /** Since when the camera is to be recorded: without any footage, or with a machine that cannot be asked, all since then is a gap. Missing: not asked. */
  readonly promisedFromUs?: number;
  /** Older footage is deleted by rule, unless it is locked. Missing: no rule is known. */
  readonly keptFromUs?: number;
  readonly nowUs: number;
  /** Finer detail is merged. */
  readonly resolutionUs: number;
}

/** Who recorded what of one camera, and each gap with its reason. Pure. */
export function timelineOf(facts: TimelineFacts): CameraTimeline {
  const { span, coverage, locks, resolutionUs } = facts;
  const around = facts.around ?? span;
  const spansOf = (host: Host, within: Span) => union(clip(coverage.find((each) => each.host === host)?.answer?.spans ?? [], within), Math.max(joinUs, resolutionUs));
  const byHost = { 'monitored server': spansOf('monitored server', span), 'failover server': spansOf('failover server', span) };
  const allByHost = { 'monitored server': spansOf('monitored server', around), 'failover server': spansOf('failover server', around) };
  const runs = facts.outages.flatMap((outage) => outage.runs.filter((run) => run.cameraId === facts.cameraId && run.fate === 'provisional'));
  const provisional = union(runs.map(({ fromUs, toUs }) => ({ fromUs, toUs: toUs ?? facts.nowUs })));
  const locked = union(locks);
  const spans = layers(byHost)
    .filter(({ fromUs, toUs }) => toUs - fromUs > resolutionUs)
    .map(({ fromUs, toUs, names }) => ({
      fromUs,
      toUs,
      by: names.length === 2 ? ('both' as const) : names[0]!,
      provisional: names.length === 1 && names[0] === 'failover server' && overlaps(provisional, { fromUs, toUs }),
      locked: overlaps(locked, { fromUs, toUs }),
    }));
  return { cameraId: facts.cameraId, spans, gaps: gapsOf(facts, around, allByHost) };
}

/**
 * Holes between the first footage and now that touch the span. Before the first footage nothing was promised, unless there
 * is none at all, or a machine cannot be asked: what it has from before is not known, which is not the same as nothing.
 */
function gapsOf(facts: TimelineFacts, around: Span, byHost: SpansByHost): CameraTimeline['gaps'] {
  const covered = [...byHost['monitored server'], ...byHost['failover server']];
  if (covered.length === 0 && facts.promisedFromUs === undefined) return [];
  const isWhole = covered.length > 0 && facts.coverage.every(({ answer }) => answer !== null);
  const firstUs = covered.reduce((first, { fromUs }) => Math.min(first, fromUs), isWhole ? Infinity : (facts.promisedFromUs ?? Infinity));
  // The newest seconds are still on their way into the index.
  const within = { fromUs: Math.max(around.fromUs, firstUs), toUs: Math.min(around.toUs, facts.nowUs - 3_000_000) };
  if (within.toUs <= within.fromUs) return [];
  const touches = ({ fromUs, toUs }: Span): boolean => toUs > facts.span.fromUs && fromUs < facts.span.toUs;
  return uncovered(union(covered, joinUs), within)
    .filter((gap) => gap.toUs - gap.fromUs > joinUs && touches(gap))
    .flatMap((gap) => explained(facts, byHost, gap))
    .filter(touches);
}

/** A gap, in parts where only some of it was recorded and deleted since. */
function explained(facts: TimelineFacts, byHost: SpansByHost, gap: Span): CameraTimeline['gaps'] {
  const deleted = facts.coverage.flatMap(({ host, answer }) => clip(answer?.deleted ?? [], gap).map((span) => ({ ...span, host })));
  if (deleted.length === 0 || facts.coverage.some(({ answer }) => answer === null)) return [{ ...gap, ...whyGap(facts, beside(byHost, gap, joinUs), gap) }];
  // What is deleted was there: the rest is explained as it was then.
  const thenOf = (host: Host) => union([...byHost[host], ...deleted.filter((span) => span.host === host)], joinUs);
  const then = { 'monitored server': thenOf('monitored server'), 'failover server': thenOf('failover server') };
  const gone = union(deleted, joinUs).map(({ fromUs, toUs }) => ({ fromUs: fromUs - gap.fromUs > joinUs ? fromUs : gap.fromUs, toUs: gap.toUs - toUs > joinUs ? toUs : gap.toUs }));
  return [...gone, ...uncovered(gone, gap)]
    .toSorted((a, b) => a.fromUs - b.fromUs)
    .map((part) => {
      const deletedBy = gone.includes(part) ? deleted.find(({ fromUs, toUs }) => fromUs < part.toUs && toUs > part.fromUs)?.host : undefined;
      return { ...part, ...whyGap(facts, { ...beside(then, part, joinUs), deletedBy }, part) };
    })
    .reduce<CameraTimeline['gaps']>((told, part) => {
      const last = told.at(-1);
      return last?.reason.text === part.reason.text ? [...told.slice(0, -1), { ...last, toUs: part.toUs }] : [...told, part];
    }, []);
}
