import { describe, expect, test } from 'vitest';
import type { LinkMessage } from '../../contract/link-parse.ts';
import { makeAllowance } from './allowance.ts';

const beat = { type: 'beat' } as LinkMessage;
const startup = { type: 'startup' } as LinkMessage;
const response = { type: 'response' } as LinkMessage;

describe('what one monitored server may say', () => {
  test('an honest one for a day, also a keep-alive every 50 ms and a crash loop beside it', () => {
    const allowance = makeAllowance(() => 50);
    let refused = 0;
    for (let ms = 0; ms < 3_600_000; ms += 50) {
      if (!allowance.take(ms, beat, 400)) refused++;
      if (ms % 3000 === 0 && !allowance.take(ms, startup, 300)) refused++;
    }
    expect(refused).toBe(0);
  });

  test('what lay in the socket while we stood still for an hour', () => {
    const allowance = makeAllowance(() => 1000);
    for (let at = 0; at < 3600; at++) expect(allowance.take(1, beat, 400)).toBe(true);
  });

  test('a flood is let through at ten a second only', () => {
    const allowance = makeAllowance(() => 1000);
    let taken = 0;
    for (let ms = 0; ms < 1_000_000; ms += 10) for (let at = 0; at < 5; at++) if (allowance.take(ms, beat, 400)) taken++;
    expect(taken).toBeGreaterThan(14_000);
    expect(taken).toBeLessThan(16_000);
  });

  test('messages that move no state are limited by what reading them costs', () => {
    const allowance = makeAllowance(() => 1000);
    let taken = 0;
    for (let at = 0; at < 1_000_000; at++) if (allowance.take(0, response, 60)) taken++;
    expect(taken).toBeLessThan(70_000);
    expect(allowance.take(0, response, 8_000_000)).toBe(false);
    expect(allowance.take(1000, response, 8_000_000)).toBe(true);
  });
});
