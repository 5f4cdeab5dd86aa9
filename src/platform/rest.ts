import type { Timers } from './clock.ts';

/** Resolves after so long, or as soon as `signal` is aborted. */
export function rest(timers: Pick<Timers, 'after'>, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(Math.max(0, ms), end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
