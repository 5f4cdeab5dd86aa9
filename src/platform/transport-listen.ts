import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { UnderstudyError } from '../contract/errors.ts';
import { spkiFingerprint, type TlsIdentity } from './tls-identity.ts';
import { type Connection, type Listening, maxMessageBytes } from './transport.ts';
import { wsConnection } from './transport-ws.ts';

export interface ListenLimits {
  /** Accepted connections at once, those still shaking hands included. */
  readonly connections: number;
  /** Of these, from one address: a stranger must leave room for the others. */
  readonly ofAddress: number;
  /** TLS and upgrade must be done within this time. */
  readonly handshakeMs: number;
}

export const defaultLimits: ListenLimits = { connections: 1000, ofAddress: 250, handshakeMs: 5000 };

/** Accepts anybody who shows a key; who that is, is decided by the hello (a stranger may pair). */
export async function listenTls(
  identity: TlsIdentity,
  at: { readonly host: string; readonly port: number },
  accept: (connection: Connection) => void,
  limits: ListenLimits = defaultLimits,
): Promise<Listening> {
  const server = createServer(
    {
      key: identity.keyPem,
      cert: identity.certPem,
      minVersion: 'TLSv1.3',
      requestCert: true,
      rejectUnauthorized: false, // pins, not authorities
      handshakeTimeout: limits.handshakeMs,
      requestTimeout: limits.handshakeMs,
      headersTimeout: limits.handshakeMs,
      connectionsCheckingInterval: Math.min(1000, limits.handshakeMs),
      keepAliveTimeout: 1,
      maxHeaderSize: 4096,
    },
    (_request, response) => response.writeHead(426, { connection: 'close' }).end('This port speaks the link protocol of Understudy.\n'),
  );
  server.maxConnections = limits.connections;
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes, clientTracking: false });
  // From the first packet on, not from the end of the handshake: a guest who dials while we close would
  // otherwise be let in afterwards, and closing would wait for him for ever.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const { remoteAddress } = socket;
    let same = 0;
    for (const one of sockets) if (one.remoteAddress === remoteAddress) same++;
    if (same > limits.ofAddress) socket.destroy();
  });
  server.on('upgrade', (request, socket, head) => {
    const tls = socket as TLSSocket;
    const certificate = tls.getPeerX509Certificate();
    if (certificate === undefined) return void tls.destroy();
    const peer = `${tls.remoteAddress ?? 'unknown'}:${tls.remotePort ?? 0}`;
    upgrades.handleUpgrade(request, tls, head, (web) => accept(wsConnection(web, tls, peer, spkiFingerprint(certificate))));
  });
  server.on('clientError', (_error, socket) => socket.destroy()); // not TLS, not HTTP, or too slow: nothing to say to it

  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(listenError(error, at)));
    server.listen(at.port, at.host, done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listenError(error: NodeJS.ErrnoException, at: { readonly host: string; readonly port: number }): UnderstudyError {
  if (error.code === 'EADDRINUSE')
    return new UnderstudyError('store.in-use', `Port ${at.port} on ${at.host} is in use by another process.`, {
      cause: error,
      advice: 'Stop the other process, or choose another port.',
    });
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new UnderstudyError('input.invalid', `${at.host} is no address of this machine.`, { cause: error, advice: 'Choose one of its own addresses, or 0.0.0.0 for all.' });
  return new UnderstudyError('link.unreachable', `Cannot listen on ${at.host}:${at.port}: ${error.message}.`, { cause: error });
}
