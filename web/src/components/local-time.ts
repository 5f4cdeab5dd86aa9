/** `Local time`: a UTC time of day in the browser's zone, and whether daylight saving moves it within a year. */
import { t } from '../texts/en.ts';

const dayMs = 86_400_000;

function momentOf(utcTime: string, dayOfMs: number): number {
  const [hours = 0, minutes = 0] = utcTime.split(':').map(Number);
  return Math.floor(dayOfMs / dayMs) * dayMs + hours * 3_600_000 + minutes * 60_000;
}

const clock = (ms: number): string => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date(ms));

export const localTimeOf = (utcTime: string, nowMs: number): string => clock(momentOf(utcTime, nowMs));

/** Null where the zone keeps its offset all year. */
export function savingNote(utcTime: string, nowMs: number): string | null {
  const today = localTimeOf(utcTime, nowMs);
  for (let day = 1; day <= 366; day++) {
    const then = momentOf(utcTime, nowMs + day * dayMs);
    if (clock(then) !== today) return t.failover.savingNote(clock(then), new Date(then).toLocaleDateString(undefined, { dateStyle: 'medium' }));
  }
  return null;
}
