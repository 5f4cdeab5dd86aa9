import type { z } from 'zod';
import type { RouteBody, RouteName, RouteParams, RouteQuery, Routes } from '../../contract/api/routes.ts';

/** What a handler may know and do beyond its checked input. */
export interface Caller {
  /** Shown in the audit trail. */
  readonly who: string;
  /** A token or session was shown (reads from loopback need none). */
  readonly authenticated: boolean;
  readonly tokenId: string | null;
  readonly sessionId: string | null;
  /** When the session ends without further use; null: a token, or nobody. */
  readonly expiresMs: number | null;
  readonly loopback: boolean;
  /** The peer's IP address. */
  readonly address: string;
  /** Aborted when the client went away: stop reading footage. */
  readonly gone: AbortSignal;
  /** Over TLS, so that cookies can be marked so. */
  readonly secure: boolean;
  setCookie(value: string | null, maxAgeSeconds: number): void;
}

export interface Call<N extends RouteName> {
  readonly params: RouteParams<N>;
  readonly query: RouteQuery<N>;
  readonly body: RouteBody<N>;
  readonly caller: Caller;
}

/** Answers that are not JSON. */
export interface StreamAnswer {
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
}

type IsJson<N extends RouteName> = z.output<Routes[N]['response']> extends undefined ? false : true;
export type Answer<N extends RouteName> = IsJson<N> extends true ? z.input<Routes[N]['response']> : StreamAnswer | void;

export type Handler<N extends RouteName> = (call: Call<N>) => Answer<N> | Promise<Answer<N>>;
/** Every route has a handler; one that is missing does not compile. */
export type Handlers = { readonly [N in RouteName]: Handler<N> };
export type SomeHandlers<N extends RouteName> = Pick<Handlers, N>;
