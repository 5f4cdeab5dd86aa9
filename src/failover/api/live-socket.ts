import type { FastifyInstance } from 'fastify';
import { livePath } from '../../contract/api/live.ts';
import type { Timers } from '../../platform/clock.ts';
import type { AccessRules } from './access.ts';
import type { Live } from './live.ts';
import { admitSocket, refuseSocket } from './still-admitted.ts';

const pingMs = 15_000;

/** The WebSocket is refused like any read: 4401 without a log-in, 4403 for a foreign page. */
export function registerLive(app: FastifyInstance, live: Live, access: AccessRules, timers: Timers): void {
  app.get(livePath, { websocket: true }, (socket, request) => {
    try {
      admitSocket(socket, request, access, timers);
    } catch (error) {
      return refuseSocket(socket, error);
    }
    let answered = true;
    const stopPing = timers.every(pingMs, () => {
      // A peer that vanished without a word would be fed for ever.
      if (!answered) socket.terminate();
      answered = false;
      socket.ping();
    });
    socket.on('pong', () => (answered = true));
    const leave = live.add({
      send: (text) => socket.send(text),
      waitingBytes: () => socket.bufferedAmount,
      close: (text) => socket.close(1001, text),
    });
    const end = (): void => {
      stopPing();
      leave();
    };
    socket.on('close', end);
    socket.on('error', end);
  });
}
