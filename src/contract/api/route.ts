/**
 * A route of the HTTP API as data. The server, the OpenAPI document, the CLI and the web UI all read
 * the same table (`routes.ts`), so none of them can drift from the others.
 */
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';

/**
 * `open`: anybody who reaches the port (log-in, health, static status page).
 * `read`: free from loopback, else token or session. `change`: always token or session.
 */
export type Access = 'open' | 'read' | 'change';

/** Bodies that are not JSON; `json` answers carry a schema. */
export type AnswerKind = 'json' | 'fmp4' | 'csv' | 'html' | 'text' | 'binary' | 'empty';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below `/api`, parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType;
  readonly answer: AnswerKind;
  readonly response: z.ZodType;
  /** Success status; 202 for work that goes on as a job. */
  readonly status: 200 | 201 | 202 | 204;
  /** Codes of contract/errors.ts beside those that any route may give (input, auth, defect). */
  readonly errors: readonly ErrorCode[];
}

const nothing = z.strictObject({});
const noBody = z.undefined();

interface Given<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType> {
  readonly summary: string;
  readonly tag: string;
  readonly access?: Access;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: AnswerKind;
  readonly response?: R;
  readonly status?: Route['status'];
  readonly errors?: readonly ErrorCode[];
}

type Made<P, Q, B, R> = Omit<Route, 'params' | 'query' | 'body' | 'response'> & {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly response: R;
};

/** Fills in what most routes share, and keeps the exact schema types. `line` is like `GET /servers/:server`. */
export function route<
  P extends z.ZodObject = typeof nothing,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodType = typeof noBody,
  R extends z.ZodType = typeof noBody,
>(line: `${Route['method']} /${string}`, given: Given<P, Q, B, R>): Made<P, Q, B, R> {
  const [method, path] = line.split(' ') as [Route['method'], string];
  const answer = given.answer ?? (given.response === undefined ? 'empty' : 'json');
  return {
    method,
    path,
    summary: given.summary,
    tag: given.tag,
    access: given.access ?? (method === 'GET' ? 'read' : 'change'),
    // The defaults are the schemas that the type parameters default to.
    params: given.params ?? (nothing as unknown as P),
    query: given.query ?? (nothing as unknown as Q),
    body: given.body ?? (noBody as unknown as B),
    response: given.response ?? (noBody as unknown as R),
    answer,
    status: given.status ?? (answer === 'empty' ? 204 : 200),
    errors: given.errors ?? [],
  };
}
