import { connect, type Socket } from 'node:net';
import { errors, UnderstudyError, type ErrorCode } from '../../contract/errors.ts';
import { errorCode } from '../../platform/read-bytes.ts';
import { line, readLines } from './lines.ts';
import { controlMethods, type ControlMethod, type ControlParams, type ControlResult, type FromRecorder, fromRecorder } from './messages.ts';
import { socketPath } from './socket-path.ts';

export type Notice = Exclude<FromRecorder, { readonly type: 'answer' }>;

export interface ControlClient {
  ask<M extends ControlMethod>(method: M, params: ControlParams<M>): Promise<ControlResult<M>>;
  close(): void;
}

/** Connects to a running recorder; null if nobody listens. Notices that came before are not lost. */
export async function connectControl(
  at: string,
  on: { readonly notice: (notice: Notice) => void; readonly closed: () => void },
): Promise<ControlClient | null> {
  const socket = await dial(at);
  if (socket === null) return null;
  const waiting = new Map<number, { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }>();
  let next = 1;
  readLines(socket, (text) => {
    const message = parse(text);
    if (message === null) socket.destroy();
    else if (message.type !== 'answer') on.notice(message);
    else {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.ok) asked?.resolve(message.result);
      else asked?.reject(new UnderstudyError(message.code in errors ? (message.code as ErrorCode) : 'process.defect', message.text));
    }
  });
  socket.on('error', () => socket.destroy()); // 'close' follows and tells
  socket.on('close', () => {
    for (const one of waiting.values()) one.reject(new UnderstudyError('link.unreachable', 'The recorder ended before it answered.'));
    waiting.clear();
    on.closed();
  });
  return {
    async ask(method, params) {
      const id = next++;
      const result = await new Promise<unknown>((resolve, reject) => {
        if (socket.destroyed) reject(new UnderstudyError('link.unreachable', 'The recorder is not running.'));
        waiting.set(id, { resolve, reject });
        socket.write(line({ type: 'ask', id, method, params }));
      });
      return controlMethods[method].result.parse(result) as ControlResult<typeof method>;
    },
    close: () => socket.destroy(),
  };
}

async function dial(at: string): Promise<Socket | null> {
  const name = await socketPath(at).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null; // no folder, so no recorder
    throw error;
  });
  if (name === null) return null;
  try {
    return await new Promise<Socket | null>((resolve, reject) => {
      const socket = connect(name.path);
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        resolve(socket);
      });
      socket.once('error', (error) => {
        const code = errorCode(error);
        if (code === 'ENOENT' || code === 'ECONNREFUSED') resolve(null);
        else reject(error);
      });
    });
  } finally {
    await name.release();
  }
}

/** Null: not ours, or torn; the caller drops the connection and dials again. */
function parse(text: string): FromRecorder | null {
  try {
    return fromRecorder.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
