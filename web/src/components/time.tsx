/** Times on the screen always name their zone; durations are words. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const short = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const utc = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** Two largest units: `3 min 12 s`, `2 d 4 h`; below a second in milliseconds. */
export function durationText(ms: number): string {
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)} ms`;
  const parts: string[] = [];
  let rest = Math.round(Math.abs(ms) / 1_000) * 1_000;
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    if (count === 0) continue;
    parts.push(`${count} ${name}`);
    rest -= count * size;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

export const browserZone = zone;

/** Local time with the zone; the title gives UTC. Today's times without the date. */
export function At({ ms, seconds = true }: { readonly ms: number; readonly seconds?: boolean }) {
  const date = new Date(ms);
  const today = new Date().toDateString() === date.toDateString();
  const text = today ? short.format(date) : full.format(date);
  return (
    <time dateTime={date.toISOString()} title={`${utc.format(date)} UTC · ${full.format(date)} ${zone}`}>
      {seconds ? text : text.replace(/:\d\d(?=\D*$)/, '')}
    </time>
  );
}
