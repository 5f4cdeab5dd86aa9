/** The words of a language for the parts of a time; seconds come as text, with three decimals. */
export interface GapUnits {
  readonly days: (count: number) => string;
  readonly hours: (count: number) => string;
  readonly minutes: (count: number) => string;
  readonly seconds: (count: string) => string;
  readonly milliseconds: (count: number) => string;
}

const english: GapUnits = { days: (count) => `${count} d`, hours: (count) => `${count} h`, minutes: (count) => `${count} min`, seconds: (count) => `${count} s`, milliseconds: (count) => `${count} ms` };

/**
 * A gap, which is promised in milliseconds however long it is: `12 ms`, `3.240 s`, `1 min 5.123 s`, `2 d 0.040 s`.
 * The screen, the page to print and the demo's desk say it by this one rule.
 */
export function gapText(ms: number, units = english): string {
  const whole = Math.round(ms);
  if (whole < 1_000) return units.milliseconds(whole);
  const counted: readonly (readonly [text: (count: number) => string, count: number])[] = [
    [units.days, Math.floor(whole / 86_400_000)],
    [units.hours, Math.floor(whole / 3_600_000) % 24],
    [units.minutes, Math.floor(whole / 60_000) % 60],
  ];
  return [...counted.flatMap(([text, count]) => (count === 0 ? [] : [text(count)])), units.seconds(((whole % 60_000) / 1_000).toFixed(3))].join(' ');
}
