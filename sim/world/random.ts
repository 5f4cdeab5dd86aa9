import type { Random } from '../../src/platform/random.ts';

/** Seeded: the same seed gives the same ids and the same jitter (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const bytes = (count: number): Uint8Array => {
    const result = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) result[at] = Math.floor(unit() * 256);
    return result;
  };
  return { unit, bytes, id: () => Buffer.from(bytes(16)).toString('hex') };
}
