/**
 * What a schema's built-in rules say when they are broken, in words for whoever wrote the value: fields of a page,
 * settings files, spreadsheets, HTTP bodies and the database. A rule with words of its own keeps them. Never a value.
 */
import { z } from 'zod';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** Undefined: zod's own words, which name what is expected. */
export function plainWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? missing : kinds[issue.expected];
    case 'too_big':
      return `${issue.inclusive === false ? 'Less than' : 'At most'} ${amount(issue.origin, issue.maximum)}.`;
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return 'Must not be empty.';
      return `${issue.inclusive === false ? 'More than' : 'At least'} ${amount(issue.origin, issue.minimum)}.`;
    case 'invalid_value':
      if (issue.input === undefined) return missing;
      return issue.values.length === 1 ? `Must be ${String(issue.values[0])}.` : `One of: ${issue.values.map(String).join(', ')}.`;
    case 'unrecognized_keys':
      return `There is no field ${issue.keys.map((key) => `"${key.slice(0, 60)}"`).join(', ')}.`;
    default:
      return undefined;
  }
}

const missing = 'This is missing.';
const kinds: Readonly<Record<string, string>> = {
  string: 'A text is needed.', number: 'A number is needed.', int: 'A whole number is needed.', boolean: 'true or false is needed.',
  array: 'A list is needed.', object: 'An object is needed.', record: 'An object is needed.',
};
const counted: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', set: ' entries' };
const amount = (origin: string, limit: number | bigint): string => `${String(limit)}${counted[origin] ?? ''}`;

/** Where a rule is broken: of a field that nobody knows its own name, not that of what holds it. */
export function brokenField(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  return unknown === undefined ? issue.path : [...issue.path, unknown];
}

z.config({ customError: plainWords });
