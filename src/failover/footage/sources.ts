import { shifted } from '../../core/coverage.ts';
import { isConcludedFromSilence } from '../../core/detector/questions.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import { decodeBatches, decodeRows } from '../../contract/footage-wire.ts';
import type { CoverageAnswer } from '../../video/contract.ts';
import type { FootageSource } from '../../video/playback/merge.ts';
import type { FailoverServer, ServerView } from '../server-types.ts';

export type Host = 'monitored server' | 'failover server';

/** One machine's answer: in times of this failover server, or why there is none. */
export interface HostCoverage {
  readonly host: Host;
  readonly answer: CoverageAnswer | null;
  readonly reason: { readonly code: string; readonly text: string } | null;
}

/** A dead host is asked no longer than a person waits. */
const askMs = 3_000;

type Asked = Pick<ServerView, 'link' | 'detector'>;

/** Whose host is gone, not just its recorder. Its connection may still stand: without power nothing ends it for a quarter of an hour. */
const hostIsSilent = ({ detector }: Asked): boolean => detector.code !== null && isConcludedFromSilence(detector.code);

/** Would it answer? A connection alone proves nothing. Pure. */
export const canBeAsked = (view: Asked): boolean => view.link.connected && !hostIsSilent(view);

/** Will it answer at once, so that a picture may wait for it? Pure. */
export const answersAtOnce = (view: Asked): boolean => canBeAsked(view) && view.detector.state !== 'suspect';

/** Recorder's clock minus ours, µs; 0 until the link measured it. */
export function offsetUs(server: FailoverServer, serverId: string): number {
  const view = server.servers().find(({ id }) => id === serverId);
  return Math.round((view?.link.clockOffsetMs ?? 0) * 1000);
}

/**
 * The two machines that may have footage of a camera, as sources of one timeline in our own time. `isAsked`: a picture
 * does not wait for a machine that is silent; a clip, which is evidence, rather fails than lacks a part.
 */
export function sourcesOf(server: FailoverServer, camera: CameraKey, isAsked: (view: ServerView) => boolean): FootageSource[] {
  const view = server.servers().find(({ id }) => id === camera.serverId);
  const own: FootageSource = {
    id: 'failover server',
    shiftUs: 0,
    rows: (span) => server.store.rows(camera, span),
    read: (span) => server.store.read(camera, span),
  };
  if (view === undefined || !isAsked(view)) return [own];
  const params = (span: Span) => ({ ...camera, span: { fromUs: Math.round(span.fromUs), toUs: Math.round(span.toUs) } });
  const remote: FootageSource = {
    id: 'monitored server',
    shiftUs: -offsetUs(server, camera.serverId),
    async *rows(span) {
      yield* decodeRows((await server.link.bulk(camera.serverId, 'footage.rows', params(span))).body);
    },
    async *read(span) {
      yield* decodeBatches((await server.link.bulk(camera.serverId, 'footage.read', params(span))).body);
    },
  };
  return [remote, own];
}

/** `silent`: why the monitored server is not asked at all. */
export async function coverageOf(server: FailoverServer, camera: CameraKey, span: Span, silent: HostCoverage['reason'] = null): Promise<readonly [monitored: HostCoverage, own: HostCoverage]> {
  const offset = offsetUs(server, camera.serverId);
  const [own, monitored] = await Promise.all([
    server.store.coverage(camera, span).then(
      (answer): HostCoverage => ({ host: 'failover server', answer, reason: null }),
      (error: unknown): HostCoverage => ({ host: 'failover server', answer: null, reason: reasonOf(error) }),
    ),
    askMonitored(server, camera, silent, { fromUs: Math.round(span.fromUs + offset), toUs: Math.round(span.toUs + offset) }).then(
      (answer): HostCoverage => ({ host: 'monitored server', answer: { ...answer, spans: shifted(answer.spans, -offset), deleted: shifted(answer.deleted ?? [], -offset) }, reason: null }),
      (error: unknown): HostCoverage => ({ host: 'monitored server', answer: null, reason: reasonOf(error) }),
    ),
  ]);
  return [monitored, own];
}

/**
 * Looked at beyond a span: a gap at its edge, or all around it, is told in its true length. So far
 * behind it, and so far back, one after the other until footage is found: all of a month is asked for
 * only where nothing lies nearer. An outage of 100 silent cameras held the agent for 8 s.
 */
const minuteUs = 60_000_000;
const behindUs = 10 * minuteUs;
const backUs = [10 * minuteUs, 180 * minuteUs, 2 * 1_440 * minuteUs, 31 * 1_440 * minuteUs];

/** Coverage of a span and of what lies around it. A monitored server that did not answer is not asked again. */
export async function coverageAround(server: FailoverServer, camera: CameraKey, span: Span, silent: HostCoverage['reason'] = null, step = 0): Promise<{ readonly coverage: Awaited<ReturnType<typeof coverageOf>>; readonly around: Span }> {
  const around = { fromUs: Math.max(0, span.fromUs - (backUs[step] ?? Infinity)), toUs: span.toUs + behindUs };
  const coverage = await coverageOf(server, camera, around, silent);
  const found = coverage.some(({ answer }) => answer?.spans.some(({ fromUs }) => fromUs < span.fromUs));
  if (found || step >= backUs.length - 1) return { coverage, around };
  return await coverageAround(server, camera, span, coverage[0].reason, step + 1);
}

async function askMonitored(server: FailoverServer, camera: CameraKey, silent: HostCoverage['reason'], span: Span): Promise<CoverageAnswer> {
  if (silent !== null) throw new UnderstudyError('link.unreachable', silent.text);
  const view = server.servers().find(({ id }) => id === camera.serverId);
  if (view === undefined) throw new UnderstudyError('input.not-found', 'The server is no longer monitored.');
  // Not even asked: the screen must not wait for a host that is known to be silent.
  if (!canBeAsked(view)) throw new UnderstudyError('link.unreachable', `${view.name} cannot be reached; what it recorded is not known now.`);
  return await server.link.request(camera.serverId, 'footage.coverage', { ...camera, span }, askMs);
}

function reasonOf(error: unknown): { readonly code: string; readonly text: string } {
  return error instanceof UnderstudyError ? { code: error.code, text: error.message } : { code: 'process.defect', text: String(error) };
}
