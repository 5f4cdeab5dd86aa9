import { expect, test } from 'vitest';
import { durationText, gapText } from './time.tsx';

test('a gap keeps its milliseconds, however long; a duration is the largest unit and its neighbour', () => {
  expect([12, 3_240, 65_123, 3_661_007].map(gapText)).toEqual(['12 ms', '3.240 s', '1 min 5.123 s', '1 h 1 min 1.007 s']);
  expect([65_123, 3_661_007].map(durationText)).toEqual(['1 min 5 s', '1 h 1 min']);
});
