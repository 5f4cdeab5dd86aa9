/**
 * A region of the ring memory in which pieces are laid one after another, each in one stretch. The
 * newest piece grows while it is received; when it meets the region's end it moves to the front.
 */
export class Arena {
  readonly base: number;
  readonly limit: number;
  /** Start and length of the piece under way. */
  start: number;
  length = 0;
  /** Where the oldest kept piece begins; meaningful while `pieces` > 0. */
  #tail: number;
  #pieces = 0;

  constructor(base: number, size: number) {
    this.base = base;
    this.limit = base + size;
    this.start = base;
    this.#tail = base;
  }

  /**
   * Makes room for `more` bytes behind the piece under way. `freeOldest` lets go of the oldest piece
   * and answers false if it must not. False: there is no room.
   */
  reserve(memory: Buffer, more: number, freeOldest: () => boolean): boolean {
    for (;;) {
      const end = this.start + this.length + more;
      const wrapped = this.#pieces > 0 && this.#tail >= this.start;
      if (end <= (wrapped ? this.#tail : this.limit) && !(wrapped && this.#tail === this.start)) return true;
      if (this.length + more > this.limit - this.base) return false;
      if (wrapped || this.#pieces === 0) {
        if (this.#pieces === 0) this.#move(memory);
        else if (!freeOldest()) return false;
        continue;
      }
      // The oldest piece lies before us and the end of the region after us: go round.
      if (this.#tail - this.base >= this.length + more) this.#move(memory);
      else if (!freeOldest()) return false;
    }
  }

  /** Keeps the piece under way; the next begins behind it. */
  keep(): void {
    if (this.#pieces === 0) this.#tail = this.start;
    this.#pieces += 1;
    this.start += this.length;
    this.length = 0;
  }

  /** Lets go of the oldest piece; `nextStart` is where the piece after it begins, or null if there is none. */
  free(nextStart: number | null): void {
    this.#pieces -= 1;
    this.#tail = nextStart ?? this.start;
  }

  get used(): number {
    return this.#pieces;
  }

  #move(memory: Buffer): void {
    memory.copyWithin(this.base, this.start, this.start + this.length);
    this.start = this.base;
    if (this.#pieces === 0) this.#tail = this.base;
  }
}
