import type { Socket } from 'node:net';
import type { Camera } from './camera.ts';
import { answer, type Client } from './requests.ts';
import { printReply, RtspParser, type RtspRequest } from './rtsp.ts';
import type { UdpPair } from './udp.ts';

/** `rtsp://host:port/cam/<n>`, with `/trackID=<t>` for one of its tracks. */
const target = /^rtsp:\/\/[^/]+\/cam\/(\d+)\/?(?:trackID=(\d+)\/?)?(?:\?.*)?$/i;

/** Serves one TCP connection until it closes. */
export function serve(socket: Socket, cameras: ReadonlyMap<number, Camera>, udp: UdpPair): void {
  const client: Client = {
    socket,
    udp,
    address: plainAddress(socket.remoteAddress),
    localAddress: plainAddress(socket.localAddress),
    sessions: new Map(),
  };
  const parser = new RtspParser();
  socket.setNoDelay(true);
  // Every end of a connection, error included, is dealt with in `close`.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const [session, camera] of client.sessions) camera.close(session, true);
  });
  socket.on('data', (bytes) => {
    for (const incoming of parser.push(bytes)) {
      if (incoming.kind === 'garbage') return void socket.end(printReply('0', { status: 400 }));
      // What comes interleaved are receiver reports: signs of life.
      if (incoming.kind === 'interleaved') markAlive(client);
      else reply(incoming.request, client, cameras);
    }
  });
}

function markAlive(client: Client): void {
  for (const [session, camera] of client.sessions) session.lastSignMs = camera.surroundings.nowMs();
}

function reply(request: RtspRequest, client: Client, cameras: ReadonlyMap<number, Camera>): void {
  const cseq = request.headers.get('cseq') ?? '0';
  const found = target.exec(request.url);
  const camera = found ? cameras.get(Number(found[1])) : undefined;
  if (!camera) return void client.socket.write(printReply(cseq, { status: 404 }));
  const treatment = answer(camera, request, found![2] === undefined ? null : Number(found![2]), client);
  if (treatment === 'reset') client.socket.resetAndDestroy();
  else if (treatment !== 'silence') client.socket.write(printReply(cseq, treatment));
}

/** IPv4 as it is written in rules, also when it came through an IPv6 socket. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}
