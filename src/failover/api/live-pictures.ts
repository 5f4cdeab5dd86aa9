import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { cameraParams } from '../../contract/api/common.ts';
import { footageHeaders, livePicturesPath, type LivePicturesHead } from '../../contract/api/footage.ts';
import type { Timers } from '../../platform/clock.ts';
import type { AccessRules } from './access.ts';
import type { FootageDoor } from './footage-door.ts';
import type { StreamAnswer } from './handlers.ts';
import { admitSocket, refuseSocket } from './still-admitted.ts';
import { answerError, checked } from './validate.ts';

/** A page that reads this slowly is cut; it comes back at the newest picture. */
const mostWaitingBytes = 16_000_000;

/**
 * Live view for pages: the bytes of `footage.live` over a WebSocket. A browser opens six plain connections to one host
 * and no more: six live pictures by HTTP would leave none for anything else on the page, buttons included.
 */
export function registerLivePictures(app: FastifyInstance, footage: Pick<FootageDoor, 'live'>, access: AccessRules, timers: Timers): void {
  app.get(livePicturesPath(':server', ':camera'), { websocket: true }, (socket, request) => {
    try {
      admitSocket(socket, request, access, timers);
    } catch (error) {
      refuseSocket(socket, error);
      return;
    }
    feed(socket, request, footage).catch((error: unknown) => {
      socket.send(JSON.stringify({ error: answerError(error).body } satisfies LivePicturesHead));
      socket.close(1011, 'no live pictures');
    });
  });
}

async function feed(socket: WebSocket, request: FastifyRequest, footage: Pick<FootageDoor, 'live'>): Promise<void> {
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  // The close follows; without a listener the process would end.
  socket.on('error', () => gone.abort());
  const { server, camera } = checked(cameraParams, request.params, 'path');
  const { headers, body } = await footage.live({ serverId: server, cameraId: camera }, gone.signal);
  socket.send(JSON.stringify({ mime: headers?.[footageHeaders.mime] ?? '', startUs: Number(headers?.[footageHeaders.startUs]) } satisfies LivePicturesHead));
  for await (const bytes of body as Extract<StreamAnswer['body'], AsyncIterable<Uint8Array>>) {
    if (gone.signal.aborted) return;
    if (socket.bufferedAmount > mostWaitingBytes) return socket.terminate();
    socket.send(bytes);
  }
  socket.close(1000, 'ended');
}
