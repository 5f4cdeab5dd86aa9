import { connect } from 'node:net';

/**
 * Does something that speaks RTSP answer at this address (RFC 2326 §10.1 OPTIONS, any status)? Takes
 * no session, sends no credentials. A host that accepts the connection and says nothing does not count.
 */
export function rtspAnswers(url: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port } = new URL(url);
  // Without credentials: they are not in the URL, and must not be sent unasked.
  const request = `OPTIONS ${url.replace(/\s/g, '')} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: understudy\r\n\r\n`;
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 554 : Number(port) });
    const done = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(timeoutMs, () => done(false));
    const limit = setTimeout(() => done(false), timeoutMs);
    socket.once('close', () => {
      clearTimeout(limit);
      resolve(false);
    });
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.write(request));
    socket.once('data', (bytes) => done(bytes.toString('latin1').startsWith('RTSP/')));
  });
}
