import { errors, UnderstudyError } from '../../contract/errors.ts';
import type { Refusal } from '../ports.ts';

export const refusal = (error: unknown): Refusal =>
  error instanceof UnderstudyError ? { code: error.code, text: error.message } : { code: 'process.defect', text: errors['process.defect'].text };
