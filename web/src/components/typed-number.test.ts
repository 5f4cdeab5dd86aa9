import { expect, test } from 'vitest';
import { numberOf } from './typed-number.ts';

test('a number is what people take for one', () => {
  expect(['5', ' 12 ', '1,5', '0.25', '-1', '007'].map(numberOf)).toEqual([5, 12, 1.5, 0.25, -1, 7]);
  for (const typed of ['', ' ', '0x10', '1e3', '1.', '.5', '1,000.5', '1 000', '١٢', 'Infinity', '12 s']) expect(numberOf(typed), typed).toBeNaN();
});
