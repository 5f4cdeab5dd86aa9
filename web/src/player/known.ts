import type { Timeline } from '../../../src/contract/api/footage.ts';

/** What the timeline knows, per camera id. */
export type KnownFootage = ReadonlyMap<string, Timeline['cameras'][number]>;

/** Shorter gaps are not worth asking around: the stream has them as they are. */
const skippedUs = 2e6;

/** End of the known gap in which `us` lies, else `us`. A gap up to the end of what was asked is no known end. */
export function gapEndAt(known: KnownFootage, camera: string, us: number): number {
  const timeline = known.get(camera);
  const last = timeline?.spans.at(-1)?.toUs ?? 0;
  const gap = timeline?.gaps.find(({ fromUs, toUs }) => fromUs <= us && us < toUs && toUs <= last && toUs - fromUs >= skippedUs);
  return gap === undefined ? us : gap.toUs;
}

/** Known footage between two moments, µs. */
export function knownBetween(known: KnownFootage, camera: string, fromUs: number, toUs: number): number {
  return (known.get(camera)?.spans ?? []).reduce((sum, span) => sum + Math.max(0, Math.min(span.toUs, toUs) - Math.max(span.fromUs, fromUs)), 0);
}

export function nextSpanAfter(known: KnownFootage, camera: string, us: number): number | null {
  return known.get(camera)?.spans.find(({ fromUs }) => fromUs > us)?.fromUs ?? null;
}
