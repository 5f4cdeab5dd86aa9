/** Calls the HTTP API by route name; the table of contract/api is the only source of paths and shapes. */
import {
  routePath,
  routes,
  type RouteAnswer,
  type RouteBodyIn,
  type RouteName,
  type RouteParams,
  type RouteQueryIn,
} from '../../../src/contract/api/routes.ts';
import type { ApiError } from '../../../src/contract/api/common.ts';
import { t } from '../texts/texts.ts';

/** No answer came: said by the page itself. */
export const disconnected = 'disconnected';

/** An answer of 400 or above, in the API's own words; `disconnected` when no answer came at all. */
export class CallError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly advice: string | undefined;

  constructor(status: number, error: Omit<ApiError, 'code'> & { readonly code: string }) {
    // The field is marked on the screen; its path in the API tells nobody anything there.
    super(error.field !== undefined && error.message.startsWith(`${error.field}: `) ? error.message.slice(error.field.length + 2) : error.message);
    this.name = 'CallError';
    this.status = status;
    this.code = error.code;
    this.field = error.field;
    this.advice = error.advice;
  }
}

export interface CallOptions<N extends RouteName> {
  readonly params?: RouteParams<N>;
  readonly query?: RouteQueryIn<N>;
  readonly body?: RouteBodyIn<N>;
  /** Id of another failover server, reached through the one that served this page. */
  readonly failover?: string;
  readonly signal?: AbortSignal;
}

/** The address of a route, query included; for links, downloads and media. */
export function urlOf<N extends RouteName>(name: N, options: CallOptions<N> = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((options.query ?? {}) as Record<string, string | number | boolean | undefined>))
    if (value !== undefined) query.set(key, `${value}`);
  const path = routePath(name, options.params as Record<string, string | number>, options.failover);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

async function problemOf(response: Response): Promise<CallError> {
  try {
    return new CallError(response.status, (await response.json()) as ApiError);
  } catch (cause) {
    // Not our error form (a proxy in between, say): tell the status instead of nothing.
    return new CallError(response.status, { code: 'process.defect', message: `${response.status} ${response.statusText}`, advice: String(cause) });
  }
}

/** Sends the call and gives the answer as it is, for video and files. */
export async function fetchRoute<N extends RouteName>(name: N, options: CallOptions<N> = {}): Promise<Response> {
  const { method } = routes[name];
  let response: Response;
  try {
    response = await fetch(urlOf(name, options), {
      method,
      signal: options.signal ?? null,
      ...(options.body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(options.body) }),
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new CallError(0, { code: disconnected, message: t.connection.noAnswer, advice: t.connection.noAnswerAdvice });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Sends the call and gives the parsed answer (`undefined` for empty ones). */
export async function call<N extends RouteName>(name: N, options: CallOptions<N> = {}): Promise<RouteAnswer<N>> {
  const response = await fetchRoute(name, options);
  return (routes[name].answer === 'json' ? await response.json() : undefined) as RouteAnswer<N>;
}

/** Sends the call and hands the answer to the person as a file. */
export async function download<N extends RouteName>(name: N, options: CallOptions<N>, fileName: string): Promise<void> {
  const url = URL.createObjectURL(await (await fetchRoute(name, options)).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
