import { takeOverOf } from '../core/role/duties.ts';
import type { DetectorState } from '../core/detector/types.ts';
import { stormHoldMs } from '../core/observer/storm.ts';
import type { RoleState } from '../core/role/types.ts';
import { UnderstudyError } from '../contract/errors.ts';
import { failoverCommands } from './commands/commands.ts';
import { loadStates } from './db/states.ts';
import type { FirstStart } from './db/settings.ts';
import { inMaintenance } from './facts.ts';
import { watchSilent } from './hearing.ts';
import { pruneAudit, pruneServerAudit } from './db/audit.ts';
import { lookAtOutage } from './outages/look.ts';
import type { Parts } from './parts.ts';
import type { FailoverPorts } from './ports.ts';
import { automaticStep, maintenanceStep } from './db/outages.ts';
import { Reunion } from './recording/reunion.ts';
import { watchCameras } from './recording/trouble.ts';
import { readRole } from './roles/stored.ts';
import { applyRetention, checkRetention } from './retention.ts';
import type { FailoverServer } from './server-types.ts';
import { makeParts, tickMs } from './wiring.ts';

const lookMs = 1000;
/** How often waiting provisional footage is looked at. */
const reunionMs = 5000;
const readAtOnce = 8;
const verifyEverySeconds = 10;
/** Events older than *eventDays* go, and of each server what is beyond this number. */
const pruneMs = 3_600_000;
const mostServerEvents = 100_000;
const dayMs = 86_400_000;

/** A full disk must not end the process for that: old events wait an hour longer. */
function prune({ ports, directory }: Parts): void {
  try {
    pruneAudit(ports.database, ports.clock.wallMs() - directory.settings.settings.eventDays * dayMs);
    for (const { id } of directory.servers()) pruneServerAudit(ports.database, id, mostServerEvents);
  } catch (error) {
    ports.log.warn({ error: (error as Error).message }, 'Old events could not be dropped; it is tried again in an hour.');
  }
}

/**
 * Starts a failover server from its parts. Everything from outside is passed in, so the simulated
 * world runs the same code. Resolves when roles of a former life go on and all links are dialled.
 */
export async function startFailover(ports: FailoverPorts, first: FirstStart): Promise<FailoverServer> {
  const parts = makeParts(ports, first);
  const reunion = new Reunion(parts);
  try {
    await reunion.closeLeftOver();
    await readDocuments(parts);
    // Refused rows end the start before anything is dialled: a life sign must find no closed database.
    checkRetention(parts);
    goOn(parts);
  } catch (error) {
    await parts.links.close();
    await parts.backups.stop();
    throw error;
  }
  let stopped = false;
  // What waited for the sockets when the end came must not touch a database that is closed by then.
  const judgeLater = (run: () => void): void => ports.afterPoll(() => (stopped ? undefined : run()));
  const cancels = [
    ports.timers.every(tickMs, () => {
      reunion.watchClock();
      judgeLater(() => parts.monitor.round());
    }),
    ports.timers.every(lookMs, () => judgeLater(() => lookAll(parts))),
    ports.timers.every(pruneMs, () => prune(parts)),
    ports.timers.every(reunionMs, () => {
      reunion.round().catch((error: unknown) => ports.log.error({ error: (error as Error).message }, 'Provisional footage could not be looked at.'));
    }),
  ];
  parts.retention.stale = false;
  await applyRetention(parts);
  const stop = async (): Promise<void> => {
    stopped = true;
    for (const cancel of cancels) cancel();
    parts.desk.stop();
    // A backup under way ends with its connection: it may be of a recorder that sends a byte a minute.
    const backupsEnded = parts.backups.stop();
    await parts.links.close();
    await backupsEnded;
    await ports.recording.close();
    parts.trail.flush();
  };
  return failoverCommands(parts, { startedMs: ports.clock.wallMs(), stop });
}

/** The newest verified settings of every server, a few at a time: roles that go on need them. */
async function readDocuments(parts: Parts): Promise<void> {
  const ids = parts.directory.servers().map((server) => server.id);
  const readers = Array.from({ length: readAtOnce }, async () => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) await parts.documents.refresh(id);
  });
  await Promise.all(readers);
}

/** Detectors, roles and links of all servers, from what was persisted. */
function goOn(parts: Parts): void {
  const roles = loadStates(parts.ports.database, 'role');
  for (const server of parts.directory.servers()) {
    const stored = roles.get(server.id);
    const role = stored === undefined ? null : readRole(stored.state, server.id);
    const wasDown = (role !== null && takeOverOf(role) !== null) || wasLost(parts, server.id) || inMaintenance(parts, server.id);
    parts.monitor.add(server.id, { seenAlive: server.seenAlive && server.pin !== null, instance: server.instance }, wasDown);
    if (role === null || stored === undefined) parts.roles.add(server.id);
    else goOnWith(parts, role, stored.atMs);
  }
  // Removed by a version that did not end them, or right before a crash.
  for (const serverId of parts.outages.openServers()) if (parts.directory.find(serverId) === undefined) parts.outages.forget(serverId);
  for (const server of parts.directory.servers()) {
    if (server.pin === null) continue;
    parts.links.set({ serverId: server.id, host: server.host, port: server.port, pin: server.pin, instance: server.instance });
  }
  parts.desk.soon();
}

/** Its silence is no news: it says nothing of our network now (V16). Of one that was lost just before we started it may: a storm may be under way. */
function wasLost({ ports, outages, directory }: Parts, serverId: string): boolean {
  const lostMs = outages.lostMs(serverId);
  return lostMs !== null && ports.clock.wallMs() - lostMs > directory.settings.settings.timeouts.keepAliveMs + stormHoldMs;
}

function goOnWith({ roles, outages }: Parts, role: RoleState, writtenMs: number): void {
  roles.resume(role);
  // A crash right behind the decision: the role is durable, the report of the outage does not know of it yet.
  if (takeOverOf(role) !== null) outages.mark(role.serverId, 'decidedMs', writtenMs);
}

/** Once a second: time went by, facts may have changed. A server that is well and not taken over has nothing to look at. */
function lookAll(parts: Parts): void {
  // What a full disk refused waits for room, not for the next event.
  parts.trail.flush();
  parts.documents.readAgain();
  watchStore(parts);
  for (const server of parts.directory.servers()) {
    const role = parts.roles.state(server.id);
    if (role === undefined) throw new UnderstudyError('process.defect', `Server ${server.id} has no role.`);
    endMaintenance(parts, server.id);
    // Provisional writing may have ended without anything else happening.
    if (parts.outages.openId(server.id) !== null) lookAtOutage(parts, server.id);
    if (role.kind !== 'standby') watchCameras(parts, role);
    const detector = parts.monitor.state(server.id);
    verifyAgain(parts, role, detector);
    watchSilent(parts, server.id, detector);
    if (role.kind !== 'standby' || role.blocked !== null || detector.kind === 'failed') parts.roles.step(server.id, { type: 'look' });
  }
  parts.desk.soon();
  if (!parts.retention.stale) return;
  parts.retention.stale = false;
  void applyRetention(parts);
}

/**
 * A server that is down may wait for its time-out, and its take-over for its turn: what was verified when it was lost
 * may have rotted since (I3, B01).
 */
function verifyAgain({ ports, documents }: Parts, role: RoleState, detector: DetectorState): void {
  const waits = role.kind === 'held' || role.kind === 'queued';
  const isDown = role.kind === 'standby' && detector.kind !== 'alive' && detector.kind !== 'never seen';
  if (!waits && !isDown) return;
  const waitedS = Math.round((ports.clock.monotonicMs() - (waits ? role.sinceMs : detector.sinceMs)) / lookMs);
  if (waitedS > 0 && waitedS % verifyEverySeconds === 0) void documents.refresh(role.serverId);
}

/** A loud state of our own disk; the roles read the same health. */
function watchStore({ ports, trail }: Parts): void {
  const health = ports.store.health();
  for (const [state, alarm] of storeAlarms)
    if (health.state === state) trail.raise(alarm, null, `The store path ${ports.storePath}: ${health.text}`);
    else trail.clear(alarm, null);
}

const storeAlarms = [['missing', 'store.missing'], ['read-only', 'store.read-only'], ['full', 'store.full'], ['silent', 'store.silent']] as const;

/** O03: forgotten maintenance ends by its end time. */
function endMaintenance(parts: Parts, serverId: string): void {
  const server = parts.directory.find(serverId);
  if (server === undefined || server.maintenance === null || inMaintenance(parts, serverId)) return;
  // A full disk must not end the process for that; after a restart it would end again.
  parts.directory.putSoon({ ...server, maintenance: null }, [
    { severity: 'info', kind: 'maintenance', serverId, serverName: server.name, actor: 'system', text: `${server.name}: the maintenance is over, its end time came` },
  ]);
  parts.outages.step(serverId, maintenanceStep, automaticStep, 'The maintenance is over, its end time came.');
}
