/** What does not hold, and when it was seen. The first is the one to look at. */
export interface Violation {
  /** `I1` … `I12`, `settles`, `a defect`. */
  readonly rule: string;
  readonly text: string;
  /** True time of the world. */
  readonly atMs: number;
}

/** Collects what does not hold; a play stops at the first. */
export class Broken {
  readonly #nowMs: () => number;
  first: Violation | null = null;
  /** How often each rule was looked at, so that a check that never runs is noticed. */
  readonly checked = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  tell(rule: string, text: string): void {
    this.first ??= { rule, text, atMs: this.#nowMs() };
  }

  /** `rule` is looked at now: `holds`, or it is told. */
  check(rule: string, holds: boolean, text: () => string): void {
    this.checked.set(rule, (this.checked.get(rule) ?? 0) + 1);
    if (!holds) this.tell(rule, text());
  }
}
