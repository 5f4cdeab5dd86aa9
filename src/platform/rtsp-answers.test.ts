import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { rtspAnswers } from './rtsp-answers.ts';

let server: Server | null = null;
let heard = '';
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

const serve = (answer: string | null): Promise<string> =>
  new Promise((resolve) => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('data', (bytes) => {
        heard = bytes.toString('latin1');
        if (answer !== null) socket.write(answer);
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const address = server?.address();
      resolve(`rtsp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/stream`);
    });
  });

test('any RTSP status is an answer', async () => {
  expect(await rtspAnswers(await serve('RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n'), 1000)).toBe(true);
});

test('another protocol, silence and a closed port are none', async () => {
  expect(await rtspAnswers(await serve('HTTP/1.1 400 Bad Request\r\n\r\n'), 1000)).toBe(false);
  expect(await rtspAnswers(await serve(null), 150)).toBe(false);
  expect(await rtspAnswers('rtsp://127.0.0.1:1/stream', 500)).toBe(false);
});

test('an address with line ends in it asks one question, not several', async () => {
  await rtspAnswers(`${await serve('RTSP/1.0 200 OK\r\n\r\n')}\r\nFLUSHALL\r\n`, 1000);
  expect(heard.split('\r\n')).toEqual([expect.stringContaining('/streamFLUSHALL RTSP/1.0') as string, 'CSeq: 1', 'User-Agent: understudy', '', '']);
});
