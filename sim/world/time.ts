import type { Cancel, Clock, Timers } from '../../src/platform/clock.ts';

/** What a failpoint throws, so that the code behind it never runs. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

interface Due {
  atMs: number;
  order: number;
  readonly run: () => void;
  /** Falls due again and again; 0: once. */
  readonly everyMs: number;
  cancelled: boolean;
}

/**
 * Time of the simulated world. Nothing happens between events; after each one every promise is
 * settled before the next is run, so that the same seed makes the same history.
 */
export class VirtualTime implements Clock, Timers {
  #nowMs = 0;
  #order = 0;
  #wallOffsetMs: number;
  readonly #heap: Due[] = [];
  #afterInstant: (() => void)[] = [];
  /** Called when an event and everything that followed from it is done. */
  onStep: (() => void) | null = null;
  /** Events that were run. */
  steps = 0;

  constructor(wallStartMs = Date.UTC(2026, 0, 5, 12)) {
    this.#wallOffsetMs = wallStartMs;
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  uptimeMs(): number {
    return this.#nowMs + 1_000_000;
  }

  /** The wall clock steps. */
  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  after(ms: number, run: () => void): Cancel {
    return this.#add(ms, run, 0);
  }

  every(ms: number, run: () => void): Cancel {
    return this.#add(ms, run, Math.max(1, ms));
  }

  /** Runs when nothing else falls due at this instant any more. */
  afterInstant(run: () => void): void {
    this.#afterInstant.push(run);
  }

  /** Runs everything that falls due within `ms` and ends at exactly that time. */
  run(ms: number): Promise<void> {
    return new Promise((done, failed) => {
      // Promises are settled by hand between events, which nobody can do from within one of them.
      setImmediate(() => {
        try {
          this.#run(this.#nowMs + ms);
          done();
        } catch (error) {
          failed(error as Error);
        }
      });
    });
  }

  #run(endMs: number): void {
    settle();
    const heap = this.#heap;
    for (;;) {
      const next = heap[0];
      if (this.#afterInstant.length > 0 && (next === undefined || next.atMs > this.#nowMs)) {
        const waiting = this.#afterInstant;
        this.#afterInstant = [];
        for (const run of waiting) guarded(run);
      } else if (next === undefined || next.atMs > endMs) break;
      else if (next.cancelled) {
        this.#pop();
        continue;
      } else this.#fire(next);
      settle();
      this.steps += 1;
      this.onStep?.();
    }
    this.#nowMs = endMs;
  }

  #fire(next: Due): void {
    this.#pop();
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    if (next.everyMs > 0) {
      next.atMs += next.everyMs;
      next.order = this.#order++;
      this.#push(next);
    }
    guarded(next.run);
  }

  #add(ms: number, run: () => void, everyMs: number): Cancel {
    const due: Due = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, run, everyMs, cancelled: false };
    this.#push(due);
    return () => {
      due.cancelled = true;
    };
  }

  /** Runs until `done` says so, at most `ms`. Returns the milliseconds that passed, or null. */
  async until(done: () => boolean, ms: number, stepMs = 100): Promise<number | null> {
    const startMs = this.#nowMs;
    while (this.#nowMs - startMs < ms) {
      await this.run(stepMs);
      if (done()) return this.#nowMs - startMs;
    }
    return null;
  }

  #push(due: Due): void {
    const heap = this.#heap;
    heap.push(due);
    let at = heap.length - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!before(due, heap[up]!)) break;
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let down = at * 2 + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && before(heap[down + 1]!, heap[down]!)) down += 1;
      if (!before(heap[down]!, last)) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = last;
  }
}

const before = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    // The process that this callback belonged to was killed in the middle of it.
    if (!(error instanceof ProcessDied)) throw error;
  }
}

/**
 * Every promise that can settle without time is settled, and every tick is run (streams go on in ticks), before this
 * returns. Node does that between two callbacks, and offers it to no one by a documented name; a round trip of the
 * event loop, or waiting for a promise, would cost many times as much, and a day has millions of events.
 */
const settle = (process as unknown as { readonly _tickCallback: () => void })._tickCallback;
