import { expect, test } from 'vitest';
import { gapText } from './gap-text.ts';

const units = {
  days: (count: number) => `${count} d`, hours: (count: number) => `${count} h`, minutes: (count: number) => `${count} min`,
  seconds: (count: string) => `${count} s`, milliseconds: (count: number) => `${count} ms`,
};

test.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [999.7, '1.000 s'],
  [3_240, '3.240 s'],
  [10_049, '10.049 s'],
  [59_999.6, '1 min 0.000 s'],
  [65_123, '1 min 5.123 s'],
  [3_600_040, '1 h 0.040 s'],
  [2 * 86_400_000 + 4 * 3_600_000 + 3 * 60_000 + 7_008, '2 d 4 h 3 min 7.008 s'],
])('a gap of %d ms is "%s": never without its milliseconds', (ms, text) => {
  expect(gapText(ms, units)).toBe(text);
});
