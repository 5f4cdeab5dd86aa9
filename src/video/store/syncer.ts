/**
 * Makes written footage durable, off the append path: `fdatasync` of each open segment about every
 * second, spread over time, two at once at most. On a disk too slow for that the interval stretches
 * by itself, and durable times lag: they stay true.
 */
import type { Clock, Timers } from '../../platform/clock.ts';

export interface Syncable {
  /** Monotonic time of the last start, milliseconds; kept here by the syncer. */
  syncedAtMs: number;
  /** Must not reject. */
  sync(): Promise<void>;
}

const INTERVAL_MS = 1000;
const ROUND_MS = 50;
const AT_ONCE = 2;

export class Syncer {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #dirty = new Set<Syncable>();
  #running = 0;
  #ticking = false;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** `item` has written something. */
  touch(item: Syncable): void {
    this.#dirty.add(item);
    this.#tick();
  }

  forget(item: Syncable): void {
    this.#dirty.delete(item);
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    this.#timers.after(ROUND_MS, () => {
      this.#ticking = false;
      this.#fill();
      if (this.#dirty.size > 0) this.#tick();
    });
  }

  /** Starts what is due, as many as may run; each that ends makes room for the next. */
  #fill(): void {
    const now = this.#clock.monotonicMs();
    for (const item of this.#dirty) {
      if (this.#running >= AT_ONCE) return;
      if (now - item.syncedAtMs >= INTERVAL_MS) this.#start(item, now);
    }
  }

  #start(item: Syncable, now: number): void {
    this.#dirty.delete(item);
    item.syncedAtMs = now;
    this.#running++;
    void item.sync().finally(() => {
      this.#running--;
      this.#fill();
    });
  }
}
