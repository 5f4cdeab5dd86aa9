import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ZodError } from 'zod';
import { faultActions, type FaultAction, type FaultChange } from './faults.ts';
import type { Cameras, Which } from './server.ts';

const LONGEST_BODY = 65_536;

export interface Control {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Faults by HTTP, on loopback unless told otherwise: `GET /` tells the state, `POST /all` or `POST /<camera>` takes a
 * JSON object of faults to change, `POST /<camera>/cut` (or another action) lets something happen once.
 */
export async function openControl(cameras: Cameras, port: number, host = '127.0.0.1'): Promise<Control> {
  const server = createServer((request, response) => {
    void handle(cameras, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(body)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function handle(cameras: Cameras, request: IncomingMessage): Promise<Answer> {
  try {
    const [, camera = '', action] = (request.url ?? '/').split('/');
    if (request.method === 'GET' && camera === '') return { status: 200, body: cameras.state() };
    if (request.method !== 'POST' || !/^(all|\d+)$/.test(camera)) return wrong(404, 'Try GET /, POST /<camera or all>, POST /<camera or all>/<action>.');
    const which: Which = camera === 'all' ? 'all' : Number(camera);
    if (action === undefined) await cameras.set(which, JSON.parse(await readBody(request)) as FaultChange);
    else if (isAction(action)) await cameras.act(which, action);
    else return wrong(404, `There is no action ${action}. There are: ${faultActions.join(', ')}.`);
    return { status: 200, body: { ok: true } };
  } catch (error) {
    if (error instanceof ZodError) return wrong(400, error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
    if (error instanceof RangeError || error instanceof SyntaxError) return wrong(400, error.message);
    return wrong(500, String(error));
  }
}

function isAction(text: string): text is FaultAction {
  return faultActions.some((action) => action === text);
}

function wrong(status: number, error: string): Answer {
  return { status, body: { ok: false, error } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new RangeError(`The body is longer than ${LONGEST_BODY} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
