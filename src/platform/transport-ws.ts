import type { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import { UnderstudyError } from '../contract/errors.ts';
import type { Connection } from './transport.ts';

const fullBytes = 1024 * 1024;
/** Nobody lets this much wait on purpose: the peer is gone or does not read. */
const stuckBytes = 64 * 1024 * 1024;
const endWaitMs = 2000;

type Message = string | Uint8Array;

/** A `Connection` over an open WebSocket; text and binary frames are kept apart. */
export function wsConnection(web: WebSocket, tls: TLSSocket, peer: string, peerFingerprint: string): Connection {
  const early: Message[] = [];
  let listener: ((data: Message) => void) | null = null;
  let ended: string | null = null;
  let lastError: string | null = null;
  let onEnd: ((reason: string) => void) | null = null;
  const waiters: { readonly go: () => void; readonly fail: (error: Error) => void }[] = [];

  tls.setNoDelay(true);
  web.on('message', (data: Buffer, binary: boolean) => {
    const message = binary ? data : data.toString('utf8');
    if (listener === null) early.push(message);
    else listener(message);
  });
  web.on('error', (error) => (lastError = error.message));
  web.on('close', (code, reason) => {
    ended = lastError ?? (reason.length > 0 ? reason.toString('utf8') : `the connection ended (${code})`);
    for (const waiter of waiters.splice(0)) waiter.fail(new UnderstudyError('link.unreachable', `${peer}: ${ended}`));
    onEnd?.(ended);
  });
  // Until somebody listens nothing is read, so `early` stays at what came with the handshake.
  web.pause();

  const sent = (): void => {
    if (web.bufferedAmount < fullBytes) for (const waiter of waiters.splice(0)) waiter.go();
  };
  const stuck = (): boolean => {
    if (web.bufferedAmount <= stuckBytes) return false;
    lastError = 'the peer does not read what is sent';
    web.terminate();
    return true;
  };

  return {
    peer,
    peerFingerprint,
    send(text) {
      if (ended === null && web.readyState === web.OPEN && !stuck()) web.send(text);
    },
    waiting: () => web.bufferedAmount,
    async sendBytes(bytes) {
      if (ended !== null || web.readyState !== web.OPEN)
        throw new UnderstudyError('link.unreachable', `${peer}: ${ended ?? 'the connection is closing'}`);
      web.send(bytes, { binary: true }, sent);
      if (web.bufferedAmount < fullBytes) return;
      await new Promise<void>((go, fail) => waiters.push({ go, fail }));
    },
    onMessage(next) {
      listener = next;
      for (const message of early.splice(0)) next(message);
      web.resume();
    },
    onClose(next) {
      onEnd = next;
      const reason = ended;
      if (reason !== null) queueMicrotask(() => next(reason));
    },
    pause: () => web.pause(),
    resume: () => web.resume(),
    close(reason) {
      if (ended !== null) return;
      lastError ??= reason;
      web.resume(); // a paused socket would never see the peer's answer to our end
      web.close(1000, cut(reason));
      const timer = setTimeout(() => web.terminate(), endWaitMs);
      web.once('close', () => clearTimeout(timer));
    },
  };
}

// A close frame carries at most 123 bytes of reason (RFC 6455 section 5.5).
function cut(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  return text;
}
