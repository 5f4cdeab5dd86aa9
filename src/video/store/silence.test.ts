import { expect, test } from 'vitest';
import { Silence } from './silence.ts';

test('silence counts from the last word, and only for somebody who kept asking', () => {
  const silence = new Silence(15_000);
  silence.heard(0);
  const asked = (fromMs: number, toMs: number): number => {
    let last = 0;
    for (let ms = fromMs; ms <= toMs; ms += 1000) last = silence.ms(ms);
    return last;
  };
  expect(asked(0, 14_000)).toBe(0);
  expect(asked(15_000, 20_000)).toBe(20_000);
  silence.heard(20_500);
  expect(silence.ms(21_000)).toBe(0);
  // Stood still for a minute: what it missed waits to be read.
  expect(silence.ms(81_000)).toBe(0);
  expect(asked(82_000, 97_000)).toBe(16_000);
});
