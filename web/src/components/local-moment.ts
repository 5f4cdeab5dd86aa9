/** A local date and time as an input of type `datetime-local` has it, and the moment that it means. */

const hourMs = 3_600_000;
/** By how much clocks are set back: an hour, and on Lord Howe half of one. */
const shiftsMs = [-hourMs, -hourMs / 2, hourMs / 2, hourMs] as const;

/** To the second. */
export function inputOf(ms: number): string {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The moments that it may mean, the earlier first: none while it is no time, two in an hour that daylight saving has twice. */
export function momentsOf(local: string): readonly number[] {
  const ms = new Date(local).getTime();
  if (Number.isNaN(ms)) return [];
  const other = shiftsMs.map((shift) => ms + shift).find((each) => new Date(inputOf(each)).getTime() === ms);
  return other === undefined ? [ms] : [Math.min(ms, other), Math.max(ms, other)];
}
