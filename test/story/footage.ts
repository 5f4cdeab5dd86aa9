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

/** Merged footage of one camera, as any client gets it (`play`) or downloads it (`clip`), counted by the simulator's stamps. */
export async function countFootage(site: Site, recorder: RecorderSite, camera: string, span: Stretch, how: 'play' | 'clip' = 'play'): Promise<Continuity> {
  const params = { server: recorder.serverId, camera };
  const query = { fromUs: span.fromMs * 1000, toUs: span.toMs * 1000 };
  const answer = how === 'play' ? await site.api.fetch('footage.play', { params, query: { ...query, audio: 'false' } }) : await site.api.fetch('footage.clip', { params, query });
  return checkContinuity(stampsOfMp4(new Uint8Array(await answer.arrayBuffer())), countedOf(span));
}

/** Missing frames of the part `[fromMs, toMs)`. */
export function missingWithin(counted: Continuity, fromMs: number, toMs: number): number {
  const from = frameAt(fromMs);
  const to = frameAt(toMs) - 1;
  return counted.missingRanges.reduce((sum, [first, last]) => sum + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1), 0);
}
