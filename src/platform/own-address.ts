import { createSocket } from 'node:dgram';

/**
 * The address of this machine in the network in which `host` lies, as routing chooses it; null if there
 * is no way there. Connecting a datagram socket sends nothing.
 */
export function ownAddressTowards(host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const done = (address: string | null): void => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => done(null));
    // Node hands the callback an error when the name has no address, or nothing leads there; its type does not say so.
    socket.connect(9, host, ((error?: Error) => done(error === undefined ? socket.address().address : null)) as () => void);
  });
}
