/** Steps of wall clocks, ours and the recorders': footage that was written around one has times that prove nothing. Pure. */

/** Smaller moves are the error of measuring, and of clocks that are disciplined gently. */
const stepMs = 1000;

export interface ClockReading {
  /** Of this machine, suspends included: in one the wall clock goes on, and nobody set it. */
  readonly uptimeMs: number;
  readonly wallMs: number;
  /** Remote wall clock minus ours; null: not measured now. */
  readonly offsetMs: number | null;
  /** By so much it may be wrong: the first answer of a busy machine tells little. */
  readonly plusMinusMs?: number;
}

/** A wall clock was set. */
export interface ClockStep {
  /** Of a monitored server; the empty name is this machine. */
  readonly serverId: string;
  /** The clock itself, right behind the step. */
  readonly afterMs: number;
  /** Above 0: set ahead. */
  readonly movedMs: number;
  /** By our wall clock: what is written from then on can be compared again. */
  readonly sureFromMs: number;
  /** Noticed at a start: it may have been our own clock that was set meanwhile. */
  readonly perhapsOurs?: true;
}

/** A recorder's clock minus ours, and when (our wall clock) that was. */
export interface KnownOffset {
  readonly offsetMs: number;
  readonly atMs: number;
}

/** What a former life of this process knew, and how this one keeps it for the next. */
export interface ClockMemory {
  readonly sureFromMs: ReadonlyMap<string, number>;
  readonly offsets: ReadonlyMap<string, KnownOffset>;
  readonly moved: (step: ClockStep) => void;
  readonly keepOffset: (serverId: string, offset: KnownOffset) => void;
}

const noMemory: ClockMemory = { sureFromMs: new Map(), offsets: new Map(), moved: () => undefined, keepOffset: () => undefined };

/** What is kept is renewed when it is wrong by so much, or so old. */
const keptErrorMs = 500;
const keptForMs = 3_600_000;
/** Two clocks of PCs drift apart by so much while we do not run, and no more than so much is believed to be drift. */
const driftPerMs = 2e-4;
const mostDriftMs = 10_000;

interface Remote {
  /** Its wall clock minus our uptime. */
  readonly baseMs: number;
  readonly plusMinusMs: number;
  /** Until then (uptime) its footage of before the step has the times of now, too. */
  readonly doubledUntilMs: number;
}

/** This machine itself, among the names of servers. */
const ourselves = '';

/** A clock that was set back lives through the same time again: there lies footage of before the step, whenever it is looked at. */
const sureAfter = (wallMs: number, movedMs: number): number => wallMs + Math.max(0, -movedMs);

/** By how much what was kept may be wrong without a step. */
const unknownOf = ({ atMs }: KnownOffset, wallMs: number): number => keptErrorMs + Math.min(mostDriftMs, Math.max(0, wallMs - atMs) * driftPerMs);

/**
 * Coverage is asked by wall time. It proves nothing of footage that was written before a clock was set, and
 * nothing in the time that a recorder's clock lives through twice because it was set back.
 */
export class ClockWatch {
  #ownBaseMs: number | null = null;
  /** Until then (uptime) our own footage of before a step has the times of now, too. */
  #ownDoubledUntilMs = 0;
  /** By our wall clock: when a clock was last seen to have moved, or where it then stops living through the same time; what begins before it may be something else. */
  readonly #sureFromMs: Map<string, number>;
  readonly #moved: (step: ClockStep) => void;
  readonly #remotes = new Map<string, Remote>();
  readonly #offsets: Map<string, KnownOffset>;
  readonly #keepOffset: ClockMemory['keepOffset'];

  constructor({ sureFromMs, offsets, moved, keepOffset } = noMemory) {
    this.#sureFromMs = new Map(sureFromMs);
    this.#offsets = new Map(offsets);
    this.#moved = moved;
    this.#keepOffset = keepOffset;
  }

  /** Our own clock was set since the last look, or lives through the same hours again: a span of it names two pieces of footage. */
  ownIsUnsure({ uptimeMs, wallMs }: Pick<ClockReading, 'uptimeMs' | 'wallMs'>): boolean {
    const baseMs = wallMs - uptimeMs;
    const movedMs = this.#ownBaseMs === null ? 0 : baseMs - this.#ownBaseMs;
    this.#ownBaseMs = baseMs;
    if (Math.abs(movedMs) > stepMs) this.#note(ourselves, wallMs, movedMs, 0);
    if (movedMs < -stepMs) this.#ownDoubledUntilMs = Math.max(this.#ownDoubledUntilMs, uptimeMs - movedMs);
    return Math.abs(movedMs) > stepMs || uptimeMs < this.#ownDoubledUntilMs;
  }

  /**
   * Whether footage from then on (our wall clock, ms) lies behind the newest step of this recorder's clock and of ours. A
   * full disk may tell of a run long after the look at which the step was noticed.
   */
  isBehindSteps(serverId: string, fromMs: number): boolean {
    return fromMs >= this.#sureFrom(ourselves) && fromMs >= this.#sureFrom(serverId);
  }

  #sureFrom(who: string): number {
    return this.#sureFromMs.get(who) ?? Number.NEGATIVE_INFINITY;
  }

  #note(who: string, wallMs: number, movedMs: number, offsetMs: number, atStart = false): void {
    const sureFromMs = Math.max(this.#sureFrom(who), sureAfter(wallMs, movedMs));
    this.#sureFromMs.set(who, sureFromMs);
    this.#moved({ serverId: who, afterMs: wallMs + offsetMs, movedMs, sureFromMs, ...(atStart ? { perhapsOurs: true } : {}) });
  }

  #keep(serverId: string, offset: KnownOffset): void {
    this.#offsets.set(serverId, offset);
    this.#keepOffset(serverId, offset);
  }

  /** `proves`: footage that waits now may be compared with what this recorder tells. */
  look(serverId: string, { uptimeMs, wallMs, offsetMs, plusMinusMs = 0 }: ClockReading): { readonly proves: boolean } {
    const before = this.#remotes.get(serverId);
    if (offsetMs === null) return { proves: false };
    const baseMs = offsetMs + wallMs - uptimeMs;
    const known = this.#offsets.get(serverId);
    const movedMs = before !== undefined ? baseMs - before.baseMs : known === undefined ? 0 : offsetMs - known.offsetMs;
    const unsureMs = plusMinusMs + (before?.plusMinusMs ?? (known === undefined ? 0 : unknownOf(known, wallMs)));
    const stepped = Math.abs(movedMs) > stepMs + unsureMs;
    const doubledUntilMs = Math.max(before?.doubledUntilMs ?? 0, stepped && movedMs < 0 ? uptimeMs - movedMs : 0);
    this.#remotes.set(serverId, { baseMs, plusMinusMs, doubledUntilMs });
    if (stepped) this.#note(serverId, wallMs, movedMs, offsetMs, before === undefined);
    const isOld = known === undefined || stepped || Math.abs(offsetMs - known.offsetMs) > keptErrorMs || Math.abs(wallMs - known.atMs) > keptForMs;
    if (isOld && plusMinusMs <= keptErrorMs) this.#keep(serverId, { offsetMs, atMs: wallMs });
    return { proves: !stepped && uptimeMs >= doubledUntilMs };
  }
}
