import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FailoverState } from '../../contract/api/failover.ts';
import type { MonitoredServer } from '../../contract/api/servers.ts';

export interface PageNeeds {
  /** Folder of the built web UI; null or not built: the plain status page. */
  readonly webRoot: string | null;
  /** Throws what the API would: from beyond loopback it needs a log-in. */
  readonly mayRead: (request: FastifyRequest) => void;
  readonly status: () => { readonly failover: FailoverState; readonly servers: readonly MonitoredServer[] };
}

export async function registerPages(app: FastifyInstance, needs: PageNeeds): Promise<void> {
  const root = needs.webRoot !== null && existsSync(join(needs.webRoot, 'index.html')) ? needs.webRoot : null;
  // Every state of the UI has a URL; all of them are the one page.
  app.setNotFoundHandler((request, reply) => {
    if (request.url.startsWith('/api/')) return reply.code(404).send({ code: 'input.not-found', message: 'There is no such route.' });
    if (root === null || request.method !== 'GET' || !(request.headers.accept ?? '').includes('text/html')) return reply.code(404).type('text/plain').send('not found');
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
  if (root === null) {
    app.get('/', (request, reply) => {
      needs.mayRead(request);
      return reply.type('text/html; charset=utf-8').send(statusPage(needs.status()));
    });
    return;
  }
  await app.register(fastifyStatic, {
    root,
    cacheControl: false,
    setHeaders: (response, path) => {
      // Built files carry their hash in the name; the page itself must be asked for anew.
      void response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);

function statusPage({ failover, servers }: ReturnType<PageNeeds['status']>): string {
  const rows = servers.map((server) => [
    server.name,
    server.state,
    server.recordedBy,
    server.backup.lastGood === null ? (server.backup.error === null ? 'none' : 'failed backup') : new Date(server.backup.lastGood.atMs).toISOString(),
    server.protection.protected ? 'protected' : `not protected: ${server.protection.reasons.map((reason) => reason.text).join(' ')}`,
  ]);
  const table = rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5">
<title>${escaped(failover.name)}</title>
<style>body{font:16px system-ui;margin:2rem;max-width:70rem}td,th{text-align:left;padding:.3rem 1rem .3rem 0;vertical-align:top}</style></head>
<body><h1>${escaped(failover.name)}</h1><p>${escaped(failover.roleText)}</p>
<table><thead><tr><th>Server</th><th>State</th><th>Recorded by</th><th>Last backup (UTC)</th><th>Protected</th></tr></thead>
<tbody>${table}</tbody></table></body></html>
`;
}
