import { systemClock } from '../platform/clock.ts';

/**
 * Resolves with a reason in words at the first signal that asks this process to end. It then ends in
 * order; a second Ctrl-C ends it at once, for whoever will not wait for a disk that hangs.
 */
export async function untilSignal(): Promise<string> {
  return await new Promise((resolve) => {
    let askedMs: number | null = null;
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(name, () => {
        // Within a second it is the same Ctrl-C, passed on by whoever started us.
        if (askedMs !== null && name === 'SIGINT' && systemClock.monotonicMs() - askedMs > 1000) {
          process.stderr.write('Ended at once. What was being written may need a moment of repair at the next start.\n');
          process.exit(130);
        }
        askedMs ??= systemClock.monotonicMs();
        resolve(`ended by ${name}`);
      });
  });
}
