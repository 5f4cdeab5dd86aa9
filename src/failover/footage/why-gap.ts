import type { Reason, SayWith } from '../../contract/api/common.ts';
import type { ClockMark } from '../../contract/api/footage.ts';
import { clockGapText } from '../../contract/clock-mark.ts';
import { hasEdge } from '../../core/coverage.ts';
import type { RoleKind } from '../../core/role/types.ts';
import type { Span } from '../../core/units.ts';
import { maintenanceStep } from '../db/outages.ts';
import type { OutageView } from '../server-types.ts';
import { markOver } from './clock-marks.ts';
import type { Host, HostCoverage } from './sources.ts';

/** Sorted, without overlaps. */
export type SpansByHost = Readonly<Record<Host, readonly Span[]>>;

/** Whose footage ends where a gap begins, and whose begins where it ends. */
export interface Beside {
  readonly before: readonly Host[];
  readonly after: readonly Host[];
  /** It had recorded this, and deleted it since. */
  readonly deletedBy?: Host | undefined;
}

const hosts = ['monitored server', 'failover server'] as const;

/** @param nearUs edges that lie this close are the same moment: the hosts' clocks are known to some milliseconds only */
export function beside(byHost: SpansByHost, gap: Span, nearUs: number): Beside {
  return {
    before: hosts.filter((host) => hasEdge(byHost[host], 'toUs', gap.fromUs, nearUs)),
    after: hosts.filter((host) => hasEdge(byHost[host], 'fromUs', gap.toUs, nearUs)),
  };
}

interface Why {
  readonly reason: Reason;
  readonly unreachable: boolean;
}

/** A step is noticed with the next message or look at the clock. */
const nearStepUs = 10_000_000;

/** *Stop recording*, or removed while it was taken over. */
const stoppingStep: RoleKind = 'stopping';

const because = (code: string, text: string, parts?: SayWith): Why => ({ reason: { code, text, ...(parts === undefined ? {} : { with: parts }) }, unreachable: false });

/** `held`: somebody put the take-over off. */
const openingText = (cause: string, held: boolean): string =>
  `${sentence(cause)} This is the time until the failure was certain${held ? ', a maintenance held the take-over no longer,' : ''} and the camera was opened.`;

/** Each cause of an outage is a phrase; as the first of two sentences it needs its full stop. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`;

interface WhyFacts {
  readonly clockMarks?: readonly ClockMark[];
  readonly coverage: readonly HostCoverage[];
  readonly outages: readonly OutageView[];
  /** When the monitored server got new hardware. */
  readonly replacedUs?: readonly number[];
  /** Older footage is deleted by rule, unless it is locked. */
  readonly keptFromUs?: number;
}

/** Whole segments are deleted: the oldest that is kept begins up to so much later than the rule says. */
const segmentUs = 120_000_000;

/** The failover server had the camera from the gap's begin to its end: then no recorder's disk is to blame. */
const isOurs = (gap: Span) => ({ decidedMs, restoredMs }: OutageView): boolean => decidedMs !== null && decidedMs * 1000 <= gap.fromUs && (restoredMs === null || restoredMs * 1000 >= gap.toUs);

/** It began before the gap, and was not over well before the gap's end. */
const goesOnIn = (gap: Span) => ({ startedMs, endedMs }: OutageView): boolean => startedMs * 1000 <= gap.fromUs && (endedMs === null || endedMs * 1000 + nearStepUs >= gap.toUs);

/**
 * The reason for a gap, from what is certain: which host can be asked, who recorded on either side, and
 * which outage lay over it. Says no more than these tell. Pure.
 */
export function whyGap(facts: WhyFacts, { before, after, deletedBy }: Beside, gap: Span): Why {
  const silent = facts.coverage.find(({ answer }) => answer === null);
  if (silent?.reason) return { reason: silent.reason, unreachable: true };
  // Nothing is known of what lay on a disk that is gone: neither that it was recorded, nor that it was not.
  if (!before.includes('monitored server') && facts.replacedUs?.some((us) => us >= gap.toUs) && !facts.outages.some(isOurs(gap)))
    return because('disk replaced', 'The monitored server was replaced later: what it had recorded here was on its old disk, and went with it.');
  // Only what is locked is left of that time; an outage then is no reason for what is missing now.
  if (facts.keptFromUs !== undefined && gap.toUs <= facts.keptFromUs + segmentUs)
    return because('past retention', 'This is older than the footage of this camera is kept: what was recorded is deleted by rule, but for what is locked.');
  if (deletedBy !== undefined)
    return because('deleted', `The ${deletedBy} had recorded this and deleted it since: its disk was full, or this is older or more than it may keep.`, { host: deletedBy });
  if (facts.coverage.every(({ answer }) => answer?.spans.length === 0))
    return because('never recorded', 'No picture of this camera was ever recorded, or what was recorded is deleted by now. Look whether the camera can be reached.');
  const outage = facts.outages.find(({ startedMs, endedMs }) => startedMs * 1000 < gap.toUs + 1_000_000 && (endedMs === null || endedMs * 1000 > gap.fromUs));
  const mark = outage === undefined ? markOver(facts.clockMarks ?? [], gap, nearStepUs) : undefined;
  if (mark !== undefined) return because('times doubtful', clockGapText(mark.host, mark.movedMs), { host: mark.host, movedMs: mark.movedMs });
  const opening = ({ cause: { code, text }, steps }: OutageView): Why => {
    const isHeld = steps.some(({ to, atMs }) => to === maintenanceStep && atMs * 1000 >= gap.fromUs && atMs * 1000 <= gap.toUs);
    return because('detection and opening', openingText(text, isHeld), { code, text, held: isHeld ? 1 : 0 });
  };
  // The recorder had it back in between, and lost it and what it had recorded since.
  const again = facts.outages.find(({ startedMs, decidedMs }) => startedMs * 1000 >= gap.fromUs - 1_000_000 && decidedMs !== null && decidedMs * 1000 <= gap.toUs);
  if (again !== undefined && after.includes('failover server')) return opening(again);
  const isStopped = facts.outages.some(({ steps }) => steps.some(({ to, atMs }) => to === stoppingStep && Math.abs(atMs * 1000 - gap.fromUs) <= nearStepUs));
  if (before.includes('failover server') && isStopped)
    return because('stopped', 'A person stopped the recording of this server on the failover server; the monitored server recorded nothing yet.');
  if (before.includes('failover server') && after.includes('failover server'))
    return because('camera silent', 'The failover server recorded before and after: the camera sent no pictures, could not be reached, or the failover server itself stood still.');
  const isBetween = before.includes('failover server') && after.includes('monitored server');
  // It goes on long after the outage: what the recorder had back it did not keep.
  const isOver = isBetween && gap.toUs - gap.fromUs > nearStepUs && !facts.outages.some(goesOnIn(gap));
  if (isBetween && !isOver)
    return because('handed back', 'The camera was being handed back to the monitored server.');
  if (outage === undefined || isOver)
    return because(
      'not recorded',
      before.includes('monitored server') && after.includes('monitored server')
        ? 'The monitored server recorded before and after, and no outage was noticed: the camera sent no pictures, or the recorder did not keep them.'
        : 'The monitored server recorded nothing, and no outage was noticed.',
      { aroundIt: before.includes('monitored server') && after.includes('monitored server') ? 1 : 0 },
    );
  if (outage.decidedMs !== null && outage.decidedMs * 1000 <= gap.toUs && after.includes('failover server')) return opening(outage);
  return because(outage.cause.code, sentence(outage.cause.text));
}
