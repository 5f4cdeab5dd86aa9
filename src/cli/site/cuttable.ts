import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A network cable that can be cut: forwards one TCP port; while cut, everything is silent and nothing is closed. */
export interface Cable {
  readonly port: number;
  cut(): void;
  mend(): void;
  /** Plugs it into another port; connections of before are lost. */
  plugInto(port: number): void;
  close(): Promise<void>;
}

export async function layCable(first: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  let whole = true;
  let to = first;
  const server = createServer((near) => {
    if (!whole) {
      // A cut cable answers nothing; the other side must notice by its own time-out.
      sockets.add(near);
      near.on('error', () => near.destroy());
      near.pause();
      return;
    }
    const far = connect(to, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      socket.on('data', (data) => void (whole && other.write(data)));
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      whole = false;
    },
    // What was swallowed is lost: connections of before cannot go on.
    mend: () => {
      whole = true;
      dropAll();
    },
    plugInto: (port) => {
      to = port;
      dropAll();
    },
    close: () => {
      dropAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** For hosts that have a network of their own: nothing in between, so nothing can be cut here. */
export function noCable(port: number): Cable {
  const cannot = (): never => {
    throw new Error('This host has a network of its own; cut that one.');
  };
  return { port, cut: cannot, mend: cannot, plugInto: cannot, close: () => Promise.resolve() };
}
