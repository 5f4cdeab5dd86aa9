/** `Local time`: a UTC time of day in the browser's zone, and whether daylight saving moves it within a year. */
import { t } from '../texts/texts.ts';

const dayMs = 86_400_000;

function momentOf(utcTime: string, dayOfMs: number): number {
  const [hours = 0, minutes = 0] = utcTime.split(':').map(Number);
  return Math.floor(dayOfMs / dayMs) * dayMs + hours * 3_600_000 + minutes * 60_000;
}

const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clock = (ms: number): string => format.format(new Date(ms));

export const localTimeOf = (utcTime: string, nowMs: number): string => clock(momentOf(utcTime, nowMs));

/** The zone's offset is looked at day by day for a year: once a day, not with every message of the failover server. */
let known: { readonly key: string; readonly note: string | null } = { key: '', note: null };

/** Null where the zone keeps its offset all year, and while the time is none. */
export function savingNote(utcTime: string, nowMs: number): string | null {
  const first = momentOf(utcTime, nowMs);
  if (Number.isNaN(first)) return null;
  const key = `${utcTime} ${Math.floor(nowMs / dayMs)}`;
  if (known.key !== key) known = { key, note: noteOf(first) };
  return known.note;
}

function noteOf(first: number): string | null {
  const offset = new Date(first).getTimezoneOffset();
  for (let day = 1; day <= 366; day++) {
    const then = new Date(first + day * dayMs);
    if (then.getTimezoneOffset() !== offset) return t.failover.savingNote(clock(then.getTime()), then.toLocaleDateString(undefined, { dateStyle: 'medium' }));
  }
  return null;
}
