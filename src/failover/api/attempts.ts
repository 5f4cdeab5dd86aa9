import type { Clock } from '../../platform/clock.ts';
import { UnderstudyError } from '../../contract/errors.ts';

const freeAttempts = 5;
const longestWaitMs = 60_000;
const rememberedAddresses = 10_000;

/**
 * Slows guessing down: after five wrong attempts from one address each further one must wait, 1 s at
 * first, doubled up to a minute. A right one forgets them. Addresses are bounded; the oldest go first.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #wrong = new Map<string, { count: number; untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws `auth.too-many` while the address must wait. */
  check(address: string): void {
    const waitMs = (this.#wrong.get(address)?.untilMs ?? 0) - this.#clock.monotonicMs();
    if (waitMs <= 0) return;
    throw new UnderstudyError('auth.too-many', 'Too many wrong attempts from this address.', { advice: `Wait ${Math.ceil(waitMs / 1000)} s.` });
  }

  wrong(address: string): void {
    const count = (this.#wrong.get(address)?.count ?? 0) + 1;
    const waitMs = count < freeAttempts ? 0 : Math.min(longestWaitMs, 1000 * 2 ** Math.min(count - freeAttempts, 10));
    this.#wrong.delete(address); // set again: moves it to the young end
    this.#wrong.set(address, { count, untilMs: this.#clock.monotonicMs() + waitMs });
    if (this.#wrong.size > rememberedAddresses) for (const oldest of this.#wrong.keys()) {
      this.#wrong.delete(oldest);
      break;
    }
  }

  right(address: string): void {
    this.#wrong.delete(address);
  }
}
