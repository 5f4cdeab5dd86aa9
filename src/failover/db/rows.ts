import { z } from 'zod';
import { brokenField } from '../../contract/plain-words.ts';
import { UnderstudyError } from '../../contract/errors.ts';

/** SQLite's 0 and 1. Anything else is somebody's edit and is refused. */
export const flag = z.literal([0, 1]).transform((value) => value === 1);

/** A JSON text column of the given shape. */
export const jsonText = <T extends z.ZodType>(shape: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch (error) {
        context.addIssue({ code: 'custom', message: `is not JSON (${(error as Error).message})` });
        return z.NEVER;
      }
    })
    .pipe(shape);

/** Parses at the edge: names table, column and rule, so that an edited database is refused in words (O04). */
export function parseRow<T extends z.ZodType>(shape: T, row: unknown, where: string): z.output<T> {
  const parsed = shape.safeParse(row);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined ? '' : brokenField(issue).join('.');
  throw new UnderstudyError('input.invalid', `${where}${field === '' ? '' : `, ${field}`}: ${issue?.message ?? 'does not fit'}`, {
    field,
    advice: 'Correct the value, or bring back the copy of the data folder.',
  });
}
