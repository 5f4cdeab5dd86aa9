import { routePath, routes, type RouteAnswer, type RouteBodyIn, type RouteName, type RouteParams, type RouteQueryIn } from '../../contract/api/routes.ts';
import { UnderstudyError, type ErrorCode } from '../../contract/errors.ts';

export interface CallOptions<N extends RouteName> {
  readonly params?: RouteParams<N>;
  readonly query?: RouteQueryIn<N>;
  readonly body?: RouteBodyIn<N>;
}

export interface Api {
  call<N extends RouteName>(name: N, options?: CallOptions<N>): Promise<RouteAnswer<N>>;
  /** The raw answer, for video. */
  fetch<N extends RouteName>(name: N, options?: CallOptions<N>): Promise<Response>;
}

/** The HTTP API by route name, with a token. */
export function apiAt(url: string, token: string): Api {
  const send = async (name: RouteName, options: CallOptions<RouteName> = {}): Promise<Response> => {
    const query = new URLSearchParams(Object.entries(options.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]));
    const path = routePath(name, options.params as Record<string, string>);
    const response = await fetch(`${url}${path}${query.size > 0 ? `?${query.toString()}` : ''}`, {
      method: routes[name].method,
      headers: { authorization: `Bearer ${token}`, ...(options.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    if (response.ok) return response;
    const problem = (await response.json()) as { code: ErrorCode; message: string };
    throw new UnderstudyError(problem.code, `${name}: ${problem.message}`);
  };
  return {
    fetch: send as Api['fetch'],
    call: (async (name: RouteName, options?: CallOptions<RouteName>) => {
      const response = await send(name, options);
      return routes[name].answer === 'json' ? response.json() : undefined;
    }) as Api['call'],
  };
}
