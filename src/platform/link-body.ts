import { UnderstudyError } from '../contract/errors.ts';
import type { Cancel, Timers } from './clock.ts';
import type { Connection } from './transport.ts';

// Small: a reader that takes 0.1 Mbit/s (copy back at its lowest) must take a piece before the sender's patience ends.
const pieceBytes = 128 * 1024;
const manyBytes = 512 * 1024;
const fewBytes = 384 * 1024;

/** Runs `late` when `touch` was not called for `ms`. */
export function watch(timers: Timers, ms: number, late: () => void): { touch(): void; stop(): void } {
  let cancel: Cancel = timers.after(ms, late);
  return {
    touch() {
      cancel();
      cancel = timers.after(ms, late);
    },
    stop: () => cancel(),
  };
}

/**
 * Sends the binary frames of a bulk transfer and its `end`, as fast as the peer takes them. An error
 * of `body` travels in the `end`; a peer that takes nothing for `idleMs` is cut off.
 */
export async function sendBody(connection: Connection, timers: Timers, id: number, body: AsyncIterable<Uint8Array>, idleMs: number): Promise<void> {
  const idle = watch(timers, idleMs, () => connection.close(`nothing was taken for ${idleMs} ms`));
  let bytes = 0;
  try {
    for await (const chunk of body) {
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        idle.touch();
        await connection.sendBytes(piece);
        bytes += piece.length;
      }
    }
    connection.send(JSON.stringify({ type: 'end', id, bytes }));
  } catch (error) {
    const text = error instanceof UnderstudyError ? `${error.code}: ${error.message}` : 'The body could not be read.';
    connection.send(JSON.stringify({ type: 'end', id, bytes, error: text.slice(0, 2000) }));
    throw error;
  } finally {
    idle.stop();
  }
}

/** The receiving side: an async iterable that stops the sender while nobody reads. */
export interface BodyReader extends AsyncIterable<Uint8Array> {
  chunk(bytes: Uint8Array): void;
  end(message: { readonly id: number; readonly bytes: number; readonly error?: string | undefined }): void;
  fail(error: Error): void;
}

export function bodyReader(connection: Connection, timers: Timers, id: number, idleMs: number): BodyReader {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let received = 0;
  let outcome: 'open' | 'complete' | Error = 'open';
  let wake: (() => void) | null = null;
  const finish = (how: 'complete' | Error): void => {
    if (outcome === 'open') outcome = how;
    wake?.();
  };
  // Only while somebody waits for bytes: a reader that pauses (slow disk) is no fault of the peer.
  const nextBytes = async (): Promise<void> => {
    const cancel = timers.after(idleMs, () => finish(new UnderstudyError('link.unreachable', `${connection.peer} stopped sending in the middle.`)));
    await new Promise<void>((go) => (wake = go));
    wake = null;
    cancel();
  };
  return {
    chunk(bytes) {
      received += bytes.length;
      queued += bytes.length;
      queue.push(bytes);
      if (queued > manyBytes) connection.pause();
      wake?.();
    },
    end(message) {
      if (message.id !== id) finish(new UnderstudyError('link.protocol', 'A body was ended that was not asked for.'));
      else if (message.error !== undefined) finish(new UnderstudyError('link.protocol', `${connection.peer} could not send all: ${message.error}`));
      else if (message.bytes !== received)
        finish(new UnderstudyError('link.protocol', `${connection.peer} sent ${received} bytes and says it sent ${message.bytes}.`));
      else finish('complete');
    },
    fail: (error) => finish(error),
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const chunk = queue.shift();
          if (chunk !== undefined) {
            queued -= chunk.length;
            if (queued < fewBytes) connection.resume();
            yield chunk;
          } else if (outcome === 'complete') return;
          else if (outcome !== 'open') throw outcome;
          else await nextBytes();
        }
      } finally {
        // Left before the end: the rest would come for nobody.
        if (outcome === 'open') connection.close('the body was not read to its end');
      }
    },
  };
}
