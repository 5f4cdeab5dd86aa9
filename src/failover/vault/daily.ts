import { dailyDue } from '../../core/schedule.ts';
import type { Cancel, Timers } from '../../platform/clock.ts';
import type { Versions } from './versions.ts';

export interface DailyNeeds {
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly versions: Pick<Versions, 'lastRunMs' | 'setLastRun'>;
  readonly settings: () => { readonly dailyBackup: boolean; readonly utcTime: string };
  readonly run: (trigger: 'daily' | 'caught up') => void;
  /** The run could not be looked up or noted (a full or failing disk), so it was not begun; said once until it can. */
  readonly putOff: (error: unknown) => void;
}

/** How often it looks at the clock; a suspend or a clock step is noticed within this. */
const lookMs = 20_000;

/** Starts the daily run at its UTC time, once a day, and makes up once for what was missed while off. */
export class Daily {
  readonly #needs: DailyNeeds;
  readonly #cancel: Cancel;
  #plan: { readonly utc: string; readonly on: boolean };
  #isPutOff = false;

  constructor(needs: DailyNeeds) {
    this.#needs = needs;
    this.#plan = this.#planned();
    // A new installation has missed nothing.
    if (needs.versions.lastRunMs() === null) needs.versions.setLastRun(needs.nowMs());
    this.#cancel = needs.timers.every(lookMs, () => this.#look());
  }

  nextRunMs(): number | null {
    if (!this.#plan.on) return null;
    const due = this.#due();
    return due.due ? this.#needs.nowMs() : due.nextMs;
  }

  reschedule(): void {
    const plan = this.#planned();
    // A time that was moved to an hour already past means tomorrow, not "missed".
    if (plan.utc !== this.#plan.utc || (plan.on && !this.#plan.on)) this.#needs.versions.setLastRun(this.#needs.nowMs());
    this.#plan = plan;
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    if (!this.#plan.on) return;
    const trigger = this.#noted();
    if (trigger !== null) this.#needs.run(trigger);
  }

  /** What to run now. Noted before the work: a crash in the middle must not make the run come twice. */
  #noted(): 'daily' | 'caught up' | null {
    try {
      const due = this.#due();
      if (due.due) this.#needs.versions.setLastRun(this.#needs.nowMs());
      this.#isPutOff = false;
      return due.due ? (due.caughtUp ? 'caught up' : 'daily') : null;
    } catch (error) {
      if (!this.#isPutOff) this.#needs.putOff(error);
      this.#isPutOff = true;
      return null;
    }
  }

  #due(): ReturnType<typeof dailyDue> {
    const nowMs = this.#needs.nowMs();
    return dailyDue({ utc: this.#plan.utc, lastRunMs: this.#needs.versions.lastRunMs() ?? nowMs }, nowMs);
  }

  #planned(): { readonly utc: string; readonly on: boolean } {
    const { utcTime, dailyBackup } = this.#needs.settings();
    return { utc: utcTime, on: dailyBackup };
  }
}
