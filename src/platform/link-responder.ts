import { UnderstudyError } from '../contract/errors.ts';
import { type Method, methods, type Params, type Result } from '../contract/link.ts';
import type { LinkMessage } from '../contract/link-parse.ts';
import type { Timers } from './clock.ts';
import { bodyReader, type BodyReader, sendBody } from './link-body.ts';
import type { Log } from './log.ts';
import type { Connection } from './transport.ts';

export interface Answer<M extends Method> {
  readonly result: Result<M>;
  /** Only for methods with `bulk: true`. */
  readonly body?: AsyncIterable<Uint8Array>;
}

/** What a process answers. A method that is missing is refused with `input.not-found`. */
export type Handlers = { readonly [M in Method]?: (params: Params<M>, upload: AsyncIterable<Uint8Array>) => Promise<Answer<M>> };

/** The answering side of requests on one connection that is past its welcome. */
export interface Responder {
  /** Hands over what came in; false if it is not a request or its upload. */
  take(message: LinkMessage | Uint8Array): boolean;
  fail(reason: string): void;
}

type Request = Extract<LinkMessage, { type: 'request' }>;
type AnyHandler = (params: unknown, upload: AsyncIterable<Uint8Array>) => Promise<{ readonly result: unknown; readonly body?: AsyncIterable<Uint8Array> }>;

/** Longest pause of the peer within a body, either way. */
const idleMs = 60_000;
/** Requests that one connection may have under way. */
const maxUnderWay = 32;

export function makeResponder(connection: Connection, timers: Timers, handlers: Handlers, bulk: boolean, log: Log): Responder {
  let upload: BodyReader | null = null;
  let underWay = 0;

  const serve = async (request: Request): Promise<void> => {
    const { id } = request;
    try {
      const { method, handler } = find(handlers, request.method, bulk);
      const params = methods[method].params.safeParse(request.params);
      if (!params.success) throw badParams(method, params.error.issues[0]);
      const reader = bodyReader(connection, timers, id, idleMs);
      if (methods[method].bulk) upload = reader;
      const answer = await handler(params.data, reader);
      connection.send(JSON.stringify({ type: 'response', id, ok: true, result: answer.result }));
      if (methods[method].bulk) await sendBody(connection, timers, id, answer.body ?? nothing(), idleMs);
    } catch (error) {
      connection.send(JSON.stringify({ type: 'response', id, ok: false, error: toWire(error) }));
      log.warn({ method: request.method, peer: connection.peer, err: error }, 'A request of the failover link failed');
    }
  };

  return {
    take(message) {
      if (message instanceof Uint8Array) upload?.chunk(message);
      else if (message.type === 'end') upload?.end(message);
      else if (message.type !== 'request') return false;
      else if (underWay >= maxUnderWay)
        connection.send(JSON.stringify({ type: 'response', id: message.id, ok: false, error: { code: 'input.too-large', text: 'Too many requests at once.' } }));
      else {
        underWay++;
        void serve(message).finally(() => underWay--);
      }
      return true;
    },
    fail: (reason) => upload?.fail(new UnderstudyError('link.unreachable', reason)),
  };
}

function find(handlers: Handlers, name: string, bulk: boolean): { readonly method: Method; readonly handler: AnyHandler } {
  const method = Object.hasOwn(methods, name) ? (name as Method) : null;
  const handler = method === null ? undefined : (handlers[method] as AnyHandler | undefined);
  if (method === null || handler === undefined) throw new UnderstudyError('input.not-found', `${name} is not answered here.`);
  if (methods[method].bulk && !bulk) throw new UnderstudyError('link.protocol', `${name} needs a connection of its own.`);
  return { method, handler };
}

function badParams(method: string, issue: { readonly path: PropertyKey[]; readonly message: string } | undefined): UnderstudyError {
  const field = issue?.path.join('.') ?? '';
  return new UnderstudyError('input.invalid', `${method}: ${field}: ${issue?.message ?? 'does not fit'}`, { field });
}

// A defect's own words may carry anything (a path, a URL with a password): they go to our log, not to the peer.
function toWire(error: unknown): { readonly code: string; readonly text: string } {
  if (error instanceof UnderstudyError) return { code: error.code, text: error.message.slice(0, 2000) };
  return { code: 'process.defect', text: 'The request failed by a defect; see the log of that host.' };
}

async function* nothing(): AsyncIterable<Uint8Array> {
  // A bulk answer without a body still has its `end`.
}
