/**
 * The live state: one WebSocket, a snapshot and then changes. A missed revision or a silent
 * connection is closed and opened anew; what the page shows stays, marked as disconnected.
 */
import { useSyncExternalStore } from 'react';
import { liveBeatMs, livePath, type LiveDelta, type LiveMessage, type LiveSnapshot } from '../../../src/contract/api/live.ts';
import type { AuditEvent } from '../../../src/contract/api/events.ts';

export interface Live {
  readonly state: 'connecting' | 'open' | 'lost';
  /** When the connection was lost, this browser's clock. */
  readonly lostAtMs: number | null;
  readonly snapshot: Omit<LiveSnapshot, 'type' | 'revision'> | null;
  /** This browser's clock minus the server's, ms: countdowns are shown by the server's clock. */
  readonly offsetMs: number;
  /** Newest events that came while this page was open, newest first. */
  readonly events: readonly AuditEvent[];
}

const keptEvents = 500;

/** Pure: applies a change to what is known. */
export function applyDelta(known: NonNullable<Live['snapshot']>, delta: LiveDelta): NonNullable<Live['snapshot']> {
  const changes = new Map((delta.servers ?? []).map((server) => [server.id, server]));
  const removed = new Set(delta.removedServers ?? []);
  const kept = known.servers.filter(({ id }) => !removed.has(id)).map((server) => {
    const change = changes.get(server.id);
    if (change === undefined) return server;
    changes.delete(server.id);
    return { ...server, ...change };
  });
  return {
    nowMs: delta.nowMs,
    failover: delta.failover === undefined ? known.failover : { ...known.failover, ...delta.failover },
    failovers: delta.failovers ?? known.failovers,
    // A server that is not known yet comes whole (contract/api/live.ts).
    servers: delta.servers === undefined && removed.size === 0 ? known.servers : [...kept, ...([...changes.values()] as typeof kept)],
    jobs: delta.jobs ?? known.jobs,
    attention: delta.attention ?? known.attention,
    lastEventId: delta.events?.at(-1)?.id ?? known.lastEventId,
  };
}

const listeners = new Set<() => void>();
let live: Live = { state: 'connecting', lostAtMs: null, snapshot: null, offsetMs: 0, events: [] };
let revision = 0;
let socket: WebSocket | null = null;
let watchdog: ReturnType<typeof setTimeout> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;

function set(change: Partial<Live>): void {
  live = { ...live, ...change };
  for (const listener of listeners) listener();
}

function take(message: LiveMessage): void {
  if (message.type === 'bye') return;
  const measured = Date.now() - message.nowMs;
  // Only a real change: else each message would render every age and countdown on the page.
  const offsetMs = live.snapshot !== null && Math.abs(measured - live.offsetMs) < 500 ? live.offsetMs : measured;
  if (message.type === 'snapshot') {
    const { type: _type, revision: first, ...snapshot } = message;
    revision = first;
    set({ state: 'open', lostAtMs: null, snapshot, offsetMs });
    return;
  }
  if (message.revision !== revision + 1 || live.snapshot === null) {
    socket?.close();
    return;
  }
  revision = message.revision;
  const events = message.events ? [...message.events.toReversed(), ...live.events].slice(0, keptEvents) : live.events;
  set({ snapshot: applyDelta(live.snapshot, message), offsetMs, events });
}

function watch(): void {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => socket?.close(), liveBeatMs * 2 + 1_000);
}

function lose(): void {
  clearTimeout(watchdog);
  socket = null;
  set({ state: 'lost', lostAtMs: live.lostAtMs ?? Date.now() });
  clearTimeout(retry);
  retry = setTimeout(connectLive, 1_000);
}

/** Opens the connection; called once the person may read, then it keeps itself alive. */
export function connectLive(): void {
  if (socket !== null) return;
  const opened = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${livePath}`);
  socket = opened;
  watch();
  opened.addEventListener('message', (event: MessageEvent<string>) => {
    watch();
    take(JSON.parse(event.data) as LiveMessage);
  });
  opened.addEventListener('close', () => {
    if (socket === opened) lose();
  });
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Log-out: what was shown is forgotten, nothing is asked any more. */
export function disconnectLive(): void {
  clearTimeout(watchdog);
  clearTimeout(retry);
  const closing = socket;
  socket = null;
  closing?.close();
  set({ state: 'connecting', lostAtMs: null, snapshot: null, events: [] });
}

/** Part of the live state; renders again only when the picked part changed. */
export function useLive<T>(pick: (live: Live) => T): T {
  return useSyncExternalStore(subscribe, () => pick(live));
}

/** The failover server's wall clock now, for what is not rendered. */
export const serverNowMs = (): number => Date.now() - live.offsetMs;
