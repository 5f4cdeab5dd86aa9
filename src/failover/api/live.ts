import type { AuditEvent } from '../../contract/api/events.ts';
import type { FailoverServerRow, FailoverState } from '../../contract/api/failover.ts';
import type { Job } from '../../contract/api/jobs.ts';
import { liveBeatMs, type Attention, type LiveDelta, type LiveMessage } from '../../contract/api/live.ts';
import type { MonitoredServer } from '../../contract/api/servers.ts';
import type { Cancel, Clock, Timers } from '../../platform/clock.ts';
import { changedFields, listDifference } from './live-difference.ts';

/** At most four messages a second, whatever happens. */
const coalesceMs = 250;
/** A client that reads this slowly is cut; it comes back with a fresh snapshot. */
const mostWaitingBytes = 8_000_000;

export interface LivePicture {
  readonly failover: FailoverState;
  readonly failovers: readonly FailoverServerRow[];
  readonly servers: ReadonlyMap<string, MonitoredServer>;
  readonly jobs: readonly Job[];
  readonly attention: readonly Attention[];
}

export interface LiveNeeds {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Draws the picture anew; called only while somebody looks. */
  readonly picture: () => LivePicture;
  readonly eventsSince: (id: number) => readonly AuditEvent[];
  readonly lastEventId: () => number;
}

export interface LiveClient {
  send(text: string): void;
  waitingBytes(): number;
  close(text: string): void;
}

/** Snapshot to each newcomer, the same changes to all. One picture is drawn for all clients together. */
export class Live {
  readonly #needs: LiveNeeds;
  readonly #clients = new Set<LiveClient>();
  #last: LivePicture | null = null;
  #lastEventId = 0;
  #revision = 0;
  #quietMs = 0;
  #stop: Cancel | null = null;

  constructor(needs: LiveNeeds) {
    this.#needs = needs;
  }

  get clients(): number {
    return this.#clients.size;
  }

  add(client: LiveClient): () => void {
    if (this.#last === null) this.#begin();
    else this.#tick();
    const last = this.#last;
    if (last !== null) client.send(JSON.stringify(this.#snapshot(last)));
    this.#clients.add(client);
    return () => this.#remove(client);
  }

  /** Tells everybody good-bye; the web UI then shows the lost connection at once. */
  stop(): void {
    for (const client of this.#clients) {
      client.send(JSON.stringify({ type: 'bye', text: 'The failover server stops.' } satisfies LiveMessage));
      client.close('stopping');
    }
    this.#clients.clear();
    this.#end();
  }

  #begin(): void {
    this.#last = this.#needs.picture();
    this.#lastEventId = this.#needs.lastEventId();
    this.#stop = this.#needs.timers.every(coalesceMs, () => this.#tick());
  }

  #end(): void {
    this.#stop?.();
    this.#stop = null;
    this.#last = null;
  }

  #remove(client: LiveClient): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#end();
  }

  #tick(): void {
    if (this.#last === null) return;
    const next = this.#needs.picture();
    const delta = this.#delta(this.#last, next);
    this.#last = next;
    this.#quietMs += coalesceMs;
    if (delta === null && this.#quietMs < liveBeatMs) return;
    this.#quietMs = 0;
    this.#revision += 1;
    const text = JSON.stringify({ type: 'delta', revision: this.#revision, nowMs: this.#now(), ...delta } satisfies LiveDelta);
    for (const client of this.#clients) {
      if (client.waitingBytes() > mostWaitingBytes) client.close('too slow');
      else client.send(text);
    }
  }

  #delta(before: LivePicture, after: LivePicture): Partial<LiveDelta> | null {
    const delta: Partial<LiveDelta> = {};
    const { nowMs: _, ...failover } = after.failover;
    const state = changedFields(before.failover, { ...failover, nowMs: before.failover.nowMs });
    if (state !== null) delta.failover = state;
    if (changedFields({ all: before.failovers }, { all: after.failovers }) !== null) delta.failovers = [...after.failovers];
    const servers = listDifference(before.servers, after.servers);
    if (servers.changed.length > 0) delta.servers = [...servers.changed];
    if (servers.removed.length > 0) delta.removedServers = [...servers.removed];
    // Jobs are replaced, never changed in place.
    if (before.jobs.length !== after.jobs.length || after.jobs.some((job, at) => job !== before.jobs[at])) delta.jobs = [...after.jobs];
    if (changedFields({ all: before.attention }, { all: after.attention }) !== null) delta.attention = [...after.attention];
    const events = this.#needs.eventsSince(this.#lastEventId);
    this.#lastEventId = events.reduce((newest, event) => Math.max(newest, event.id), this.#lastEventId);
    if (events.length > 0) delta.events = [...events];
    return Object.keys(delta).length === 0 ? null : delta;
  }

  #snapshot(picture: LivePicture): LiveMessage {
    return {
      type: 'snapshot',
      revision: this.#revision,
      nowMs: this.#now(),
      failover: picture.failover,
      failovers: [...picture.failovers],
      servers: [...picture.servers.values()],
      jobs: [...picture.jobs],
      attention: [...picture.attention],
      lastEventId: this.#lastEventId,
    };
  }

  #now(): number {
    return Math.round(this.#needs.clock.wallMs());
  }
}
