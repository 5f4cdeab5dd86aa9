import type { Clock } from '../../platform/clock.ts';

/** The clocks may have been read one after the other, with a pause of ours in between; a suspend is longer. */
const noticedMs = 100;
/** Where the wall clock stood still too, a suspend shows that much later. */
const longestMs = 1000;

/**
 * How long this machine has been suspended since it booted: uptime − monotonic. Asking the kernel for its uptime costs
 * 50 µs and more (it is read from a file), and with ten thousand servers each ping and each answer wants to know. So it
 * is asked again only when the wall clock moved otherwise than the monotonic one, as it does in a suspend, or after a second.
 */
export function suspensionOf(clock: Clock): () => number {
  let known = { atMs: Number.NEGATIVE_INFINITY, wallAheadMs: 0, suspendedMs: 0 };
  return () => {
    const atMs = clock.monotonicMs();
    const wallAheadMs = clock.wallMs() - atMs;
    const holds = atMs - known.atMs < longestMs && Math.abs(wallAheadMs - known.wallAheadMs) < noticedMs;
    if (!holds) known = { atMs, wallAheadMs, suspendedMs: clock.uptimeMs() - atMs };
    return known.suspendedMs;
  };
}
