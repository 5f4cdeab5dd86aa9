import { gapText as gapIn } from '../../../src/contract/gap-text.ts';
import { t } from '../texts/texts.ts';

/** Times on the screen always name their zone (the foot of the page, and each time's title); durations are words. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// Hours run from 0 to 23: "12:30 AM" has cost operators enough.
const cycle = { hourCycle: 'h23' } as const;
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', ...cycle });
const short = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', ...cycle });
const utc = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC', ...cycle });

const units = [
  [t.units.days, 86_400_000],
  [t.units.hours, 3_600_000],
  [t.units.minutes, 60_000],
  [t.units.seconds, 1_000],
] as const;

/** The largest unit and its neighbour: `3 min 12 s`, `2 d 4 h`; below a second in milliseconds. */
export function durationText(ms: number): string {
  if (Math.abs(ms) < 1_000) return t.units.milliseconds(Math.round(ms));
  const whole = Math.round(Math.abs(ms) / 1_000) * 1_000;
  const first = units.findIndex(([, size]) => whole >= size);
  let rest = whole;
  return units
    .slice(first, first + 2)
    .flatMap(([text, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? [] : [text(count)];
    })
    .join(' ');
}

/** Age of something that should be fresh: `just now`, `3 s ago`. */
export const agoText = (ms: number): string => (ms < 1_000 ? t.common.now : t.failover.ago(durationText(ms)));

/** For gaps, which are promised in milliseconds: `12 ms`, `3.240 s`, `2 min 3.007 s`. */
export const gapText = (ms: number): string => gapIn(ms, t.units);

export const browserZone = zone;

/** Zone with its offset now: `Europe/Amsterdam, UTC+1`. */
export function zoneText(nowMs: number): string {
  return zone === 'UTC' ? zone : `${zone}, ${offsetText(nowMs)}`;
}

/** `UTC+1`, `UTC−3:30`: the zone's offset at a moment. */
export function offsetText(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const hours = Math.trunc(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes % 60);
  return `UTC${minutes > 0 ? '+' : '−'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

export const timeText = (ms: number): string => full.format(new Date(ms));

const minutes = new Intl.DateTimeFormat(undefined, { timeStyle: 'short', ...cycle });
const dayAndMinutes = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', ...cycle });

/** To the minute, in a sentence; today without the date. */
export const momentText = (ms: number): string => (new Date().toDateString() === new Date(ms).toDateString() ? minutes : dayAndMinutes).format(new Date(ms));

/** The same with the name of its zone, as a field for times has it beside it. */
export const zonedText = (ms: number): string => `${momentText(ms)} (${zone})`;

/** Local time; the title gives zone and UTC. Today's times without the date. */
export function At({ ms, seconds = true }: { readonly ms: number; readonly seconds?: boolean }) {
  const date = new Date(ms);
  const today = new Date().toDateString() === date.toDateString();
  return (
    <time className="whitespace-nowrap tabular-nums" dateTime={date.toISOString()} title={`${utc.format(date)} ${t.common.utc} · ${full.format(date)} ${zone}`}>
      {seconds ? (today ? short : full).format(date) : momentText(ms)}
    </time>
  );
}
