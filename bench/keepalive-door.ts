/**
 * One TLS listener for thousands of agents of one process: which of them is meant shows by the loopback
 * address that was dialled (all of 127.0.0.0/8 leads here). On the wire it is the real link; what is spared is
 * ten thousand HTTPS servers with their timers and key contexts, which in the field are on ten thousand machines.
 */
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { spkiFingerprint, type TlsIdentity } from '../src/platform/tls-identity.ts';
import { type Connection, maxMessageBytes, type Transport } from '../src/platform/transport.ts';
import { tlsTransport } from '../src/platform/transport-tls.ts';
import { wsConnection } from '../src/platform/transport-ws.ts';

export interface SharedDoor {
  readonly port: number;
  /** For the agent that is dialled at this address. */
  transport(address: string): Transport;
}

export async function openSharedDoor(identity: TlsIdentity): Promise<SharedDoor> {
  const accepts = new Map<string, (connection: Connection) => void>();
  const server = createServer({ key: identity.keyPem, cert: identity.certPem, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: false });
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes, clientTracking: false });
  // A whole range of addresses can only be listened on together with all others: whoever dials those is no part of this.
  server.on('connection', (socket: Socket) => {
    if (socket.localAddress === undefined || !accepts.has(socket.localAddress)) socket.destroy();
  });
  server.on('upgrade', (request, socket, head) => {
    const tls = socket as TLSSocket;
    const certificate = tls.getPeerX509Certificate();
    const accept = accepts.get(tls.localAddress ?? '');
    if (certificate === undefined || accept === undefined) return void tls.destroy();
    const peer = `${tls.remoteAddress ?? 'unknown'}:${tls.remotePort ?? 0}`;
    upgrades.handleUpgrade(request, tls, head, (web) => accept(wsConnection(web, tls, peer, spkiFingerprint(certificate))));
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  // The queue of the kernel must hold what is dialled while this process is busy with handshakes.
  await new Promise<void>((done) => server.listen({ host: '0.0.0.0', port: 0, backlog: 4096 }, done));
  const { port } = server.address() as AddressInfo;
  const real = tlsTransport(identity);
  return {
    port,
    transport: (address) => ({
      ...real,
      async listen(_at, accept) {
        accepts.set(address, accept);
        return { port, close: async () => void accepts.delete(address) };
      },
    }),
  };
}
