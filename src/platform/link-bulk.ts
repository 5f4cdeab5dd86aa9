import type { Method, Params } from '../contract/link.ts';
import { parseLinkMessage } from '../contract/link-parse.ts';
import type { Timers } from './clock.ts';
import { type BulkAnswer, makeAsker } from './link-asker.ts';
import { openLink, type Opening } from './link-dial.ts';
import type { DialTarget, Transport } from './transport.ts';

const dialTimeoutMs = 6000;
const idleMs = 30_000;

/** The bulk transfers under way, so that whoever ends can end them. One that opens later is ended at once. */
export class Transfers {
  readonly #ends = new Set<() => void>();
  #closed = false;

  add(end: () => void): void {
    if (this.#closed) end();
    else this.#ends.add(end);
  }

  delete(end: () => void): void {
    this.#ends.delete(end);
  }

  close(): void {
    this.#closed = true;
    for (const end of this.#ends) end();
  }
}

/** One bulk request on a connection of its own, so that a large body never delays a life sign. `transfers` cuts it off when it is closed. */
export async function askBulk<M extends Method>(
  transport: Transport,
  timers: Timers,
  target: Omit<DialTarget, 'timeoutMs'>,
  opening: Opening,
  method: M,
  params: Params<M>,
  more: { readonly upload?: AsyncIterable<Uint8Array>; readonly transfers?: Transfers } = {},
): Promise<BulkAnswer<M>> {
  const { upload, transfers } = more;
  const { connection, onMessage } = await openLink(transport, timers, { ...target, timeoutMs: dialTimeoutMs }, opening);
  const asker = makeAsker(connection, timers);
  const end = (): void => {
    asker.fail('this process ends');
    connection.close('this process ends');
  };
  transfers?.add(end);
  connection.onClose((reason) => {
    transfers?.delete(end);
    asker.fail(reason);
  });
  onMessage((data) => {
    try {
      const message = data instanceof Uint8Array ? data : parseLinkMessage(data);
      asker.take(message);
      // All of the body is here, if perhaps not read yet: the connection is not needed any more.
      if (!(message instanceof Uint8Array) && message.type === 'end') connection.close('done');
    } catch (error) {
      asker.fail(error instanceof Error ? error.message : String(error));
      connection.close('link.protocol');
    }
  });
  try {
    return await asker.bulk(method, params, idleMs, upload);
  } catch (error) {
    connection.close('the request failed');
    throw error;
  }
}
