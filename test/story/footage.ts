import type { Site, RecorderSite } from '../../src/cli/site/site.ts';
import { checkContinuity, stampsOfMp4, type Continuity } from '../../sim/cameras/count.ts';
import { FRAME_MS } from '../../sim/cameras/options.ts';

/** Frame number that a simulated camera shows at a moment. */
export const frameAt = (ms: number): number => Math.floor(ms / FRAME_MS);

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The ends of a stretch are left out: pictures arrive a little later than they are taken. */
const edgeMs = 1_000;

export const countedOf = ({ fromMs, toMs }: Stretch): { readonly from: number; readonly to: number } => ({ from: frameAt(fromMs + edgeMs), to: frameAt(toMs - edgeMs) });

export interface How {
  /** As any client gets it, or downloads it. */
  readonly as?: 'play' | 'clip';
  /** Where the footage of the span lies by a clock that was wrong; else where it was taken. */
  readonly lies?: readonly Stretch[] | undefined;
}

/** Merged footage of one camera, counted by the simulator's stamps, which never go wrong. */
export async function countFootage(site: Site, recorder: RecorderSite, camera: string, span: Stretch, { as = 'play', lies = [span] }: How = {}): Promise<Continuity> {
  const params = { server: recorder.serverId, camera };
  const stamps = [];
  for (const { fromMs, toMs } of lies) {
    const query = { fromUs: fromMs * 1000, toUs: toMs * 1000 };
    const answer = as === 'play' ? await site.api.fetch('footage.play', { params, query: { ...query, audio: 'false' } }) : await site.api.fetch('footage.clip', { params, query });
    stamps.push(...stampsOfMp4(new Uint8Array(await answer.arrayBuffer())));
  }
  // Between places that have nothing to do with each other there is no order.
  const inOrder = lies.length > 1 ? stamps.toSorted((a, b) => a.frame - b.frame) : stamps;
  return checkContinuity(inOrder, countedOf(span));
}

/** Missing frames of the part `[fromMs, toMs)`. */
export function missingWithin(counted: Continuity, fromMs: number, toMs: number): number {
  const from = frameAt(fromMs);
  const to = frameAt(toMs) - 1;
  return counted.missingRanges.reduce((sum, [first, last]) => sum + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1), 0);
}
