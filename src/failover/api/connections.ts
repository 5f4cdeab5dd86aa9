import type { Server, Socket } from 'node:net';

/** Each is an open file, and cameras and footage need theirs: whoever reaches the port must not take them all. */
const mostConnections = 1000;
/** Of one address; people behind a TLS proxy on this machine share its own. */
const mostOfAddress = 250;

/** Beyond the limits a connection is ended before a byte of it is read. */
export function limitConnections(server: Server): void {
  const open = new Map<string, number>();
  server.maxConnections = mostConnections;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    if (address === '::1' || address.startsWith('127.')) return;
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    if (count > mostOfAddress) socket.destroy();
  });
}
