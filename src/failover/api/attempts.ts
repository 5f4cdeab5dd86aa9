import type { Clock } from '../../platform/clock.ts';
import { UnderstudyError } from '../../contract/errors.ts';

const freeAttempts = 5;
const longestWaitMs = 60_000;
const rememberedAddresses = 10_000;
/** A machine has a whole IPv6 network to itself: 64 bits of addresses. */
const networkGroups = 4;

/** As `Tokens.newSecret` makes them; one that a person wrote into the token file may be guessed. */
const unguessable = /^ust_[\w-]{43}$/;

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

  /**
   * What `find` knows of a token; null: it is wrong. Throws `auth.too-many` while the address must wait,
   * but not for a right one that nobody could have guessed: whoever shares an address with somebody who
   * guesses (this machine, a proxy) must still get in.
   */
  try<T>(address: string, token: string, find: () => T | null): T | null {
    const key = networkOf(address);
    const strong = unguessable.test(token);
    if (!strong) this.#check(key);
    const found = find();
    if (found !== null) this.#wrong.delete(key);
    else if (strong) this.#check(key);
    if (found === null) this.#note(key);
    return found;
  }

  #check(key: string): void {
    const waitMs = (this.#wrong.get(key)?.untilMs ?? 0) - this.#clock.monotonicMs();
    if (waitMs <= 0) return;
    throw new UnderstudyError('auth.too-many', 'Too many wrong attempts from this address.', { advice: `Wait ${Math.ceil(waitMs / 1000)} s.` });
  }

  #note(key: string): void {
    const count = (this.#wrong.get(key)?.count ?? 0) + 1;
    const waitMs = count < freeAttempts ? 0 : Math.min(longestWaitMs, 1000 * 2 ** Math.min(count - freeAttempts, 10));
    this.#wrong.delete(key); // set again: moves it to the young end
    this.#wrong.set(key, { count, untilMs: this.#clock.monotonicMs() + waitMs });
    if (this.#wrong.size > rememberedAddresses) for (const oldest of this.#wrong.keys()) {
      this.#wrong.delete(oldest);
      break;
    }
  }
}

function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const front = head.split(':').filter((group) => group !== '');
  const back = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array.from({ length: zeros }, () => '0'), ...back].slice(0, networkGroups).join(':');
}
