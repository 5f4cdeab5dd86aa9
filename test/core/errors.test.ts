import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from '../../src/contract/errors.ts';

test('docs/errors.md lists every error code with its meaning, and no other', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([^`]+)` \| (.+?) \| /gm)].map(([, code, text]) => [code, text]);
  expect(listed).toEqual(Object.entries(errors).map(([code, { text }]) => [code, text]));
});
