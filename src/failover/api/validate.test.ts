import { expect, test } from 'vitest';
import { answerError } from './validate.ts';

test('only the parser of bodies blames the body; what cannot be parsed elsewhere is a defect, and told to nobody', () => {
  expect(answerError(Object.assign(new SyntaxError('Unexpected token'), { statusCode: 400 }))).toMatchObject({ status: 400, body: { code: 'input.invalid', field: 'body' }, foreseen: true });
  expect(answerError(new SyntaxError('Unexpected token'))).toMatchObject({ status: 500, body: { code: 'process.defect' }, foreseen: false });
});
