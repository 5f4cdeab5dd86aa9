import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { Timers } from '../../platform/clock.ts';
import type { AccessRules } from './access.ts';
import { callerOf } from './http.ts';

const lookMs = 60_000;

/** Throws what a read would. Afterwards looks again when a token or session ends, and now and then, since sessions run out. */
export function admitSocket(socket: WebSocket, request: FastifyRequest, access: AccessRules, timers: Timers): void {
  callerOf(request, null, { access: 'read' }, access);
  const look = (): void => {
    try {
      callerOf(request, null, { access: 'read' }, access);
    } catch (error) {
      refuseSocket(socket, error);
    }
  };
  const forget = access.tokens.onRevoked(look);
  const cancel = timers.every(lookMs, look);
  socket.on('close', () => {
    forget();
    cancel();
  });
}

/** 4401 without a log-in, 4403 for a foreign page. */
export function refuseSocket(socket: WebSocket, error: unknown): void {
  const code = (error as { readonly code?: string }).code === 'auth.origin' ? 4403 : 4401;
  socket.close(code, error instanceof Error ? error.message.slice(0, 100) : 'refused');
}
