import type { Cancel, Clock, Timers } from '../../src/platform/clock.ts';

/** What a failpoint throws, so that the code behind it never runs. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
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
  #suspendedMs = 0;
  readonly #heap: Due[] = [];

  constructor(wallStartMs = Date.UTC(2026, 0, 5, 12)) {
    this.#wallOffsetMs = wallStartMs;
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs - this.#suspendedMs;
  }

  uptimeMs(): number {
    return this.#nowMs + 1_000_000;
  }

  /** The wall clock steps. */
  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  after(ms: number, run: () => void): Cancel {
    const due: Due = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, run, cancelled: false };
    this.#push(due);
    return () => {
      due.cancelled = true;
    };
  }

  every(ms: number, run: () => void): Cancel {
    let cancel: Cancel = () => {};
    const again = (): void => {
      cancel = this.after(ms, () => {
        again();
        run();
      });
    };
    again();
    return () => cancel();
  }

  /** Runs everything that falls due within `ms` and ends at exactly that time. */
  async run(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settled();
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.cancelled) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      try {
        next.run();
      } catch (error) {
        // The process that this callback belonged to was killed in the middle of it.
        if (!(error instanceof ProcessDied)) throw error;
      }
      await settled();
    }
    this.#nowMs = endMs;
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

/** Every promise that can settle without time has settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
