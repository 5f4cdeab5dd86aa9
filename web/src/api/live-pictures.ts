import { livePicturesPath, type LivePicturesHead } from '../../../src/contract/api/footage.ts';
import { t } from '../texts/texts.ts';
import { CallError } from './client.ts';

/** One camera's live picture: an endless fragmented MP4 that begins at `startUs`. */
export interface LivePictures {
  readonly mime: string;
  readonly startUs: number;
  /** The next bytes; null when the picture ended. */
  next(): Promise<Uint8Array<ArrayBuffer> | null>;
  close(): void;
}

/** Over a WebSocket: of plain connections a browser has six to one host, and they are needed for the rest of the page. */
export async function openLivePictures(server: string, camera: string, signal: AbortSignal): Promise<LivePictures> {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${livePicturesPath(server, camera)}`);
  socket.binaryType = 'arraybuffer';
  signal.addEventListener('abort', () => socket.close());
  const next = queueOf(socket);
  const first = await next();
  if (typeof first !== 'string') throw new Error(t.footage.noLivePicture);
  const head = JSON.parse(first) as LivePicturesHead;
  if ('error' in head) throw new CallError(0, head.error);
  return {
    ...head,
    async next() {
      const bytes = await next();
      return bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : null;
    },
    close: () => socket.close(),
  };
}

/** Messages one after the other; null when the socket has closed. */
function queueOf(socket: WebSocket): () => Promise<string | ArrayBuffer | null> {
  const waiting: (string | ArrayBuffer)[] = [];
  let closed = false;
  let wake = (): void => undefined;
  socket.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) => {
    waiting.push(event.data);
    wake();
  });
  socket.addEventListener('close', () => {
    closed = true;
    wake();
  });
  return async () => {
    while (waiting.length === 0 && !closed) await new Promise<void>((resolve) => (wake = resolve));
    return waiting.shift() ?? null;
  };
}
