import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { UnderstudyError } from '../contract/errors.ts';
import { errorCode } from './read-bytes.ts';
import type { Addresses } from './transport-addresses.ts';
import { spkiFingerprint } from './tls-identity.ts';
import { type Connection, type DialTarget, maxMessageBytes } from './transport.ts';
import { wsConnection } from './transport-ws.ts';

/** The next address is tried when the one before failed, or after this time (RFC 8305 section 5). */
const staggerMs = 250;

/** Dials all addresses of the target, one shortly after the other; the first that proves its key wins. */
export async function dialTls(context: SecureContext, addresses: Addresses, target: DialTarget): Promise<Connection> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), target.timeoutMs);
  try {
    return await race(context, addresses, target, stop.signal);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

async function race(context: SecureContext, addresses: Addresses, target: DialTarget, signal: AbortSignal): Promise<Connection> {
  const failures: unknown[] = [];
  const tried = new Set<string>();
  const attempts: Promise<void>[] = [];
  let won: Connection | null = null;
  let finish = (): void => undefined;
  const finished = new Promise<void>((done) => (finish = done));
  signal.addEventListener('abort', () => finish(), { once: true });

  const attempt = async (address: string): Promise<void> => {
    try {
      const connection = await dialOne(context, target, address, signal);
      if (won !== null || signal.aborted) return connection.close('another address was faster');
      won = connection;
      addresses.worked(target.host, address);
      finish();
    } catch (error) {
      failures.push(error);
    }
  };
  const start = async (): Promise<void> => {
    for await (const address of addresses.candidates(target.host)) {
      if (tried.has(address)) continue;
      tried.add(address);
      const one = attempt(address);
      attempts.push(one);
      await Promise.race([one, finished, new Promise((done) => setTimeout(done, staggerMs))]);
      if (won !== null || signal.aborted) return;
    }
  };
  const all = start()
    .catch((error: unknown) => void failures.push(error))
    .then(async () => await Promise.all(attempts));
  await Promise.race([all, finished]);
  if (won !== null) return won;
  throw worst(failures, target);
}

// A wrong key is worth more than "unreachable": it says that somebody is there, and who should look.
function worst(failures: readonly unknown[], target: DialTarget): UnderstudyError {
  const pin = failures.find((error) => error instanceof UnderstudyError && error.code === 'auth.pin-mismatch');
  if (pin instanceof UnderstudyError) return pin;
  const first = failures[0];
  if (errorCode(first)?.startsWith('ERR_SSL_') === true || errorCode(first) === 'EPROTO')
    // Still "unreachable": a connection cut in its handshake looks the same, and is to be tried again.
    return new UnderstudyError('link.unreachable', `${target.host}:${target.port} does not answer as an agent does: no TLS.`, {
      cause: first,
      advice: 'Check the port; the agent of a monitored server listens on 15410 unless told otherwise.',
    });
  const why = first instanceof Error ? first.message : `no answer within ${target.timeoutMs} ms`;
  return new UnderstudyError('link.unreachable', `${target.host}:${target.port} does not answer: ${why}.`, {
    cause: first,
    advice: 'Check that the machine runs, that the service is started there, and that no firewall closes the port.',
  });
}

async function dialOne(context: SecureContext, target: DialTarget, address: string, signal: AbortSignal): Promise<Connection> {
  const socket = connect({
    host: address,
    port: target.port,
    secureContext: context,
    // Trust comes from the pinned key alone, checked below before a byte is sent.
    rejectUnauthorized: false,
  });
  const abort = (): void => void socket.destroy(new Error(`no answer within ${target.timeoutMs} ms`));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await secure(socket);
    const fingerprint = pinned(socket, target);
    const web = await upgrade(socket);
    return wsConnection(web, socket, `${address}:${target.port}`, fingerprint);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function secure(socket: TLSSocket): Promise<void> {
  await new Promise<void>((done, fail) => {
    socket.once('secureConnect', done);
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('the connection was closed during the TLS handshake')));
  });
}

function pinned(socket: TLSSocket, target: DialTarget): string {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new UnderstudyError('auth.pin-mismatch', `${target.host} shows no key.`);
  const fingerprint = spkiFingerprint(certificate);
  if (target.pin !== null && target.pin !== fingerprint)
    throw new UnderstudyError('auth.pin-mismatch', `${target.host}:${target.port} shows another key than the paired one.`, {
      advice: 'If that machine was installed anew, pair it again. If not, somebody may be pretending to be it.',
    });
  return fingerprint;
}

async function upgrade(socket: TLSSocket): Promise<WebSocket> {
  const web = new WebSocket('ws://understudy/link', {
    createConnection: () => socket,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
  });
  return await new Promise<WebSocket>((done, fail) => {
    web.once('open', () => {
      web.off('error', fail);
      done(web);
    });
    web.once('error', fail);
  });
}
