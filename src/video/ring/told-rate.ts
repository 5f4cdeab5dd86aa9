/**
 * Finds cameras whose timestamps count milliseconds though 90 kHz was announced.
 *
 * By the announced clock their pictures would lie some 0.4 ms apart; they come some 40 ms apart. What else makes
 * pictures come slower than their timestamps say is a stall or a slow network, and then they come unevenly, or
 * minutes late: so all of some pictures must have come as evenly as milliseconds make them, within 12 % of the
 * time looked at. Pictures that come faster than their timestamps (a burst at the beginning) never look like
 * that. A stream that is true for a second is not looked at any more; one that is true for a second though
 * it was taken for one in milliseconds is believed again. Pure.
 */
const ANNOUNCED = 90_000;
const MILLISECONDS = 1000;
const FACTOR = ANNOUNCED / MILLISECONDS;
const MOST = 64;
const MOST_US = 60_000_000;
/** So many pictures are enough, and so much time. */
const LEAST = 8;
const LEAST_US = 250_000;
const TRUE_US = 1_000_000;
const EVEN = 0.12;

export class ToldRate {
  /** By how much the announced rate is too high; 1 until another one is known. */
  factor = 1;
  readonly #seen: { readonly rtp: number; readonly arrivalUs: number }[] = [];
  #decided: boolean;

  constructor(announced: number) {
    this.#decided = announced !== ANNOUNCED;
  }

  /** The sender began anew; what is known of its rate stays. */
  restarted(): void {
    this.#seen.length = 0;
  }

  /** The RTP time from which on the factor that is known now counts, told once; else null. */
  picture(rtp: number, arrivalUs: number): number | null {
    if (this.#decided) return null;
    if (this.#seen.length === MOST || arrivalUs - (this.#seen[0]?.arrivalUs ?? 0) > MOST_US) this.#seen.length = 0;
    this.#seen.push({ rtp, arrivalUs });
    const [first] = this.#seen;
    if (first === undefined || this.#seen.length < LEAST) return null;
    const tookUs = arrivalUs - first.arrivalUs;
    if (tookUs >= TRUE_US && this.#fits(ANNOUNCED, tookUs)) {
      const before = this.factor;
      this.factor = 1;
      this.#decided = true;
      return before === 1 ? null : rtp;
    }
    if (this.factor !== 1 || tookUs < LEAST_US || !this.#fits(MILLISECONDS, tookUs)) return null;
    this.factor = FACTOR;
    this.#seen.length = 0;
    return first.rtp;
  }

  /** Did all of them come when a clock of this rate says? */
  #fits(rate: number, tookUs: number): boolean {
    const [first] = this.#seen;
    if (first === undefined || tookUs <= 0) return false;
    const off = ({ rtp, arrivalUs }: { rtp: number; arrivalUs: number }): number => Math.abs(arrivalUs - first.arrivalUs - ((rtp - first.rtp) * 1e6) / rate);
    return this.#seen.every((one) => off(one) <= EVEN * tookUs);
  }
}
