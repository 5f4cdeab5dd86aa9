/** Refusals of the schemas in words for a person, at a field and in an answer of the API. A schema's own words come first. */
import type { z } from 'zod';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** Undefined: zod's own words, which name what is expected. */
export function plainWords(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return wordsOfType(issue);
  if (issue.code === 'too_big') return `At most ${amount(issue.origin, issue.maximum)}.`;
  if (issue.code === 'too_small') return `At least ${amount(issue.origin, issue.minimum)}.`;
  if (issue.code === 'invalid_value') return issue.values.length === 1 ? `Must be ${String(issue.values[0])}.` : `One of: ${issue.values.map(String).join(', ')}.`;
  return undefined;
}

function wordsOfType({ expected, input }: Issue & { readonly code: 'invalid_type' }): string | undefined {
  if (input === undefined) return 'This is missing.';
  if (expected === 'int') return 'A whole number is needed.';
  if (expected === 'number') return 'A number is needed.';
  if (expected === 'boolean') return 'true or false is needed.';
  return expected === 'string' ? 'A text is needed.' : undefined;
}

const counted: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', set: ' entries' };
const amount = (origin: string, limit: number | bigint): string => `${String(limit)}${counted[origin] ?? ''}`;
