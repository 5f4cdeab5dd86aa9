import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

const withinMs = 60_000;
const mostLines = 60;

/**
 * For what strangers can cause: so many warnings and errors a minute are written, and how many were left
 * out. Whoever knocks at a port all day must not fill the disk with it.
 */
export function sparingLog(log: Log, clock: Pick<Clock, 'monotonicMs'>): Log {
  let sinceMs = clock.monotonicMs();
  let lines = 0;
  const spared = (write: (fields: object, text: string) => void) => (fields: object, text: string): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs - sinceMs >= withinMs) {
      if (lines > mostLines) log.warn({ leftOut: lines - mostLines }, 'Further lines like these were left out.');
      sinceMs = nowMs;
      lines = 0;
    }
    if (++lines <= mostLines) write(fields, text);
  };
  return { debug: (fields, text) => log.debug(fields, text), info: (fields, text) => log.info(fields, text), warn: spared((fields, text) => log.warn(fields, text)), error: spared((fields, text) => log.error(fields, text)) };
}
