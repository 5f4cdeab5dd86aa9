/** The rounds of the index thread: looks at the disk, and deletes what is due. */
import type { Cancel, Timers } from '../../platform/clock.ts';

const LOOK_MS = 1000;
const TIDY_MS = 10_000;

export interface LookingOptions {
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly look: () => Promise<unknown>;
  readonly tidy: () => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** One look after the other: a slow disk must not pile them up. Answers how to stop; that waits for what is under way. */
export function keepLooking({ timers, nowMs, look, tidy, failed }: LookingOptions): () => Promise<void> {
  let stopped = false;
  let tidiedMs = nowMs();
  let running: Promise<void> = Promise.resolve();
  let tidying: Promise<void> | null = null;
  const round = async (): Promise<void> => {
    await look().catch(failed);
    if (stopped || tidying !== null || nowMs() - tidiedMs < TIDY_MS) return;
    tidiedMs = nowMs();
    // Not waited for: it may hang, or wait for the files of a crash to be read, and the disk is looked at meanwhile.
    tidying = tidy()
      .catch(failed)
      .finally(() => {
        tidying = null;
      });
  };
  let cancel: Cancel = () => {};
  const wait = (): void => {
    if (!stopped)
      cancel = timers.after(LOOK_MS, () => {
        running = round().finally(wait);
      });
  };
  wait();
  return async () => {
    stopped = true;
    cancel();
    await running;
    await tidying;
  };
}
