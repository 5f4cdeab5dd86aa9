import type { FailoverServerRow, FailoverState } from '../../contract/api/failover.ts';
import type { Attention } from '../../contract/api/live.ts';
import type { MonitoredServer, ServerDetail } from '../../contract/api/servers.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Checker } from '../check/checker.ts';
import type { FailoverServer, ServerView } from '../server-types.ts';
import type { Vault } from '../vault/vault.ts';
import type { OutageDoor } from './footage-door.ts';
import type { Jobs } from './jobs.ts';
import type { LivePicture } from './live.ts';
import { attentionOf } from './views/attention.ts';
import { failoverState } from './views/failover.ts';
import { monitoredServer, serverDetail, type ServerExtras } from './views/server.ts';

export interface PictureNeeds {
  readonly server: FailoverServer;
  readonly vault: Vault;
  readonly checker: Checker;
  readonly outages: OutageDoor;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly version: string;
  readonly timeZone: string;
  /** The left list, this failover server first. */
  readonly failovers: () => readonly FailoverServerRow[];
}

/** Draws what the screen shows from what is true now. */
export class Picture {
  readonly #needs: PictureNeeds;

  constructor(needs: PictureNeeds) {
    this.#needs = needs;
  }

  servers(all: readonly ServerView[] = this.#needs.server.servers()): MonitoredServer[] {
    const extras = this.#extras(all);
    return all.map((server) => monitoredServer(server, extras(server)));
  }

  server(serverId: string): MonitoredServer {
    const server = this.#needs.server.server(serverId);
    return monitoredServer(server, this.#extras(this.#needs.server.servers())(server));
  }

  detail(serverId: string): ServerDetail {
    const server = this.#needs.server.server(serverId);
    return serverDetail(server, this.#extras(this.#needs.server.servers())(server));
  }

  failover(all: readonly ServerView[] = this.#needs.server.servers()): FailoverState {
    const { server, clock, vault, checker, outages } = this.#needs;
    const storm = server.storm();
    return failoverState({
      id: server.id,
      version: this.#needs.version,
      startedMs: server.startedMs,
      nowMs: clock.wallMs(),
      timeZone: this.#needs.timeZone,
      stored: server.settings(),
      servers: all,
      capacity: server.capacity(),
      disk: { storePath: server.storePath, ...server.store.health() },
      storm: storm === null ? null : { sinceMs: storm.sinceMs, untilMs: storm.untilMs, silent: storm.servers.length, nowMonotonicMs: clock.monotonicMs() },
      alarms: server.alarms(),
      nextBackupMs: vault.nextRunMs(),
      lastCheckMs: checker.lastMs(all),
      totals: outages.totals(),
    });
  }

  attention(): Attention[] {
    return attentionOf(this.#needs.server.alarms(), this.servers(), this.#needs.failovers());
  }

  live(): LivePicture {
    const all = this.#needs.server.servers();
    const servers = this.servers(all);
    const failovers = this.#needs.failovers();
    return {
      failover: this.failover(all),
      failovers,
      servers: new Map(servers.map((server) => [server.id, server])),
      jobs: this.#needs.jobs.list(),
      attention: attentionOf(this.#needs.server.alarms(), servers, failovers),
    };
  }

  #extras(all: readonly ServerView[]): (server: ServerView) => ServerExtras {
    const { settings } = this.#needs.server.settings();
    const protections = this.#needs.checker.protections(all);
    const unknown = { protected: false, reasons: [], checkedMs: null };
    return (server) => ({ settings, backup: this.#needs.vault.state(server.id), protection: protections.get(server.id) ?? unknown });
  }
}
