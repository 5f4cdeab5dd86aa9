import type { Outage, OutageReport } from '../../contract/api/outages.ts';
import type { Span } from '../../core/units.ts';
import type { OutageFigures } from '../db/outage-figures.ts';
import type { FailoverServer, OutageView } from '../server-types.ts';
import { clockMarks } from './clock-marks.ts';
import { replacementsOf } from './replacements.ts';
import { coverageAround, type HostCoverage, offsetUs } from './sources.ts';
import { timelineOf } from './timeline.ts';

/** A little more than the outage itself: both ends of every seam are in it. */
const marginMs = 10_000;
const atOnce = 8;

/** A report is read by people, and kept: what is beyond is summed up. Of one camera, and of all together. */
const mostOfCamera = 500;
const mostOfAll = 100_000;
const leastOfCamera = 20;

type Gap = OutageReport['perCamera'][number]['gaps'][number];

const lengthOfGaps = (gaps: readonly Gap[]): number => gaps.reduce((sum, { gapMs }) => sum + gapMs, 0);
/** Nobody knows whether there is footage: neither missing nor kept, and told apart. */
const isUnknown = ({ unreachable }: Gap): boolean => unreachable;
const isMissing = (gap: Gap): boolean => !isUnknown(gap);

/** The first ones, and the rest as one. */
function listed(gaps: readonly Gap[], most: number): Gap[] {
  const rest = gaps.slice(most - 1);
  const [first, last] = [rest[0], rest.at(-1)];
  if (rest.length < 2 || first === undefined || last === undefined) return [...gaps];
  const reason = { code: 'more gaps', text: `${rest.length} further gaps, together; the timeline of the camera shows each.`, with: { count: rest.length } };
  return [...gaps.slice(0, most - 1), { ...first, toUs: last.toUs, reason, gapMs: lengthOfGaps(rest) }];
}

const whole = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

export function outageOf(view: OutageView, measured: OutageFigures | null): Outage {
  return {
    id: view.id,
    serverId: view.serverId,
    serverName: view.serverName,
    trigger: view.cause,
    startedMs: Math.round(view.startedMs),
    endedMs: whole(view.endedMs),
    takenOver: view.decidedMs !== null,
    decidedMs: whole(view.decidedMs),
    restoredMs: whole(view.restoredMs),
    cameras: measured?.cameras ?? new Set(view.runs.map(({ cameraId }) => cameraId)).size,
    // While it goes on nobody knows what will be missing: not told, rather than told as nothing.
    gapMs: measured === null || view.endedMs === null ? null : Math.round(measured.gapMs),
    worstGapMs: measured === null || view.endedMs === null ? null : Math.round(measured.worstGapMs),
    standby: view.standby,
  };
}

/** A server may have been removed by mistake, and is added again. */
const removedForMs = 3_600_000;

/** What both machines say of an outage. */
export interface Measured extends OutageFigures {
  /** It will not change any more: both answered exactly, or one of them never will (then `missing` says so). */
  readonly final: boolean;
  readonly over: boolean;
  readonly missing: readonly { readonly code: string; readonly text: string }[];
  readonly span: Span;
  readonly perCamera: OutageReport['perCamera'];
}

function spanOf(view: OutageView, nowMs: number): Span {
  // An outage ends when the role is back; what was written until then belongs to it.
  const runsUs = view.runs.flatMap(({ fromUs, toUs }) => [fromUs, toUs ?? fromUs]);
  const fromUs = Math.min(view.startedMs * 1000, ...runsUs) - marginMs * 1000;
  const toUs = Math.min(Math.max((view.endedMs ?? nowMs) * 1000, ...runsUs) + marginMs * 1000, nowMs * 1000);
  return { fromUs: Math.round(fromUs), toUs: Math.round(Math.max(toUs, fromUs + 1)) };
}

export async function measure(server: FailoverServer, view: OutageView, nowMs: number): Promise<Measured> {
  const span = spanOf(view, nowMs);
  const cameras = camerasOf(server, view);
  const replacedUs = replacementsOf(server, view.serverId);
  const marks = clockMarks(server.clockSteps(view.serverId), offsetUs(server, view.serverId), nowMs * 1000);
  const missing = new Map<string, { readonly code: string; readonly text: string }>();
  const perCamera: OutageReport['perCamera'] = [];
  let exact = true;
  let ownIsExact = true;
  /** It answered for none of several cameras: the others are not asked, each would be waited for. */
  let silent: HostCoverage['reason'] = null;
  const most = Math.max(leastOfCamera, Math.min(mostOfCamera, Math.floor(mostOfAll / Math.max(1, cameras.length))));
  const note = ({ answer, host, reason }: HostCoverage): void => {
    if (answer === null && reason) missing.set(host, reason);
    if (answer?.exactness === 'approximate') missing.set(`${host} approximate`, { code: 'approximate', text: `The ${host} knows its coverage only approximately.` });
    exact &&= answer?.exactness === 'exact';
    if (host === 'failover server') ownIsExact &&= answer?.exactness === 'exact';
  };
  for (let at = 0; at < cameras.length; at += atOnce) {
    const answers: HostCoverage[] = [];
    perCamera.push(
      ...(await Promise.all(
        cameras.slice(at, at + atOnce).map(async ({ cameraId, name }) => {
          const { coverage, around } = await coverageAround(server, { serverId: view.serverId, cameraId }, span, silent);
          for (const each of coverage) note(each);
          answers.push(coverage[0]);
          const line = timelineOf({ cameraId, span, around, coverage, locks: [], outages: [view], clockMarks: marks, replacedUs, nowUs: nowMs * 1000, resolutionUs: 0 });
          const gaps = line.gaps.map((gap) => ({ ...gap, gapMs: (gap.toUs - gap.fromUs) / 1000 }));
          return { cameraId, name, spans: line.spans.slice(0, most), gaps: listed(gaps, most), gapMs: lengthOfGaps(gaps.filter(isMissing)), unknownMs: lengthOfGaps(gaps.filter(isUnknown)), firstFrameAfterDecisionMs: firstFrame(view, cameraId) };
        }),
      )),
    );
    if (answers.every(({ answer }) => answer === null)) silent = answers[0]?.reason ?? null;
  }
  const settled = view.endedMs !== null && nowMs - view.endedMs > marginMs + 5_000;
  if (view.endedMs !== null && !settled) missing.set('time', { code: 'too early', text: 'The newest seconds are not indexed yet.' });
  const waits = view.runs.some(({ fate }) => fate === 'provisional');
  // What its recorder has nobody will ever tell.
  const isClosed = server.find(view.serverId) === null && view.endedMs !== null && nowMs - view.endedMs >= removedForMs && ownIsExact && !waits;
  if (waits) missing.set('provisional', { code: 'provisional', text: 'Provisional footage waits for the word of the recorder.' });
  const final = (exact && settled && missing.size === 0) || isClosed;
  // Nobody will ever tell by which clock each piece was recorded: it is said, and waited for no longer.
  if (view.timesSureFromMs !== null && view.timesSureFromMs * 1000 > span.fromUs)
    missing.set('clock', { code: 'clock set', text: 'A clock was set during or after this outage: footage of before it lies by the clock of then, so gaps and what both recorded may be told wrongly.' });
  return {
    final,
    over: view.endedMs !== null,
    cameras: perCamera.length,
    missing: [...missing.values()],
    span,
    perCamera,
    gapMs: perCamera.reduce((sum, { gapMs }) => sum + gapMs, 0),
    worstGapMs: Math.max(0, ...perCamera.map(({ gapMs }) => gapMs)),
    // A gap may begin before the loss was noticed: what was missing by then was promised too.
    promisedMs: perCamera.reduce((sum, { gaps, unknownMs }) => sum - unknownMs + (span.toUs - gaps.reduce((first, { fromUs }) => Math.min(first, fromUs), span.fromUs)) / 1000, 0),
  };
}

/** One that is switched off is promised to nobody, unless it was written here then. */
function camerasOf(server: FailoverServer, view: OutageView): readonly { readonly cameraId: string; readonly name: string }[] {
  const known = server.servers().find(({ id }) => id === view.serverId)?.cameras.filter(({ enabled }) => enabled).map(({ id, name }) => ({ cameraId: id, name })) ?? [];
  const ids = new Set(known.map(({ cameraId }) => cameraId));
  const gone = view.runs.filter(({ cameraId }) => !ids.has(cameraId) && ids.add(cameraId)).map(({ cameraId, name }) => ({ cameraId, name }));
  return [...known, ...gone];
}

function firstFrame(view: OutageView, cameraId: string): number | null {
  if (view.decidedMs === null) return null;
  const firstUs = Math.min(...view.runs.filter((run) => run.cameraId === cameraId && (run.toUs ?? run.fromUs) >= view.decidedMs! * 1000).map(({ fromUs }) => fromUs));
  // Pre-roll begins before the decision: then it is negative, and that is the point of it.
  return Number.isFinite(firstUs) ? firstUs / 1000 - view.decidedMs : null;
}

export function reportOf(view: OutageView, measured: Measured): OutageReport {
  return {
    ...outageOf(view, measured),
    state: view.endedMs === null ? 'open' : !measured.final ? 'preliminary' : measured.missing.length > 0 ? 'closed' : 'final',
    missing: [...measured.missing],
    span: measured.span,
    steps: view.steps.map((step) => ({ ...step, atMs: Math.round(step.atMs) })),
    perCamera: measured.perCamera,
    totals: {
      promisedMs: measured.promisedMs,
      keptMs: Math.max(0, measured.promisedMs - measured.gapMs),
      gapMs: measured.gapMs,
      unknownMs: measured.perCamera.reduce((sum, { unknownMs }) => sum + unknownMs, 0),
    },
  };
}
