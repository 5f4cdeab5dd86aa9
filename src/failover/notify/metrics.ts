import { Gauge, Registry } from 'prom-client';
import type { FailoverState } from '../../contract/api/failover.ts';
import { serverStates, type MonitoredServer } from '../../contract/api/servers.ts';

export interface MetricsNeeds {
  readonly failover: () => FailoverState;
  readonly servers: () => readonly MonitoredServer[];
}

/** Drawn when asked for; nothing runs in between. Names and units as Prometheus wants them (seconds, bytes). */
export class Metrics {
  readonly #needs: MetricsNeeds;

  constructor(needs: MetricsNeeds) {
    this.#needs = needs;
  }

  text(): Promise<string> {
    const registry = new Registry();
    const gauge = (name: string, help: string, labels: string[] = []): Gauge => new Gauge({ name: `understudy_${name}`, help, labelNames: labels, registers: [registry] });
    this.#whole(gauge);
    this.#perServer(gauge);
    return registry.metrics();
  }

  #whole(gauge: (name: string, help: string, labels?: string[]) => Gauge): void {
    const state = this.#needs.failover();
    gauge('monitored_servers', 'Monitored servers.').set(state.monitored);
    gauge('taken_over_servers', 'Servers that this failover server records for.').set(state.takenOver);
    gauge('queued_servers', 'Servers that wait for room.').set(state.queue.length);
    gauge('capacity_cameras_used', 'Cameras recorded for others.').set(state.capacity.cameras.used);
    gauge('capacity_cameras_max', 'Cameras that may be recorded at once.').set(state.capacity.cameras.max);
    gauge('preroll_bytes', 'Memory of hot standby.').set(state.capacity.prerollBytes.used);
    gauge('store_free_bytes', 'Free bytes on the disk of the store path.').set(state.disk.freeBytes);
    gauge('store_ok', '1: the store path can be written.').set(state.disk.state === 'ok' ? 1 : 0);
    gauge('footage_gap_seconds_total', 'Footage lost in all outages.').set(state.totals.gapMs / 1000);
    gauge('outages', 'Outages that are still kept.').set(state.totals.outages);
  }

  #perServer(gauge: (name: string, help: string, labels?: string[]) => Gauge): void {
    const servers = this.#needs.servers();
    const by = ['server', 'name'];
    const stateOf = gauge('server_state', '1 for the state the server is in.', [...by, 'state']);
    const isProtected = gauge('server_protected', '1: would be taken over now.', by);
    const takenOver = gauge('server_taken_over', '1: this failover server records for it.', by);
    const notRecording = gauge('server_gray_cameras', 'Cameras that the server, though alive, does not record.', by);
    const backup = gauge('server_last_backup_timestamp_seconds', 'Last good settings backup.', by);
    const failed = gauge('server_backup_failed', '1: the last settings backup failed.', by);
    const seen = gauge('server_last_keep_alive_timestamp_seconds', 'Last life sign.', by);
    const offset = gauge('server_clock_offset_seconds', 'Its clock minus ours.', by);
    for (const server of servers) {
      const labels = { server: server.id, name: server.name };
      for (const word of serverStates) stateOf.set({ ...labels, state: word }, server.state === word ? 1 : 0);
      isProtected.set(labels, server.protection.protected ? 1 : 0);
      takenOver.set(labels, server.takenOverBy === null ? 0 : 1);
      notRecording.set(labels, server.gray.length);
      failed.set(labels, server.backup.error === null ? 0 : 1);
      if (server.backup.lastGood !== null) backup.set(labels, server.backup.lastGood.atMs / 1000);
      if (server.lastKeepAliveMs !== null) seen.set(labels, server.lastKeepAliveMs / 1000);
      if (server.clockOffsetMs !== null) offset.set(labels, server.clockOffsetMs / 1000);
    }
  }
}
