/** What is said of clocks that differ; nothing is decided by it (DESIGN §8). */

/** Clocks that differ by more make footage hard to line up. */
const limitMs = 1000;
/** Less than this is right again: an offset that wavers about the limit is one piece of news. */
const rightAgainMs = 800;

export const isAstray = (offsetMs: number, was = false): boolean => Math.abs(offsetMs) > (was ? rightAgainMs : limitMs);

const units = [['years', 31_557_600], ['days', 86_400], ['hours', 3600], ['minutes', 60]] as const;

/** `2.3 seconds ahead`, `56 years behind`. */
export function offsetWords(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  const long = units.find(([, least]) => seconds >= 2 * least);
  const amount = long === undefined ? `${seconds.toFixed(1)} seconds` : `${Math.round(seconds / long[1])} ${long[0]}`;
  return `${amount} ${ms < 0 ? 'behind' : 'ahead'}`;
}
