/** The storm rule: many servers silent at once are probably one broken switch (docs/detector.md, V10–V16). */
import type { Millis } from '../units.ts';
import type { ObserverEffect, ObserverEvent, ObserverState, ObserverStep, Silence, Storm } from './types.ts';
import { isUnsure } from './unsure.ts';

/** How long take-overs are held. */
export const stormHoldMs: Millis = 30_000;
/** More servers than this, and at least this share of those that talked, make a storm. */
const stormAbove = 2;
const stormShare = 0.55;

type Survey = Extract<ObserverEvent, { readonly type: 'survey' }>;

export function survey(state: ObserverState, event: Survey): ObserverStep {
  const talking = new Set(event.servers.filter((server) => server.silentSinceMs === null).map((server) => server.serverId));
  const released = state.released.filter((id) => !talking.has(id) && event.servers.some((server) => server.serverId === id));
  const now: ObserverState = released.length === state.released.length ? state : { ...state, released };
  if (now.kind === 'storm') return duringStorm(now, event);
  const cluster = stormOf(event, new Set(now.released));
  return cluster.length === 0 ? { state: now, effects: [] } : begin(now, cluster, event.atMs);
}

/** Servers that make a storm now; empty: there is none. Counts only once a server failed by its silence. */
function stormOf(event: Survey, released: ReadonlySet<string>): readonly string[] {
  const counted = event.servers.filter((server) => !server.wasDown && !released.has(server.serverId));
  const silent = counted.filter((server): server is Silence & { readonly silentSinceMs: Millis } => server.silentSinceMs !== null);
  if (!silent.some((server) => server.failed)) return [];
  const cluster = largestCluster(silent, event.keepAliveMs);
  if (!cluster.some((server) => server.failed)) return [];
  const all = cluster.length === counted.length && cluster.length >= 2;
  const most = cluster.length > stormAbove && cluster.length >= stormShare * counted.length;
  return all || most ? cluster.map((server) => server.serverId).sort() : [];
}

/** The most servers whose silence began within one keep-alive time-out. */
function largestCluster<T extends { readonly silentSinceMs: Millis }>(silent: readonly T[], windowMs: Millis): readonly T[] {
  const sorted = [...silent].sort((a, b) => a.silentSinceMs - b.silentSinceMs);
  let best: readonly T[] = [];
  let from = 0;
  sorted.forEach((server, to) => {
    while (server.silentSinceMs - (sorted[from]?.silentSinceMs ?? 0) > windowMs) from += 1;
    if (to - from + 1 > best.length) best = sorted.slice(from, to + 1);
  });
  return best;
}

function begin(state: ObserverState, servers: readonly string[], atMs: Millis): ObserverStep {
  const storm: Storm = { sinceMs: atMs, untilMs: atMs + stormHoldMs, servers };
  const { last, reArmsMs, released } = state;
  const text = `${servers.length} servers fell silent at once. Probably the network is the cause. Take-overs are held for ${stormHoldMs / 1000} s. Check the network of this failover server.`;
  return {
    state: { kind: 'storm', storm, unsure: isUnsure(state), last, reArmsMs, released },
    effects: [{ kind: 'raise alarm', serverId: null, alarm: 'storm', text }, auditOf('V10', state.kind, 'storm', `many servers silent: ${servers.join(', ')}`)],
  };
}

/** Ends when its servers talk again, or by time; those still silent then go on, asked camera by camera. */
function duringStorm(state: Extract<ObserverState, { readonly kind: 'storm' }>, event: Survey): ObserverStep {
  const silent = event.servers.filter((server) => server.silentSinceMs !== null && !server.wasDown && !state.released.includes(server.serverId)).map((server) => server.serverId);
  const servers = silent.sort();
  if (servers.length === 0) return end(state, [], 'the servers talk again');
  if (event.atMs >= state.storm.untilMs) return end(state, servers, `the hold is over; still silent: ${servers.join(', ')}`);
  const same = servers.length === state.storm.servers.length && servers.every((id, index) => id === state.storm.servers[index]);
  return { state: same ? state : { ...state, storm: { ...state.storm, servers } }, effects: [] };
}

function end(state: Extract<ObserverState, { readonly kind: 'storm' }>, still: readonly string[], why: string): ObserverStep {
  const { last, reArmsMs } = state;
  const released = [...new Set([...state.released, ...still])].sort();
  const kind = state.unsure ? 'unsure' : 'sure';
  return { state: { kind, last, reArmsMs, released }, effects: [{ kind: 'clear alarm', serverId: null, alarm: 'storm' }, auditOf('V13', 'storm', kind, why)] };
}

function auditOf(rule: string, from: string, to: string, why: string): ObserverEffect {
  return { kind: 'audit', entry: { serverId: null, machine: 'observer', actor: { kind: 'rule', rule }, from, to, why } };
}

/** This server's take-over is held by the storm. */
export function isHeldByStorm(state: ObserverState, serverId: string): boolean {
  return state.kind === 'storm' && state.storm.servers.includes(serverId);
}
