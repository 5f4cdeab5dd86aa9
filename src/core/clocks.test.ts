import { expect, test } from 'vitest';
import { isAstray, offsetWords } from './clocks.ts';

test('an offset is astray above a second either way, and right again only well below it', () => {
  expect([1000, 1001, -1001].map((ms) => isAstray(ms))).toEqual([false, true, true]);
  let was = false;
  expect([900, 1100, 950, 1050, -850, 800, 950].map((ms) => (was = isAstray(ms, was)))).toEqual([false, true, true, true, true, false, false]);
});

test('offsets in words', () => {
  expect([1234, -2000, 119_000, 120_000, -7_200_000, 3 * 86_400_000, -1.79e12].map(offsetWords)).toEqual([
    '1.2 seconds ahead', '2.0 seconds behind', '119.0 seconds ahead', '2 minutes ahead', '2 hours behind', '3 days ahead', '57 years behind',
  ]);
});
