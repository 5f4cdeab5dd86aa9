import { expect, test } from 'vitest';
import { answerError } from './validate.ts';

test('what cannot be parsed is no fault of the caller by itself: it may be a row of ours', () => {
  expect(answerError(new SyntaxError('Unexpected token'))).toMatchObject({ status: 500, body: { code: 'process.defect' }, foreseen: false });
});
