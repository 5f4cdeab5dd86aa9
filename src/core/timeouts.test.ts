import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTimeouts, defaultTimeouts, keepAliveIntervalMs, minimumOf, suspectAfterMs, timeoutNames, timeoutRules } from './timeouts.ts';

function rulesBroken(value: unknown): readonly string[] {
  const check = checkTimeouts(value);
  return check.ok ? [] : check.problems.map((problem) => `${problem.field}: ${problem.rule}`);
}

describe('time-outs', () => {
  it('L1 has the defaults and the range of the seed', () => {
    const minute = 60_000;
    expect(timeoutRules.connected).toMatchObject({ defaultMs: 5 * minute, minMs: 5 * minute, maxMs: 60 * minute });
    expect(timeoutRules.started).toMatchObject({ defaultMs: 5 * minute, minMs: 5 * minute, maxMs: 60 * minute });
    expect(timeoutRules.keepAlive).toMatchObject({ defaultMs: 30_000, minMs: 30_000, maxMs: 300_000 });
    expect(timeoutRules.normalShutdown).toMatchObject({ defaultMs: 15 * minute, minMs: 5 * minute, maxMs: 60 * minute });
    expect(timeoutRules.abnormalShutdown).toMatchObject({ defaultMs: 5 * minute, minMs: 5 * minute, maxMs: 60 * minute });
    expect(rulesBroken(defaultTimeouts)).toEqual([]);
    expect(rulesBroken({ ...defaultTimeouts, allowShorter: true })).toEqual([]);
  });

  it('L2 lowers the minima, and only those, with shorter time-outs allowed', () => {
    const shortest = { allowShorter: true, connected: 10_000, started: 10_000, keepAlive: 3000, normalShutdown: 10_000, abnormalShutdown: 10_000, holdDown: 2000 };
    expect(rulesBroken(shortest)).toEqual([]);
    expect(rulesBroken({ ...shortest, keepAlive: 2999 })).toEqual(['keepAlive: minimum']);
    expect(rulesBroken({ ...shortest, allowShorter: false })).toEqual(timeoutNames.map((name) => `${name}: minimum`));
    expect(rulesBroken({ ...shortest, connected: 3_600_001 })).toEqual(['connected: maximum']);
  });

  it('L3 accepts exactly what lies in the range, and names every broken rule', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom(...timeoutNames), fc.integer({ min: -10, max: 4_000_000 }), (allowShorter, name, ms) => {
        const fits = ms >= minimumOf(name, allowShorter) && ms <= timeoutRules[name].maxMs;
        expect(rulesBroken({ ...defaultTimeouts, allowShorter, [name]: ms }).length === 0).toBe(fits);
      }),
    );
    expect(rulesBroken(null)).toEqual([': type']);
    expect(rulesBroken([])).toEqual([': type']);
    expect(rulesBroken({ ...defaultTimeouts, connected: '300000', started: Number.NaN, keepAlive: 30_000.5, extra: 1 })).toEqual([
      'connected: type',
      'started: type',
      'keepAlive: whole milliseconds',
      'extra: unknown field',
    ]);
    expect(rulesBroken({})).toEqual(['allowShorter: missing', ...timeoutNames.map((name) => `${name}: missing`)]);
    expect(rulesBroken({ ...defaultTimeouts, allowShorter: 'yes' })).toEqual(['allowShorter: type']);
  });

  it('L4 tells how often keep-alives come', () => {
    expect(keepAliveIntervalMs(defaultTimeouts)).toBe(1000);
    expect(keepAliveIntervalMs({ ...defaultTimeouts, keepAlive: 3000 })).toBe(500);
    expect(keepAliveIntervalMs({ ...defaultTimeouts, keepAlive: 5000 })).toBe(833);
    expect(suspectAfterMs(defaultTimeouts)).toBeGreaterThan(2000);
    expect(suspectAfterMs({ ...defaultTimeouts, keepAlive: 3000 })).toBeLessThan(3000);
  });
});
