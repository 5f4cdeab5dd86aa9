/**
 * WebSocket `/api/live`: first a snapshot, then changes, coalesced (at most 4 a second). A client that
 * misses a revision, or comes back after a cut, connects again and gets a new snapshot.
 */
import { z } from 'zod';
import { atMs, reason } from './common.ts';
import { auditEvent } from './events.ts';
import { failoverServer, failoverState } from './failover.ts';
import { job } from './jobs.ts';
import { monitoredServer } from './servers.ts';

export const livePath = '/api/live';
/** A message at least this often, so that a dead connection is noticed. */
export const liveBeatMs = 5_000;

/** What needs a person, worst first. */
export const attention = z.strictObject({
  id: z.string(),
  severity: z.enum(['warning', 'alarm']),
  serverId: z.string().nullable(),
  reason,
  /** A server that is not protected: the first reason for it. */
  notProtected: reason.optional(),
  advice: z.string(),
  sinceMs: atMs.nullable(),
});
export type Attention = z.infer<typeof attention>;

export const liveSnapshot = z.strictObject({
  type: z.literal('snapshot'),
  revision: z.int(),
  nowMs: atMs,
  failover: failoverState,
  failovers: z.array(failoverServer),
  servers: z.array(monitoredServer),
  jobs: z.array(job),
  attention: z.array(attention),
  /** Newest audit event id; read older ones from /api/events. */
  lastEventId: z.int().nonnegative(),
});

export const liveDelta = z.strictObject({
  type: z.literal('delta'),
  /** Exactly one above the last message's. */
  revision: z.int(),
  nowMs: atMs,
  failover: failoverState.partial().optional(),
  failovers: z.array(failoverServer).optional(),
  /** Changed top-level fields only, merged over the known ones by `id`; a new server comes whole. */
  servers: z.array(monitoredServer.partial().extend({ id: z.string() })).optional(),
  removedServers: z.array(z.string()).optional(),
  /** All of them, if any changed. */
  jobs: z.array(job).optional(),
  attention: z.array(attention).optional(),
  /** New ones, oldest first. */
  events: z.array(auditEvent).optional(),
});

export const liveMessage = z.discriminatedUnion('type', [liveSnapshot, liveDelta, z.strictObject({ type: z.literal('bye'), text: z.string() })]);
export type LiveSnapshot = z.infer<typeof liveSnapshot>;
export type LiveDelta = z.infer<typeof liveDelta>;
export type LiveMessage = z.infer<typeof liveMessage>;
