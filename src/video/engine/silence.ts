/**
 * How long a camera may send nothing before it is called stalled, and dialled anew: by its own pace, as
 * far as that is known. Cameras for long time-lapses send a picture a minute, and are well all the same.
 * A host that is gone is noticed by its keep-alives meanwhile, whatever the pace of its pictures.
 */

const STALLED_MS = 5000;
const SILENT_MS = 10_000;
/** Behind a goodbye (RTCP BYE) of a source whose pace is known: some say it and go on. */
const OVER_MS = 2000;
/** With packets that make no picture, or with sender reports of a camera whose pace is not known: the next picture may be far. */
const PATIENT_MS = 60_000;
const LONGEST_MS = 600_000;
/** So many times its usual distance may the next picture take. */
const TOLERANCE = 2.5;
/** Sender reports come every 5 s, more or less (RFC 3550 §6.2). */
const REPORT_GAP_MS = 15_000;
const REMEMBERED = 5;
/** After so many sessions that gave one picture each, what was known of the pace was of other times. */
const FORGET_AFTER = 2;

export interface SilenceLimits {
  readonly stalledMs: number;
  /** Without any packet of the picture. */
  readonly silentMs: number;
  /** Without a whole picture. */
  readonly noPictureMs: number;
}

/** One camera's pace, over its sessions. */
export class FramePace {
  /** The last distances between two pictures of one session. */
  readonly #distances: number[] = [];
  #lastMs: number | null = null;
  /** Sessions in a row that gave one picture and ended in silence: it may be slower than we were patient. */
  #tooShort = 0;
  /** Two pictures of this session came. */
  #paced = false;

  frame(nowMs: number): void {
    if (this.#lastMs !== null) {
      this.#distances.push(nowMs - this.#lastMs);
      if (this.#distances.length > REMEMBERED) this.#distances.shift();
      this.#tooShort = 0;
      this.#paced = true;
    }
    this.#lastMs = nowMs;
  }

  /** A new session: how far its first picture is from the last one says nothing. */
  session(): void {
    this.#lastMs = null;
    this.#paced = false;
  }

  /** The session was given up because nothing came. */
  gaveUp(): void {
    if (this.#lastMs === null || this.#paced) return;
    this.#tooShort += 1;
    if (this.#tooShort >= FORGET_AFTER) this.#distances.length = 0;
  }

  /** `sinceReportMs`: since the last sender report; null: none came. `over`: it said goodbye. */
  limits(sinceReportMs: number | null, over = false): SilenceLimits {
    const known = this.#usualMs();
    const slow = Math.min(LONGEST_MS, known === null ? this.#unknownMs(sinceReportMs) : known * TOLERANCE);
    const silentMs = Math.max(over && known !== null ? OVER_MS : SILENT_MS, slow);
    return { stalledMs: known === null ? STALLED_MS : silentMs * (STALLED_MS / SILENT_MS), silentMs, noPictureMs: Math.max(PATIENT_MS, silentMs) };
  }

  #unknownMs(sinceReportMs: number | null): number {
    const first = sinceReportMs !== null && sinceReportMs < REPORT_GAP_MS ? PATIENT_MS : SILENT_MS;
    return first * 2 ** this.#tooShort;
  }

  /** The median: one pause is no pace. Null: no two pictures of one session were seen. */
  #usualMs(): number | null {
    return this.#distances.toSorted((a, b) => a - b)[this.#distances.length >> 1] ?? null;
  }
}
