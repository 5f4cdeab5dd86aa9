import { createSocket, type Socket } from 'node:dgram';

/** One pair of UDP ports (even: RTP, odd: RTCP) for all sessions of a server. */
export interface UdpPair {
  readonly rtp: Socket;
  readonly rtcp: Socket;
  readonly rtpPort: number;
  /** True after close; sending then would throw. */
  readonly closed: boolean;
  close(): void;
}

/** `onReport` hears where an RTCP packet of a client came from: a sign of life (RFC 2326 A.3). */
export async function openUdpPair(host: string, onReport: (address: string, port: number) => void): Promise<UdpPair> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const rtp = await bind(host, 0);
    const { port } = rtp.address();
    const rtcp = port % 2 === 0 ? await bind(host, port + 1).catch(() => null) : null;
    if (rtcp) {
      rtcp.on('message', (_data, from) => onReport(from.address, from.port));
      // A client that went away answers with ICMP errors; its session ends by its time-out.
      for (const socket of [rtp, rtcp]) socket.on('error', () => undefined);
      return makePair(rtp, rtcp, port);
    }
    rtp.close();
  }
  throw new Error(`No free pair of UDP ports on ${host} after 50 attempts. Free some ports, or listen on another address.`);
}

function makePair(rtp: Socket, rtcp: Socket, rtpPort: number): UdpPair {
  let closed = false;
  return {
    rtp,
    rtcp,
    rtpPort,
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      rtp.close();
      rtcp.close();
    },
  };
}

function bind(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({
      type: 'udp4',
      sendBufferSize: 1 << 20,
      // Addresses come from sockets and need no resolver.
      lookup: (name, _options, done) => done(null, name, 4),
    });
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
