import { keepAliveIntervalMs } from '../../core/timeouts.ts';
import { machineTimeouts } from '../monitor/time-outs.ts';
import type { Parts } from '../parts.ts';
import type { FailoverServer, Who } from '../server-types.ts';
import { capacityView, serverView } from '../views.ts';
import { maintain } from './maintenance.ts';
import { replaceServer } from './replace.ts';
import { addServer, authorize, changeServer, deauthorize } from './servers.ts';

/** The failover server's door: every command and every question, as one object. */
export function failoverCommands(parts: Parts, life: { readonly startedMs: number; readonly stop: () => Promise<void> }): FailoverServer {
  const { directory, trail, roles, outages, ports, links, backups } = parts;
  const view = (serverId: string): ReturnType<typeof serverView> => serverView(parts, directory.get(serverId));
  const ask = async (serverId: string, by: Who & { readonly confirm?: string }, type: 'reset pressed' | 'stop pressed' | 'remove pressed'): Promise<void> => {
    directory.get(serverId);
    await roles.ask(serverId, (request) => ({ type, request, by: by.who, typedName: by.confirm ?? null }));
  };
  return {
    id: directory.settings.id,
    fingerprint: ports.transport.fingerprint,
    startedMs: life.startedMs,
    settings: () => directory.settings,
    changeSettings: (change, by) => {
      const stored = directory.changeSettings(change, { who: by.who, atMs: ports.clock.wallMs() });
      const timeouts = machineTimeouts(stored.settings.timeouts);
      links.setKeepAlive({ everyMs: keepAliveIntervalMs(timeouts), timeoutMs: timeouts.keepAlive });
      backups.reschedule();
      sayStorePath(parts);
      parts.desk.soon();
      return stored;
    },
    servers: () => directory.servers().map((server) => serverView(parts, server)),
    server: view,
    find: (serverId) => (directory.find(serverId) === undefined ? null : view(serverId)),
    serverOfKey: (fingerprint) => directory.servers().find((server) => server.pin === fingerprint)?.id ?? null,
    addServer: (server, by) => addServer(parts, server, by),
    authorize: (serverId, secret, by) => authorize(parts, serverId, secret, by),
    deauthorize: (serverId, by) => deauthorize(parts, serverId, by),
    changeServer: (serverId, patch, by) => changeServer(parts, serverId, patch, by),
    removeServer: (serverId, by) => ask(serverId, by, 'remove pressed'),
    replaceServer: (serverId, hardware, by) => replaceServer(parts, serverId, hardware, by),
    takeOver: async (serverId, by) => {
      directory.get(serverId);
      await roles.ask(serverId, (request) => ({ type: 'take over pressed', request, by: by.who, typedName: by.confirm ?? null, forMaintenance: false }));
      return view(serverId);
    },
    reset: async (serverId, by) => {
      await ask(serverId, by, 'reset pressed');
      return view(serverId);
    },
    stopRecording: async (serverId, by) => {
      await ask(serverId, by, 'stop pressed');
      return view(serverId);
    },
    maintenance: async (serverId, wish, by) => {
      await maintain(parts, serverId, wish, by);
      return view(serverId);
    },
    retryCamera: (serverId, cameraId, by) => {
      const server = directory.get(serverId);
      parts.desk.retry(serverId, cameraId);
      trail.note({ severity: 'info', kind: 'camera', serverId, serverName: server.name, cameraId, actor: by.who, text: `${by.who} had camera ${cameraId} asked again.` });
    },
    outages: (filter = {}) => outages.list(filter),
    outage: (id) => outages.get(id),
    audit: (filter = {}) => trail.read(filter),
    note: (event) => trail.note(event),
    alarms: () => trail.alarms(),
    storm: () => (parts.monitor.observer.kind === 'storm' ? parts.monitor.observer.storm : null),
    capacity: () => capacityView(parts),
    backups,
    store: ports.store,
    storePath: ports.storePath,
    watch: (camera, gone) => ports.recording.watch?.(camera, gone) ?? null,
    link: links,
    onEvent: (listener) => trail.onEvent(listener),
    stop: life.stop,
  };
}

/** Open files cannot move to another disk while they are written: the new path is used from the next start on. */
function sayStorePath({ directory, ports, trail }: Parts): void {
  const { storePath } = directory.settings.settings;
  if (storePath === ports.storePath) return;
  trail.note({
    severity: 'warning', kind: 'settings', actor: 'system',
    text: `The store path ${storePath} is used from the next start of this failover server on; until then ${ports.storePath}. Footage that lies there stays there.`,
  });
}
