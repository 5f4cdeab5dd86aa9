import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { errors, UnderstudyError, type ErrorCode } from '../../contract/errors.ts';
import type { Progress } from '../../contract/link.ts';
import type { Log } from '../../platform/log.ts';
import { line, readLines } from './lines.ts';
import { controlMethods, type ControlMethod, type ControlParams, type ControlResult, type FromRecorder, toRecorder } from './messages.ts';
import { socketPath } from './socket-path.ts';

export type ControlHandlers = { readonly [M in ControlMethod]: (params: ControlParams<M>) => Promise<ControlResult<M>> };

export interface ControlServer {
  started(): void;
  progress(progress: Progress): void;
  /** Resolves when every client has been handed the notice (or a second passed). */
  stopping(reason: string): Promise<void>;
  setPlayback(address: string): void;
  close(): Promise<void>;
}

/** A client that does not read is cut off here: it must not fill our memory. */
const mostWaitingBytes = 8 * 1024 * 1024;

/** Listens on the socket. The folder's lock must be held: a socket file of a dead recorder is removed. */
export async function listenControl(at: string, who: { readonly boot: string; readonly log: Log }, handlers: ControlHandlers): Promise<ControlServer> {
  const clients = new Set<Socket>();
  const state = { started: false, stopping: null as string | null, playback: null as string | null };
  await rm(at, { force: true });
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    socket.on('error', (error) => who.log.debug({ error: error.message }, 'A control client went away.'));
    readLines(socket, (text) => void serve(text, handlers).then((answer) => tell(socket, answer)));
    tell(socket, { type: 'hello', boot: who.boot, pid: process.pid, ...state });
  });
  const bound = await socketPath(at);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // 0600 from the first moment: umask is the process's, so it is set just for the bind.
    const before = process.umask(0o177);
    server.listen(bound.path, () => resolve());
    process.umask(before);
  });
  const all = (message: FromRecorder): void => {
    for (const client of clients) tell(client, message);
  };
  return {
    started() {
      state.started = true;
      all({ type: 'started' });
    },
    progress: (progress) => all({ type: 'progress', progress }),
    setPlayback(address) {
      state.playback = address;
    },
    async stopping(reason) {
      state.stopping = reason;
      all({ type: 'stopping', reason });
      const flushed = [...clients].map((client) => new Promise<void>((done) => void (client.writableLength === 0 ? done() : client.once('drain', done))));
      await Promise.race([Promise.all(flushed), new Promise((done) => void setTimeout(done, 1000).unref())]);
    },
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const client of clients) client.end();
      const cut = setTimeout(() => clients.forEach((client) => client.destroy()), 500);
      await closed;
      clearTimeout(cut);
      await bound.release();
      await rm(at, { force: true });
    },
  };
}

function tell(socket: Socket, message: FromRecorder): void {
  if (socket.destroyed) return;
  if (socket.writableLength > mostWaitingBytes) socket.destroy();
  else socket.write(line(message));
}

async function serve(text: string, handlers: ControlHandlers): Promise<FromRecorder> {
  let id = 0;
  try {
    const ask = toRecorder.parse(JSON.parse(text));
    id = ask.id;
    if (!isMethod(ask.method)) throw new UnderstudyError('input.not-found', `The recorder knows no "${ask.method}".`);
    return { type: 'answer', id, ok: true, result: await dispatch(ask.method, ask.params, handlers) };
  } catch (error) {
    const code: ErrorCode = error instanceof UnderstudyError ? error.code : 'process.defect';
    return { type: 'answer', id, ok: false, code, text: error instanceof Error ? error.message : errors[code].text };
  }
}

const isMethod = (name: string): name is ControlMethod => Object.hasOwn(controlMethods, name);

async function dispatch<M extends ControlMethod>(method: M, params: unknown, handlers: ControlHandlers): Promise<ControlResult<M>> {
  return await handlers[method](controlMethods[method].params.parse(params) as ControlParams<M>);
}
