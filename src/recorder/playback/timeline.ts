/** One timeline of a camera: the recorder's own footage, and what is missing here from its failover servers. */
import { clip, union, uncovered } from '../../core/coverage.ts';
import type { FailoverPointer } from '../../core/ini.ts';
import type { CameraKey, Span, TimeUs } from '../../core/units.ts';
import type { FootageReader } from '../../video/contract.ts';
import type { FootageSource } from '../../video/playback/merge.ts';
import { askRemote, type RemoteAnswer, type RemotePorts } from './remote.ts';

export interface CameraTimeline {
  /** `by`: `recorder`, or the address of the failover server. */
  readonly spans: readonly (Span & { readonly by: string })[];
  /** `unreachable`: there may be footage on a host that does not answer now. */
  readonly gaps: readonly (Span & { readonly reason: string; readonly unreachable: boolean })[];
  readonly hosts: readonly { readonly address: string; readonly reachable: boolean; readonly reason: string | null }[];
  /** For playing; the recorder's own first. */
  readonly sources: readonly FootageSource[];
}

/** Asks failover servers only for what is missing here, so that one that is down delays nothing else. */
export async function cameraTimeline(
  own: Omit<FootageReader, 'close'>,
  remote: {
    readonly ports: RemotePorts;
    readonly pointers: readonly FailoverPointer[];
    /** What is missing later than this may only not be indexed yet. */
    readonly settledUs: TimeUs;
  },
  camera: CameraKey,
  span: Span,
): Promise<CameraTimeline> {
  const here = union(clip((await own.coverage(camera, span)).spans, span));
  const holes = uncovered(here, { fromUs: span.fromUs, toUs: Math.min(span.toUs, Math.max(remote.settledUs, here.at(-1)?.toUs ?? 0)) });
  const addresses = [...new Map(remote.pointers.map((pointer) => [pointer.failoverAddress, pointer])).values()];
  const answers = holes.length === 0 ? [] : await Promise.all(addresses.map((pointer) => askRemote(remote.ports, pointer, camera, span)));
  return joined(here, holes, answers, ownSource(own, camera));
}

function joined(here: readonly Span[], holes: readonly Span[], answers: readonly RemoteAnswer[], own: FootageSource): CameraTimeline {
  const spans: (Span & { readonly by: string })[] = here.map((one) => ({ ...one, by: 'recorder' }));
  let missing = holes;
  for (const answer of answers) {
    if (!answer.reachable) continue;
    const filled = missing.flatMap((hole) => union(clip(answer.spans, hole)));
    spans.push(...filled.map((one) => ({ ...one, by: answer.address })));
    missing = missing.flatMap((hole) => uncovered(filled, hole));
  }
  const silent = answers.flatMap((answer) => (answer.reachable ? [] : [`${answer.address} (${answer.reason})`]));
  const reason = silent.length === 0 ? 'Nobody recorded.' : `Not recorded here; there may be footage on ${silent.join(' and ')}, which cannot be reached.`;
  return {
    spans: spans.toSorted((a, b) => a.fromUs - b.fromUs),
    gaps: missing.map((one) => ({ ...one, reason, unreachable: silent.length > 0 })),
    hosts: answers.map((answer) => ({ address: answer.address, reachable: answer.reachable, reason: answer.reachable ? null : answer.reason })),
    sources: [own, ...answers.flatMap((answer) => (answer.reachable && answer.spans.length > 0 ? [answer.source] : []))],
  };
}

const ownSource = (own: Omit<FootageReader, 'close'>, camera: CameraKey): FootageSource => ({
  id: 'recorder',
  shiftUs: 0,
  rows: (span) => own.rows(camera, span),
  read: (span) => own.read(camera, span),
});
