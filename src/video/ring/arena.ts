/**
 * A region of the ring memory in which pieces are laid one after another, each in one stretch. The
 * newest piece grows while it is received; where its stretch ends it moves to another one.
 *
 * Memory that was never written takes no room in the machine. So what was used before and is free again
 * comes first, and `top`, up to where anything was ever laid, rises only where nothing of that is left:
 * the region is as large as the most that was kept at once, however much was laid out.
 */

/** Kept pieces that lie side by side, or the place where the piece under way began. */
interface Run {
  start: number;
  end: number;
}

/** `top` rises by so much, that it need not be asked for each packet; half of it lies idle on average. */
const STEP = 65_536;
/** A move is worth it when the new stretch holds the piece twice and this. */
const WORTH_A_MOVE = 16_384;

export class Arena {
  readonly base: number;
  readonly limit: number;
  /** Start and length of the piece under way. */
  start: number;
  length = 0;
  /** Up to here memory was ever used. */
  top: number;
  /** Oldest first; the piece under way lies behind the last. */
  readonly #runs: Run[];
  /** Where the stretch ends in which the piece under way lies, as far as is known. */
  #end: number;

  constructor(base: number, size: number) {
    this.base = this.start = this.top = this.#end = base;
    this.limit = base + size;
    this.#runs = [{ start: base, end: base }];
  }

  /**
   * Makes room for `more` bytes behind the piece under way. `freeOldest` lets go of the oldest piece
   * and answers false if it must not. False: there is no room.
   */
  reserve(memory: Buffer, more: number, freeOldest: () => boolean): boolean {
    const need = this.length + more;
    while (this.start + need > this.#end) {
      if (need > this.limit - this.base) return false;
      if (this.#widen(need) || this.#change(memory, need) || freeOldest()) continue;
      return false;
    }
    return true;
  }

  /** Keeps the piece under way; the next begins behind it. */
  keep(): void {
    this.start += this.length;
    this.length = 0;
    this.#last.end = this.start;
  }

  /** Lets go of the oldest piece; `nextStart` is where the piece after it begins, or null if there is none. */
  free(nextStart: number | null): void {
    if (nextStart === null) {
      this.#runs.splice(0, this.#runs.length - 1);
      this.#last.start = this.#last.end;
      return;
    }
    const oldest = this.#runs[0];
    if (oldest === undefined) return;
    if (nextStart > oldest.start && nextStart < oldest.end) oldest.start = nextStart;
    else this.#runs.shift();
  }

  get #last(): Run {
    return this.#runs[this.#runs.length - 1] as Run;
  }

  /** What was freed behind the piece under way belongs to its stretch. False: it is still too short. */
  #widen(need: number): boolean {
    const next = this.#next(this.#last.end);
    this.#end = next === this.limit ? this.top : next;
    return this.start + need <= this.#end;
  }

  /** Takes the piece under way to another stretch, or raises `top`. */
  #change(memory: Buffer, need: number): boolean {
    const atTop = this.#next(this.#last.end) === this.limit;
    const found = this.#largestUsed();
    const used = found.end - found.start;
    if (used >= need && used >= 2 * need + WORTH_A_MOVE) return this.#move(memory, found);
    const above = atTop ? this.start : this.#highest();
    if (above + need <= this.limit) {
      this.top = Math.max(this.top, Math.min(this.limit, above + need + STEP));
      if (atTop) this.#end = this.top;
      else this.#move(memory, { start: above, end: this.top });
      return true;
    }
    return used >= need && this.#move(memory, found);
  }

  #move(memory: Buffer, to: Run): true {
    memory.copyWithin(to.start, this.start, this.start + this.length);
    if (this.#last.start === this.#last.end) this.#runs.pop();
    this.#runs.push({ start: to.start, end: to.start });
    this.start = to.start;
    this.#end = to.end;
    return true;
  }

  /** Where the first run above `at` begins. */
  #next(at: number): number {
    let next = this.limit;
    for (const run of this.#runs) if (run.start >= at && run.end > run.start && run.start < next) next = run.start;
    return next;
  }

  #highest(): number {
    return this.#runs.reduce((highest, run) => Math.max(highest, run.end), this.base);
  }

  /** The largest free stretch of what was used before; the piece under way may lie in it, and moves down then. */
  #largestUsed(): Run {
    let best = { start: this.base, end: this.base };
    for (const from of [this.base, ...this.#runs.slice(0, -1).map(({ end }) => end)]) {
      const end = Math.min(this.top, this.#next(from));
      if (end - from > best.end - best.start) best = { start: from, end };
    }
    return best;
  }
}
