import { expect, test } from 'vitest';
import { auditEvent } from './machine-events.ts';

test('an event is one sentence, whether its reason is a phrase or a sentence', () => {
  const text = (why: string): string =>
    auditEvent({ machine: 'role', serverId: 'one', from: 'standby', to: 'held', actor: { kind: 'rule', rule: 'F7' }, why }, 'North', null).text;
  expect(text('a keep-alive message came')).toBe('North: standby → held, a keep-alive message came.');
  expect(text('Many servers fell silent at once.')).toBe('North: standby → held, Many servers fell silent at once.');
});
