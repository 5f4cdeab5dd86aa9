import { expect, test } from 'vitest';
import { ownPage } from './own-page.ts';

test('back goes to a page of ours only', () => {
  for (const ours of ['/', '/footage?server=north&at=1', '/servers/a#x', '/events?text=//x']) expect(ownPage(ours)).toBe(ours);
  for (const other of ['//evil.example', '/\\evil.example', '/\t/evil.example', '/\n/evil.example', '/ /x', 'https://evil.example', 'javascript:alert(1)', '', undefined, '/x\r\ny']) expect([other, ownPage(other)]).toEqual([other, undefined]);
});
