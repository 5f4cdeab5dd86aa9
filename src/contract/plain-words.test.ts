import { z } from 'zod';
import { expect, test } from 'vitest';
import { plainWords } from './plain-words.ts';

const said = (schema: z.ZodType, value: unknown): string | undefined => schema.safeParse(value, { error: plainWords }).error?.issues[0]?.message;

test.each([
  [z.int(), Number.NaN, 'A number is needed.'],
  [z.int(), 1.5, 'A whole number is needed.'],
  [z.int().min(1), 0, 'At least 1.'],
  [z.int().max(65_535), 99_999, 'At most 65535.'],
  [z.string().max(5), 'too long', 'At most 5 characters.'],
  [z.array(z.string()).max(1), ['a', 'b'], 'At most 1 entries.'],
  [z.strictObject({ port: z.int() }), {}, 'This is missing.'],
  [z.enum(['hot', 'cold']), 'warm', 'One of: hot, cold.'],
  [z.string(), 7, 'A text is needed.'],
])('what is wrong is said without a programmer’s words', (schema, value, words) => {
  expect(said(schema, value)).toBe(words);
});

test('the words of the schema itself come first', () => {
  expect(said(z.string().max(2, 'Two letters.'), 'abc')).toBe('Two letters.');
});
