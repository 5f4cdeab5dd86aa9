import type { Socket } from 'node:net';

/** One progress of 10,000 cameras is about 3 MB; more is no message of ours. */
const maxLineBytes = 16 * 1024 * 1024;

/** Calls `onLine` for each whole line; a line beyond the limit destroys the socket. */
export function readLines(socket: Socket, onLine: (line: string) => void): void {
  let rest: Buffer[] = [];
  let waiting = 0;
  socket.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
      rest = [];
      waiting = 0;
      from = at + 1;
      onLine(line);
    }
    if (from === chunk.length) return;
    rest.push(chunk.subarray(from));
    waiting += chunk.length - from;
    if (waiting > maxLineBytes) socket.destroy(new Error('A line on the control socket is too long.'));
  });
}

export const line = (message: object): string => `${JSON.stringify(message)}\n`;
