import type { LinkEvent } from './link/contract.ts';
import { makeLinks, type LinksNeeds } from './link/links.ts';
import { movedAway } from './commands/let-go.ts';
import { linkSelf } from './commands/pairing.ts';
import { keepAliveIntervalMs } from '../core/timeouts.ts';
import { takeOverOf } from '../core/role/duties.ts';
import type { FirstStart } from './db/settings.ts';
import { Directory } from './directory.ts';
import { Documents } from './documents.ts';
import { roleFacts } from './facts.ts';
import { hearLink, stepped } from './hearing.ts';
import { auditEvent } from './machine-events.ts';
import { Monitor } from './monitor/monitor.ts';
import { detectorSettings, machineTimeouts } from './monitor/time-outs.ts';
import { Outages } from './outages/outages.ts';
import type { Parts } from './parts.ts';
import type { BackupsNeeds, FailoverPorts } from './ports.ts';
import { Desk } from './recording/desk.ts';
import { Standby } from './recording/standby.ts';
import { heardStatuses, moved, noMemory, wantedCameras } from './recording/watch.ts';
import { CameraWatch } from './roles/camera-watch.ts';
import { firstAnswer, roleExecutors } from './roles/executors.ts';
import { Roles } from './roles/roles.ts';
import { Trail } from './trail.ts';

/** How often it judges; no time-out is shorter than 2 s. */
export const tickMs = 200;

/** Who is let go of is not closed in the middle of what its own link says. */
function hear(parts: Parts, event: LinkEvent): void {
  hearLink(parts, event);
  if (event.type === 'trouble' && event.code === 'link.other-protector') parts.ports.timers.after(0, () => movedAway(parts, event.serverId, event.holder ?? 'another failover server'));
}

/** The parts of one failover server, each knowing the others by what it needs of them. */
export function makeParts(ports: FailoverPorts, first: FirstStart): Parts {
  const { database: sql, clock, random, log, failpoint } = ports;
  const trail = new Trail({ sql, clock, log, afterPoll: ports.afterPoll });
  const directory = new Directory(sql, trail, first);
  const settings = (): ReturnType<typeof detectorSettings> => detectorSettings(directory.settings.settings, ports.policyClock ?? 1);
  const all = (): Parts => parts;
  const links = makeLinks(linksNeeds(ports, directory, (event) => hear(parts, event)));
  const backups = ports.backups(backupsNeeds(ports, all, directory, trail));
  const outages = new Outages({ sql, trail, clock, random });
  const isTakenOver = (serverId: string): boolean => {
    const role = parts.roles.state(serverId);
    return role !== undefined && takeOverOf(role) !== null;
  };
  const nameOf = (serverId: string): string | null => directory.find(serverId)?.name ?? null;
  const parts: Parts = {
    ports, trail, directory, links, backups, outages,
    standby: new Standby(),
    progress: new Map(),
    maintenanceEnds: new Map(),
    askedToLeaveMs: new Map(),
    retention: { stale: false },
    documents: new Documents({
      backups, directory, log, isTakenOver,
      changed: (serverId) => {
        ports.afterPoll(() => parts.roles.step(serverId, { type: 'look' }));
        parts.desk.soon();
        parts.retention.stale = true;
      },
    }),
    monitor: new Monitor({
      clock, settings, tickMs,
      refuse: (serverId, connection, code, text) => links.refuse(serverId, connection, code, text),
      stepped: (serverId, before, now, event) => stepped(parts, serverId, before, now, event),
      execute: {
        remember: ({ serverId, memory }) => {
          const server = directory.find(serverId);
          if (server !== undefined) directory.putSoon({ ...server, seenAlive: memory.seenAlive, instance: memory.instance });
        },
        failed: ({ serverId }) => trail.emit({ type: 'server', serverId }),
        recovered: ({ serverId }) => trail.emit({ type: 'server', serverId }),
        audit: ({ entry }) => trail.note(auditEvent(entry, entry.serverId === null ? null : nameOf(entry.serverId), entry.serverId === null ? null : outages.openId(entry.serverId))),
        'raise alarm': ({ alarm, serverId, text }) => trail.raise(alarm, serverId, text),
        'clear alarm': ({ alarm, serverId }) => trail.clear(alarm, serverId),
      },
      executeObserver: {
        audit: ({ entry }) => trail.note(auditEvent(entry, null, null)),
        'raise alarm': ({ alarm, serverId, text }) => trail.raise(alarm, serverId, text),
        'clear alarm': ({ alarm, serverId }) => trail.clear(alarm, serverId),
      },
    }),
    cameraWatch: new CameraWatch({ clock, ask: (serverId, first) => firstAnswer(parts, serverId, first) }),
    roles: new Roles({
      sql, trail, clock, random, log, failpoint, nameOf,
      facts: (serverId, newId) => roleFacts(parts, serverId, newId),
      execute: roleExecutors(all),
      moved: (before, now) => moved(parts, before, now),
      outageOf: (serverId) => outages.openId(serverId),
    }),
    desk: new Desk({
      recording: ports.recording, clock, log, afterPoll: ports.afterPoll,
      wanted: () => wantedCameras(parts),
      settings: () => {
        const now = directory.settings.settings;
        return { storePath: ports.storePath, timeouts: machineTimeouts(now.timeouts), prerollBytes: now.capacity.prerollBytes };
      },
      roles: () => parts.roles.states(),
      recorded: (serverId, camera) => parts.roles.step(serverId, { type: 'camera recorded', camera }),
      letGo: (serverId, camera) => parts.roles.step(serverId, { type: 'camera let go', camera }),
      noMemory: (cameras) => noMemory(parts, cameras),
      statuses: (statuses) => heardStatuses(parts, statuses),
      failed: (error) => trail.raise('process.defect', null, `The recording engine did not take its orders: ${error.message}`),
    }),
  };
  return parts;
}

function linksNeeds(ports: FailoverPorts, directory: Directory, onEvent: (event: LinkEvent) => void): LinksNeeds {
  const { transport, clock, timers, random, log, afterPoll } = ports;
  const timeouts = machineTimeouts(directory.settings.settings.timeouts);
  return {
    self: () => linkSelf(directory),
    transport, clock, timers, random, log, afterPoll, onEvent,
    keepAlive: { everyMs: keepAliveIntervalMs(timeouts), timeoutMs: timeouts.keepAlive },
  };
}

function backupsNeeds(ports: FailoverPorts, parts: () => Parts, directory: Directory, trail: Trail): BackupsNeeds {
  const { database, clock, timers, random, log } = ports;
  return {
    database, clock, timers, random, log,
    serverIds: () => directory.servers().map((server) => server.id),
    isTakenOver: (serverId) => {
      const role = parts().roles.state(serverId);
      return role !== undefined && takeOverOf(role) !== null;
    },
    settings: () => directory.settings.settings,
    link: {
      request: (serverId, method, params, timeoutMs) => parts().links.request(serverId, method, params, timeoutMs),
      bulk: (serverId, method, params, upload) => parts().links.bulk(serverId, method, params, upload),
    },
    audit: (event) => trail.note({ ...event, serverName: event.serverName ?? directory.find(event.serverId ?? '')?.name ?? null }),
    changed: (serverId) => {
      trail.emit({ type: 'server', serverId });
      void parts().documents.refresh(serverId);
    },
    alarm: ({ code, serverId, text, on }) => (on ? trail.raise(code, serverId, text) : trail.clear(code, serverId)),
  };
}
