import type { Site, RecorderSite } from '../../src/cli/site/site.ts';
import { checkContinuity, stampsOfMp4, type Continuity } from '../../sim/cameras/count.ts';
import { FRAME_MS } from '../../sim/cameras/options.ts';

/** Frame number that a simulated camera shows at a moment. */
export const frameAt = (ms: number): number => Math.floor(ms / FRAME_MS);

/** Merged footage of one camera, as any client gets it, counted by the simulator's stamps. */
export async function countFootage(site: Site, recorder: RecorderSite, camera: string, span: { readonly fromMs: number; readonly toMs: number }): Promise<Continuity> {
  const answer = await site.api.fetch('footage.play', {
    params: { server: recorder.serverId, camera },
    query: { fromUs: span.fromMs * 1000, toUs: span.toMs * 1000, audio: 'false' },
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const stamps = stampsOfMp4(bytes);
  return checkContinuity(stamps, { from: frameAt(span.fromMs + 1_000), to: frameAt(span.toMs - 1_000) });
}

/** Missing frames of the part `[fromMs, toMs)`. */
export function missingWithin(counted: Continuity, fromMs: number, toMs: number): number {
  const from = frameAt(fromMs);
  const to = frameAt(toMs) - 1;
  return counted.missingRanges.reduce((sum, [first, last]) => sum + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1), 0);
}
