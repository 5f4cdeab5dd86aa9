import { type ErrorCode, errors, UnderstudyError } from '../contract/errors.ts';
import { type Method, methods, type Params, type Result } from '../contract/link.ts';
import type { LinkMessage } from '../contract/link-parse.ts';
import type { Timers } from './clock.ts';
import { bodyReader, type BodyReader, sendBody, watch } from './link-body.ts';
import type { Connection } from './transport.ts';

/** The answer of a bulk request: its JSON part at once, its body while it arrives. */
export interface BulkAnswer<M extends Method> {
  readonly result: Result<M>;
  /** Throws `link.protocol` when the body is cut or longer than told. Not reading it stops the sender. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The asking side of requests on one connection that is past its welcome. */
export interface Asker {
  /** Rejects with the peer's own error, or `link.unreachable` after `timeoutMs` or when the connection ends. */
  request<M extends Method>(method: M, params: Params<M>, timeoutMs: number): Promise<Result<M>>;
  /**
   * One bulk request at a time per connection. `idleMs`: longest pause of the peer, before and within
   * the body. Leaving the body early (`break`) ends the connection.
   */
  bulk<M extends Method>(method: M, params: Params<M>, idleMs: number, upload?: AsyncIterable<Uint8Array>): Promise<BulkAnswer<M>>;
  /** Hands over what came in; false if it is not an answer. */
  take(message: LinkMessage | Uint8Array): boolean;
  /** The connection ended: everything waiting is rejected. */
  fail(reason: string): void;
}

interface Waiting {
  readonly done: (result: unknown) => void;
  readonly fail: (error: Error) => void;
}

export function makeAsker(connection: Connection, timers: Timers): Asker {
  const waiting = new Map<number, Waiting>();
  let reader: BodyReader | null = null;
  let nextId = 1;
  let ended: UnderstudyError | null = null;

  const ask = async <M extends Method>(id: number, method: M, params: Params<M>, timeoutMs: number, upload?: AsyncIterable<Uint8Array>): Promise<Result<M>> => {
    if (ended !== null) throw ended;
    const answer = new Promise<unknown>((done, fail) => waiting.set(id, { done, fail }));
    const patience = watch(timers, timeoutMs, () =>
      waiting.get(id)?.fail(new UnderstudyError('link.unreachable', `${connection.peer} did not answer ${method} within ${timeoutMs} ms.`)),
    );
    try {
      connection.send(JSON.stringify({ type: 'request', id, method, params }));
      // What ends an upload early is told by the answer or by the end of the connection.
      if (upload !== undefined) sendBody(connection, timers, id, touching(upload, () => patience.touch()), timeoutMs).catch(() => patience.touch());
      return checked(method, await answer);
    } finally {
      patience.stop();
      waiting.delete(id);
    }
  };

  return {
    request: async (method, params, timeoutMs) => await ask(nextId++, method, params, timeoutMs),
    async bulk(method, params, idleMs, upload) {
      const id = nextId++;
      reader = bodyReader(connection, timers, id, idleMs);
      return { body: reader, result: await ask(id, method, params, idleMs, upload) };
    },
    take(message) {
      if (message instanceof Uint8Array) reader?.chunk(message);
      else if (message.type === 'end') reader?.end(message);
      else if (message.type !== 'response') return false;
      else if (message.ok) waiting.get(message.id)?.done(message.result);
      else waiting.get(message.id)?.fail(remoteError(message.error));
      return true;
    },
    fail(reason) {
      ended = new UnderstudyError('link.unreachable', `${connection.peer}: ${reason}`);
      for (const one of waiting.values()) one.fail(ended);
      reader?.fail(ended);
    },
  };
}

async function* touching(body: AsyncIterable<Uint8Array>, touch: () => void): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    touch();
    yield chunk;
  }
}

function checked<M extends Method>(method: M, answer: unknown): Result<M> {
  const parsed = methods[method].result.safeParse(answer);
  if (parsed.success) return parsed.data as Result<M>;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new UnderstudyError('link.protocol', `The answer to ${method} does not fit: ${field}.`, { field });
}

/** The peer's error keeps its code if we know it (it may be one version newer). */
export function remoteError(error: { readonly code: string; readonly text: string }): UnderstudyError {
  const known = Object.hasOwn(errors, error.code);
  return new UnderstudyError(known ? (error.code as ErrorCode) : 'link.protocol', known ? error.text : `${error.code}: ${error.text}`);
}
