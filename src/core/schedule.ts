/**
 * When the daily settings backup is due. All in UTC, where every day has 24 hours: daylight saving
 * cannot double or swallow a run (T05). Pure.
 */
import type { Millis } from './units.ts';

const dayMs = 86_400_000;

export interface DailyPlan {
  /** `HH:MM`, UTC. */
  readonly utc: string;
  /** When the last run was begun, or when the plan was made or changed; wall clock. */
  readonly lastRunMs: Millis;
}

export type Due =
  | { readonly due: true; /** More than 10 min late: it was missed while the machine was off. */ readonly caughtUp: boolean }
  | { readonly due: false; readonly nextMs: Millis };

/** A run that starts this late was missed, not merely delayed. */
const lateMs = 600_000;

/** The newest planned moment at or before `nowMs`. */
export function slotBefore(utc: string, nowMs: Millis): Millis {
  const [hours = 0, minutes = 0] = utc.split(':').map(Number);
  const offset = (hours * 60 + minutes) * 60_000;
  return Math.floor((nowMs - offset) / dayMs) * dayMs + offset;
}

/**
 * However many days were missed, one run makes up for them. A clock that stepped back by a day or less never
 * repeats a run. A last run that lies farther ahead was told by a clock that was wrong: it counts as none, or
 * nothing would be due until that day.
 */
export function dailyDue({ utc, lastRunMs }: DailyPlan, nowMs: Millis): Due {
  const slot = slotBefore(utc, nowMs);
  if (lastRunMs < slot || lastRunMs > nowMs + dayMs) return { due: true, caughtUp: nowMs - slot > lateMs };
  // The slot after the last run; that may be the next but one, after a step back.
  return { due: false, nextMs: slotBefore(utc, lastRunMs) + dayMs };
}
