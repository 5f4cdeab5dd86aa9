import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import WebSocket from 'ws';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Timers } from '../../platform/clock.ts';
import type { AccessRules } from './access.ts';
import { callerOf } from './http.ts';
import { fetchTrusting, type PlainInit, tlsOptions, type Trust } from '../../platform/https-fetch.ts';
import type { Others, Reach } from './others.ts';
import { admitSocket, refuseSocket } from './still-admitted.ts';

/** What passes through; credentials and cookies of this failover server stay here. */
const passedHeaders = ['content-disposition', 'x-understudy-start-us', 'x-understudy-mime'] as const;

/** What answers of ours are. Of any other kind it could be a script, and come from our own origin. */
const passedTypes = /^(application\/json|text\/(csv|html|plain)|video\/mp4)\s*(;|$)/i;

/** More than a browser takes: it reads too slowly, or is sent too much. */
const mostWaitingBytes = 16_000_000;

/** `/api/at/:failover/…` asks another failover server in the name of whoever is logged in here. */
export function registerProxy(app: FastifyInstance, others: Others, access: AccessRules, timers: Timers): void {
  app.get('/api/at/:failover/live', { websocket: true }, (socket, request) => {
    try {
      admitSocket(socket, request, access, timers);
      pipeLive(socket, others.target((request.params as { readonly failover: string }).failover));
    } catch (error) {
      refuseSocket(socket, error);
    }
  });
  app.all('/api/at/:failover/*', async (request, reply) => pass(request, reply, others, access));
}

async function pass(request: FastifyRequest, reply: FastifyReply, others: Others, access: AccessRules): Promise<FastifyReply> {
  const { failover, '*': rest } = request.params as { readonly failover: string; readonly '*': string };
  // `fetch` would resolve them, past what is checked here.
  if (rest.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) throw new UnderstudyError('input.not-found', 'There is no such route.');
  // There we are a token, whoever asks here: what needs one there needs one here.
  const reads = request.method === 'GET' && !/^(tokens|notifications)/.test(rest);
  const caller = callerOf(request, reply, { access: reads ? 'read' : 'change' }, access);
  // One hop only, and never its log-in: our own session is the only one a browser has.
  if (rest.startsWith('at/') || rest === 'session') throw new UnderstudyError('input.not-found', 'There is no such route.');
  const { url, token, trust } = others.target(failover);
  const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
  const response = await ask(trust, `${url}/api/${rest.split('/').map(encodeURIComponent).join('/')}${query}`, {
    method: request.method,
    headers: {
      authorization: `Bearer ${token}`,
      'x-understudy-who': encodeURIComponent(caller.who),
      ...(request.body === undefined || request.body === null ? {} : { 'content-type': 'application/json' }),
    },
    ...(request.body === undefined || request.body === null ? {} : { body: JSON.stringify(request.body) }),
    signal: caller.gone,
  });
  // A refused token of ours must not look like a lost log-in of the browser's.
  if (response.status === 401) throw new UnderstudyError('link.not-authorized', 'The other failover server does not accept our token any more.', { advice: 'Remove it from the list and add it again with a new token.' });
  const type = response.headers.get('content-type') ?? '';
  reply.code(response.status).header('cache-control', 'no-store');
  if (response.body !== null) reply.type(passedTypes.test(type) ? type : 'application/octet-stream');
  for (const name of passedHeaders) {
    const value = response.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  return response.body === null ? reply.send() : reply.send(Readable.fromWeb(response.body as ReadableStream));
}

async function ask(trust: Trust, url: string, init: PlainInit): Promise<Response> {
  try {
    return await fetchTrusting(trust, url, init);
  } catch (error) {
    throw new UnderstudyError('link.unreachable', 'The other failover server does not answer.', { cause: error });
  }
}

function pipeLive(client: WebSocket, { url, token, trust }: Reach): void {
  const other = new WebSocket(`${url.replace(/^http/, 'ws')}/api/live`, { ...tlsOptions(trust), headers: { authorization: `Bearer ${token}` }, handshakeTimeout: 5_000, maxPayload: mostWaitingBytes });
  other.on('message', (data) => {
    if (client.bufferedAmount > mostWaitingBytes) client.close(1013, 'too slow');
    else client.send((data as Buffer).toString());
  });
  other.on('close', () => client.close(1012, 'the other failover server closed'));
  other.on('error', () => client.close(1013, 'the other failover server does not answer'));
  client.on('close', () => other.terminate());
}
