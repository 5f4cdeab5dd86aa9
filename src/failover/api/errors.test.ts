import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from '../../contract/errors.ts';

test('docs/errors.md explains every code, and no other', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const explained = [...page.matchAll(/^\| `([a-z]+\.[a-z-]+)` \| (.+) \| (.+) \|$/gm)].map((match) => match[1]);
  expect(explained.toSorted()).toEqual(Object.keys(errors).toSorted());
});
