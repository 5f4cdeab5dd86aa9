import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { liveMessage, livePath, type LiveDelta, type LiveSnapshot } from '../src/contract/api/live.ts';
import type { MonitoredServer } from '../src/contract/api/servers.ts';
import type { FailoverState } from '../src/contract/api/failover.ts';

/** A made-up site as the Overview sees it: the built page, and live changes at a given rate. Only for the page's own bench. */

const capability = { allowed: true, reason: null, confirm: false } as const;

/** One healthy server with twenty cameras. */
export function madeServer(index: number, nowMs: number): MonitoredServer {
  return {
    id: `server-${index}`,
    name: `Recorder ${index}`,
    address: `192.0.2.${index % 250}:15410`,
    priority: 100,
    version: 1,
    state: 'alive',
    reason: null,
    sinceMs: nowMs - 3_600_000,
    lastKeepAliveMs: nowMs,
    link: { state: 'connected', reason: null },
    authorized: true,
    make: 'builtin',
    backup: { lastGood: { version: 3, atMs: nowMs - 7_200_000, cameras: 20, verifiedMs: nowMs }, lastAttempt: { atMs: nowMs - 7_200_000, ok: true, trigger: 'daily' }, error: null, held: null },
    takenOverBy: null,
    protection: { protected: true, reasons: [], checkedMs: nowMs - 60_000 },
    role: { state: 'standby', sinceMs: null, reason: null, by: null, pinned: false, cameras: 20, camerasRecording: 0, queuePosition: null, camerasKept: 0 },
    recordedBy: 'monitored server',
    worstCamera: { cameraId: 'cam-1', name: 'Camera 1', newestUs: nowMs * 1_000 },
    notRecording: 'no',
    gray: [],
    cameras: 20,
    next: null,
    standby: { mode: 'cold', exceptions: [], prerollMs: 0 },
    copyBack: { enabled: false, bitsPerSecond: 20_000_000 },
    maintenance: null,
    clockOffsetMs: 3,
    openOutageId: null,
    can: { takeOver: { ...capability, confirm: true }, reset: capability, stopRecording: capability, backup: capability, rollBack: capability, edit: capability, remove: capability, maintenance: capability },
  };
}

export function madeFailover(servers: number, nowMs: number): FailoverState {
  return {
    id: 'failover-1',
    name: 'Failover 1',
    version: '0.1.0',
    startedMs: nowMs - 86_400_000,
    nowMs,
    timeZone: 'UTC',
    role: 'standby',
    roleText: 'Standing by',
    monitored: servers,
    takenOver: 0,
    queue: [],
    capacity: { cameras: { used: 0, max: 4_000 }, bitsPerSecond: { used: 0, max: 10e9, source: 'assumed' }, prerollBytes: { used: 0, max: 4e9 } },
    disk: { storePath: '/var/lib/understudy/footage', state: 'ok', text: 'The store path can be written.', freeBytes: 3e12, totalBytes: 4e12, usedBytes: 1e12 },
    storm: null,
    nextBackupMs: nowMs + 3_600_000,
    lastCheckMs: nowMs - 60_000,
    settingsVersion: 1,
    totals: { outages: 2, promisedMs: 3_600_000, keptMs: 3_599_000, gapMs: 1_000 },
  };
}

export function madeSnapshot(servers: readonly MonitoredServer[], nowMs: number): LiveSnapshot {
  return {
    type: 'snapshot',
    revision: 1,
    nowMs,
    failover: madeFailover(servers.length, nowMs),
    failovers: [{ id: 'this', name: 'Failover 1', address: '127.0.0.1', url: null, self: true, state: 'running', reason: null, sinceMs: nowMs }],
    servers: [...servers],
    jobs: [],
    attention: [],
    lastEventId: 0,
  };
}

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** The built page; unknown paths give the page itself, as the failover server does. */
export async function servePage(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = extname(pathname) in types ? pathname : '/index.html';
  const body = await readFile(join(folder, file)).catch(() => null);
  response.writeHead(body ? 200 : 404, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(body ?? 'not found');
}

/** Serves the page and changes `perSecond` servers a second, coalesced into four messages a second as the failover server does. */
export async function startFeed(folder: string, count: number, perSecond: number): Promise<{ readonly url: string; readonly sent: () => number; close(): void }> {
  const session = { loggedIn: false, name: null, loopback: true, expiresMs: null, version: '0.1.0', failoverName: 'Failover 1' };
  const server = createServer((request, response) => {
    if (request.url === '/api/session') response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(session));
    else void servePage(folder, request, response);
  });
  const sockets = new WebSocketServer({ server, path: livePath });
  const servers = Array.from({ length: count }, (_, index) => madeServer(index + 1, Date.now()));
  // Checked once against the contract: the bench must show what the product sends.
  liveMessage.parse(madeSnapshot(servers, Date.now()));
  let revision = 1;
  let next = 0;
  let sent = 0;
  const open = new Set<WebSocket>();
  sockets.on('connection', (socket) => {
    socket.send(JSON.stringify({ ...madeSnapshot(servers, Date.now()), revision }));
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  const timer = setInterval(() => {
    const nowMs = Date.now();
    const changed = Array.from({ length: Math.ceil(perSecond / 4) }, () => {
      const at = next++ % count;
      const failed = next % 7 === 0;
      return { id: servers[at]!.id, state: failed ? ('suspect' as const) : ('alive' as const), sinceMs: nowMs, lastKeepAliveMs: nowMs, worstCamera: { cameraId: 'cam-1', name: 'Camera 1', newestUs: nowMs * 1_000 } };
    });
    sent += changed.length;
    revision++;
    const delta: LiveDelta = { type: 'delta', revision, nowMs, servers: changed, failover: { nowMs } };
    for (const socket of open) socket.send(JSON.stringify(delta));
  }, 250);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/`,
    sent: () => sent,
    close() {
      clearInterval(timer);
      for (const socket of open) socket.terminate();
      sockets.close();
      server.close();
    },
  };
}
