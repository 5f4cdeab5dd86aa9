import type { z } from 'zod';
import type { ApiError } from '../../contract/api/common.ts';
import { httpStatus } from '../../contract/api/status.ts';
import { errors, UnderstudyError } from '../../contract/errors.ts';
import { brokenField } from '../../contract/plain-words.ts';

/** Parses one part of a request; throws `input.invalid` that names the field and the rule. */
export function checked<T extends z.ZodType>(schema: T, value: unknown, where: 'path' | 'query' | 'body'): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues);
  const field = brokenField(issue).join('.');
  const message = issue.code === 'unrecognized_keys' ? 'There is no such field.' : issue.message;
  throw new UnderstudyError('input.invalid', `${field === '' ? `The ${where}` : field}: ${message}`, { field: field === '' ? where : field });
}

/** Of a failed union the issue inside the nearest branch says more than "invalid input". */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const issue = issues[0];
  if (issue === undefined) throw new UnderstudyError('process.defect', 'A refused value without a reason.');
  if (issue.code !== 'invalid_union') return issue;
  const branch = issue.errors.toSorted((a, b) => a.length - b.length)[0];
  const inner = branch === undefined || branch.length === 0 ? undefined : deepest(branch);
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

/** The answer to an error. What nobody foresaw tells its caller nothing: it may hold secrets. */
export function answerError(error: unknown): { readonly status: number; readonly body: ApiError; readonly foreseen: boolean } {
  if (error instanceof UnderstudyError) {
    const { code, message, field, advice } = error;
    const body = { code, message, ...(field === undefined ? {} : { field }), ...(advice === undefined ? {} : { advice }) };
    return { status: httpStatus(code), body, foreseen: code !== 'process.defect' };
  }
  const known = fastifyError(error);
  if (known !== null) return { status: httpStatus(known.code), body: known, foreseen: true };
  return { status: 500, body: { code: 'process.defect', message: errors['process.defect'].text, advice: 'The log of the failover server says more.' }, foreseen: false };
}

/** Fastify's own refusals come before any handler: bodies that are no JSON, too large, or of another kind. */
function fastifyError(error: unknown): ApiError | null {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { code: 'input.too-large', message: 'The body is larger than 1 MB.' };
  if (typeof code === 'string' && code.startsWith('FST_ERR_CTP')) return { code: 'input.invalid', message: 'The body must be JSON (content-type: application/json).', field: 'body' };
  // A path that would leave the folder of the page's files.
  if ((error as { readonly statusCode?: unknown } | null)?.statusCode === 403) return { code: 'input.not-found', message: 'There is no such file.' };
  return null;
}
