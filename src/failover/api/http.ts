import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import fastifyCookie from '@fastify/cookie';
import fastifyWebsocket from '@fastify/websocket';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ApiError } from '../../contract/api/common.ts';
import type { Route } from '../../contract/api/route.ts';
import { routeNames, routes } from '../../contract/api/routes.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Log } from '../../platform/log.ts';
import { limitConnections } from './connections.ts';
import { admit, sessionCookie, type AccessRules } from './access.ts';
import type { Caller, Handlers, StreamAnswer } from './handlers.ts';
import { answerError, checked } from './validate.ts';

export interface HttpNeeds {
  readonly handlers: Handlers;
  readonly access: AccessRules;
  readonly log: Log;
  /** Tests check every answer against its schema; the product trusts its own types. */
  readonly checkAnswers?: boolean;
  /** PEM; without it plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const bodyLimit = 1_000_000;

/** Answers are shown by our pages, not pages themselves; the report to print is, and has no script. */
const answerPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/** Everything that a page of this server may load; a name with a script in it stays text. */
const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/** Fastify with every route of the table registered. Not listening yet. */
export async function createHttp(needs: HttpNeeds): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    // Logged by us, without headers: they carry tokens.
    logger: false,
    clientErrorHandler: refuseNoRequest,
    ...(needs.tls === undefined ? {} : { https: needs.tls }),
  }) as unknown as FastifyInstance;
  await app.register(fastifyCookie);
  await app.register(fastifyWebsocket, { options: { maxPayload: 65_536 } });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, needs.log));
  limitConnections(app.server);
  app.addHook('onSend', async (request, reply) => {
    reply.header('content-security-policy', request.url.startsWith('/api/') ? answerPolicy : contentSecurityPolicy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
  });
  // `DELETE` and `POST` without a body may still carry the content type.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? undefined : (JSON.parse(text as string) as unknown));
    } catch (error) {
      done(new UnderstudyError('input.invalid', 'The body is not valid JSON.', { field: 'body', cause: error }));
    }
  });
  for (const name of routeNames) registerRoute(app, routes[name], needs.handlers[name] as (call: unknown) => unknown, needs);
  return app;
}

/** What is no request never comes to a route; the answer has the form of all others. */
function refuseNoRequest(error: Error & { readonly code?: unknown }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, body]: readonly [string, ApiError] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', { code: 'input.too-large', message: 'The head of the request is too large.' }]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', { code: 'input.invalid', message: 'The request did not come to its end in time.' }]
        : ['400 Bad Request', { code: 'input.invalid', message: 'This is no HTTP request.' }];
  const text = JSON.stringify(body);
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`);
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const { status, body, foreseen } = answerError(error);
  if (!foreseen) log.error({ error, method: request.method, url: request.url }, 'a request failed unexpectedly');
  return reply.code(status).send(body);
}

function registerRoute(app: FastifyInstance, route: Route, handler: (call: unknown) => unknown, needs: HttpNeeds): void {
  app.route({
    method: route.method,
    url: `/api${route.path}`,
    handler: async (request, reply) => {
      const caller = callerOf(request, reply, route, needs.access);
      const answer = await handler({
        params: checked(route.params, request.params, 'path'),
        query: checked(route.query, request.query, 'query'),
        body: checkedBody(route.body, request.body),
        caller,
      });
      return send(reply, route, answer, needs.checkAnswers === true);
    },
  });
}

/** A body of optional fields may be left out as a whole. */
function checkedBody(schema: z.ZodType, body: unknown): unknown {
  const nothing = body === undefined || body === null;
  if (schema.type === 'undefined') {
    if (nothing || isEmpty(body)) return undefined;
    throw new UnderstudyError('input.invalid', 'This takes no body.', { field: 'body' });
  }
  return checked(schema, nothing ? {} : body, 'body');
}

// Not by its text: a body that is nested deep enough has none.
const isEmpty = (body: unknown): boolean => typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;

/** Admits the request, or throws; names the caller. `reply` null: a WebSocket. */
export function callerOf(request: FastifyRequest, reply: FastifyReply | null, route: Pick<Route, 'access'>, rules: AccessRules): Caller {
  const remoteAddress = request.socket.remoteAddress ?? '';
  const admitted = admit({ method: request.method, headers: request.headers, remoteAddress }, request.cookies[sessionCookie], route.access, rules);
  const gone = new AbortController();
  reply?.raw.once('close', () => gone.abort());
  // Another failover server tells in whose name it asks; it holds one of our tokens.
  const inNameOf = admitted.grant !== null && admitted.grant.sessionId === null ? named(request.headers['x-understudy-who']) : null;
  const who = admitted.grant?.who ?? (admitted.loopback ? 'this machine' : admitted.address);
  return {
    who: inNameOf === null ? who : `${inNameOf} (through ${who})`,
    authenticated: admitted.grant !== null,
    tokenId: admitted.grant?.tokenId ?? null,
    sessionId: admitted.grant?.sessionId ?? null,
    expiresMs: admitted.grant?.expiresMs ?? null,
    loopback: admitted.loopback,
    address: admitted.address,
    gone: gone.signal,
    secure: request.protocol === 'https',
    setCookie(value, maxAge) {
      const options = { path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' } as const;
      if (value === null) reply?.clearCookie(sessionCookie, options);
      else reply?.setCookie(sessionCookie, value, { ...options, maxAge });
    },
  };
}

function named(header: string | readonly string[] | undefined): string | null {
  if (typeof header !== 'string') return null;
  return decoded(header).replace(/\p{Cc}+/gu, ' ').slice(0, 200);
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header; // not encoded as we do: shown as it came
  }
}

function send(reply: FastifyReply, route: Route, answer: unknown, check: boolean): FastifyReply {
  reply.header('cache-control', 'no-store');
  if (route.answer === 'empty') return reply.code(204).send();
  if (route.answer === 'json') return reply.code(route.status).send(check ? route.response.parse(answer) : answer);
  const { contentType, headers, body } = answer as StreamAnswer;
  reply.code(200).type(contentType).headers(headers ?? {});
  if (typeof body === 'string') return reply.send(body);
  if (body instanceof Uint8Array) return reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  return reply.send(Readable.from(body, { objectMode: false, highWaterMark: 262_144 }));
}
