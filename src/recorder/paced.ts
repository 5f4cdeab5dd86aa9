/** Lets bytes through no faster than allowed. */
import type { Clock, Timers } from '../platform/clock.ts';
import { rest } from '../platform/rest.ts';

export interface Pace {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers: Pick<Timers, 'after'>;
  readonly bytesPerSecond: number;
  /** Ends a wait at once; then it throws. */
  readonly signal: AbortSignal;
}

/**
 * Handed on so small that at the lowest rate (0.1 Mbit/s) a wait is some seconds: a sender of whom nothing is taken
 * for a minute gives up, and batches of footage come in megabytes.
 */
const pieceBytes = 65_536;
/** Time not used is made up for, but only so much of it. */
const creditMs = 1000;

export async function* paced(body: AsyncIterable<Uint8Array>, { clock, timers, bytesPerSecond, signal }: Pace): AsyncGenerator<Uint8Array> {
  let earnedMs = clock.monotonicMs();
  for await (const chunk of body)
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      signal.throwIfAborted();
      const piece = chunk.subarray(at, at + pieceBytes);
      yield piece;
      const nowMs = clock.monotonicMs();
      earnedMs = Math.max(earnedMs, nowMs - creditMs) + (piece.length / bytesPerSecond) * 1000;
      if (earnedMs > nowMs) await rest(timers, earnedMs - nowMs, signal);
    }
  signal.throwIfAborted();
}
