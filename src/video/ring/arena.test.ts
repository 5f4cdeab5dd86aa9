import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena } from './arena.ts';

interface Piece {
  readonly number: number;
  readonly start: number;
  readonly length: number;
}

/** An arena and what must lie in it, byte by byte. */
function lab(base: number, size: number) {
  const memory = Buffer.alloc(base + size + 1000, 0xee);
  const arena = new Arena(base, size);
  const kept: Piece[] = [];
  let number = 0;
  let forced = 0;
  const intact = ({ start, length, number: n }: Piece): void => {
    if (!memory.subarray(start, start + length).equals(Buffer.alloc(length, n % 200))) throw new Error(`piece ${n} at ${start} was overwritten`);
  };
  const free = (): void => {
    const oldest = kept.shift();
    if (oldest === undefined) return;
    intact(oldest);
    arena.free(kept[0]?.start ?? null);
  };
  return {
    arena,
    kept,
    free,
    get forced() {
      return forced;
    },
    get held() {
      return kept.reduce((sum, { length }) => sum + length, 0);
    },
    /** Lays one piece in steps of a packet; false if there was no room, and it is forgotten. `mayFree`: old ones make room. */
    lay(length: number, mayFree: boolean): boolean {
      number += 1;
      for (let left = length; left > 0; ) {
        const more = Math.min(1400, left);
        const room = arena.reserve(memory, more, () => {
          if (!mayFree || kept.length === 0) return false;
          forced += 1;
          free();
          return true;
        });
        if (!room) {
          arena.length = 0;
          return false;
        }
        memory.fill(number % 200, arena.start + arena.length, arena.start + arena.length + more);
        arena.length += more;
        left -= more;
      }
      const piece = { number, start: arena.start, length };
      arena.keep();
      kept.push(piece);
      intact(piece);
      return true;
    },
    check(): void {
      kept.forEach(intact);
      expect(arena.top).toBeLessThanOrEqual(arena.limit);
      // Nothing outside the region, nothing above `top`: that is what makes the machine give no memory for it.
      for (const outside of [memory.subarray(0, base), memory.subarray(arena.top)]) expect(outside.equals(Buffer.alloc(outside.length, 0xee))).toBe(true);
    },
  };
}

describe('Arena', () => {
  it('never lays one piece over another, or above its top, whatever comes and goes', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ lay: fc.integer({ min: 0, max: 30_000 }), mayFree: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ free: fc.integer({ min: 1, max: 2 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 400_000 })), (steps, size) => {
        const it = lab(500, size);
        for (const s of steps) {
          if ('lay' in s) {
            // A sixth of the region at most, so that it fills and goes round; or more than it can hold.
            const length = s.lay === 0 ? size + 1 : 1 + (s.lay % Math.ceil(size / 6));
            // What fits into the region finds room as soon as everything else may go.
            if (!it.lay(length, s.mayFree)) expect(!s.mayFree || length > size).toBe(true);
          } else for (let n = 0; n < s.free; n += 1) it.free();
        }
        it.check();
      }),
      { numRuns: 200 },
    );
  });

  it('uses hardly more memory than is kept at most, and all that was laid out when that much comes', () => {
    const it = lab(0, 3_000_000);
    let most = 0;
    /** Groups of a large piece and many small ones; so many groups are kept. */
    const traffic = (groups: number, scale: number): void => {
      for (let group = 0; group < groups; group += 1) {
        for (let n = 0; n < 25; n += 1) {
          expect(it.lay(Math.round(scale * (n === 0 ? 40_000 : 2_000 + ((n * 7919 + group * 104_729) % 1500))), true)).toBe(true);
          most = Math.max(most, it.held);
        }
        while (it.kept.length > 10 * 25) for (let n = 0; n < 25; n += 1) it.free();
      }
    };
    traffic(60, 1);
    const usual = it.arena.top;
    expect(usual).toBeLessThan(most * 1.1);
    traffic(60, 2);
    expect(it.arena.top).toBeGreaterThan(usual * 1.7);
    expect(it.arena.top).toBeLessThan(most * 1.1);
    // Half as much again as is kept was enough all the time: nothing had to go before its time.
    expect(it.forced).toBe(0);
    const grown = it.arena.top;
    traffic(60, 1);
    expect(it.arena.top).toBe(grown);
    it.check();
  });
});
