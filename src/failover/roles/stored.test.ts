import { expect, test } from 'vitest';
import { readRole } from './stored.ts';

const takeOver = {
  id: 't', cause: { kind: 'automatic', reason: 'silent' }, backupId: '1', pinned: null,
  cameras: [{ id: 'cam', priority: 1, singleSession: false, stage: 'recording', untilMs: null, lentInVain: 0 }],
};

test('a stored role comes back as it was', () => {
  const active = { kind: 'active', serverId: 'alpha', sinceMs: 1, takeOver };
  expect(readRole(JSON.parse(JSON.stringify(active)), 'alpha')).toEqual(active);
});

test('one that does not fit is refused, never guessed at', () => {
  expect(() => readRole({ kind: 'active', serverId: 'alpha', sinceMs: 1 }, 'alpha')).toThrow(/stored role for server alpha/);
  expect(() => readRole({ kind: 'dancing', serverId: 'alpha', sinceMs: 1 }, 'alpha')).toThrow(/stored role/);
  expect(() => readRole({ kind: 'active', serverId: 'alpha', sinceMs: 1, takeOver: { ...takeOver, cause: { kind: 'automatic', reason: 'bored' } } }, 'alpha')).toThrow(/takeOver/);
});
