import { plan, roomWish, type Capacity, type PlannedServer } from '../core/role/plan.ts';
import { takeOverOf } from '../core/role/duties.ts';
import type { RoleFacts, RoomFact } from '../core/role/types.ts';
import { hearOutMs } from '../core/timeouts.ts';
import { assumedBitsPerSecond } from './assumed.ts';
import { detectorSettings } from './monitor/time-outs.ts';
import type { Parts } from './parts.ts';

/** Everything that runs must fit on the disk for so long. */
const diskMs = 3_600_000;
/** Free space, bit rates and settings may change without a step of a role; much shorter than the pause between looks. */
const grantsKeptMs = 100;

/** What is true now for one server's role. Room is computed only if the role asks for it. */
export function roleFacts(parts: Parts, serverId: string, newId: string): RoleFacts {
  const { ports, directory, monitor } = parts;
  const server = directory.find(serverId);
  const { settings } = directory.settings;
  let room: RoomFact | null = null;
  return {
    atMs: ports.clock.monotonicMs(),
    serverName: server?.name ?? serverId,
    detector: monitor.state(serverId),
    // One that is not paired is not watched: nothing can be concluded from its silence.
    automaticTakeOver: settings.automaticTakeOver && server?.pin !== null,
    automaticRestore: settings.automaticRestore,
    maintenance: inMaintenance(parts, serverId),
    storm: monitor.isHeldByStorm(serverId),
    backup: withRefusals(parts, serverId),
    get room(): RoomFact {
      return (room ??= roomFor(parts, serverId));
    },
    store: storeFact(parts),
    heardOut: parts.cameraWatch.answeringMs(serverId) >= hearOutMs(detectorSettings(settings, ports.policyClock ?? 1).timeouts),
    withoutFramesMs: withoutFrames(parts, serverId),
    newId,
  };
}

/** Of every camera of its take-over. */
function withoutFrames({ roles, desk }: Parts, serverId: string): RoleFacts['withoutFramesMs'] {
  const role = roles.state(serverId);
  const known = (role === undefined ? null : takeOverOf(role))?.cameras.map(({ id }) => [id, desk.withoutFramesMs(serverId, id)] as const) ?? [];
  return Object.fromEntries(known.filter((one): one is readonly [string, number] => one[1] !== null));
}

/** A camera that refused our second session allows one, whatever its settings say: it is handed back alone (F42). */
function withRefusals({ documents, standby, ports }: Parts, serverId: string): RoleFacts['backup'] {
  const fact = documents.fact(serverId);
  if (!fact.usable) return fact;
  const nowMs = ports.clock.monotonicMs();
  if (!fact.cameras.some(({ id }) => standby.reasonForCold(serverId, id, nowMs) !== null)) return fact;
  return { ...fact, cameras: fact.cameras.map((camera) => ({ ...camera, singleSession: camera.singleSession || standby.reasonForCold(serverId, camera.id, nowMs) !== null })) };
}

/**
 * Over at its end time, or after as long as it was to last: a wall clock that is set back must not
 * leave a server without its automatic take-over for longer than a person said (O03).
 */
export function inMaintenance(parts: Parts, serverId: string): boolean {
  const maintenance = parts.directory.find(serverId)?.maintenance ?? null;
  if (maintenance === null) {
    parts.maintenanceEnds.delete(serverId);
    return false;
  }
  const { clock } = parts.ports;
  const leftMs = maintenance.untilMs - clock.wallMs();
  let end = parts.maintenanceEnds.get(serverId);
  if (end?.untilMs !== maintenance.untilMs) {
    end = { untilMs: maintenance.untilMs, endMs: clock.monotonicMs() + leftMs };
    parts.maintenanceEnds.set(serverId, end);
  }
  return leftMs > 0 && clock.monotonicMs() < end.endMs;
}

/** A full disk blocks nothing: retention makes room, and what fits is recorded. */
function storeFact(parts: Parts): RoleFacts['store'] {
  const health = parts.ports.store.health();
  return health.state === 'missing' || health.state === 'read-only' ? { trouble: health.text } : 'ok';
}

export function capacity(parts: Parts): Capacity {
  const { settings } = parts.directory.settings;
  const health = parts.ports.store.health();
  return {
    cameras: settings.capacity.cameras,
    bitsPerSecond: settings.capacity.bitsPerSecond,
    // Retention makes room on a full disk; only what can never fit counts as full.
    freeBytes: Math.max(0, health.freeBytes + health.usedBytes - settings.capacity.reserveBytes),
    diskMs,
  };
}

/** Peak bit rate of a camera, measured or assumed. */
export function bitsOf(parts: Parts, serverId: string): (cameraId: string) => number {
  const known = new Map(parts.directory.cameras(serverId).map((camera) => [camera.id, camera.peakBitsPerSecond]));
  return (cameraId) => known.get(cameraId) ?? assumedBitsPerSecond;
}

function roomFor(parts: Parts, serverId: string): RoomFact {
  const grant = grantsNow(parts).get(serverId);
  return grant ?? { cameras: [], why: 'It asks for no room.' };
}

type Grant = ReturnType<typeof plan>[number];
const known = new WeakMap<Parts, { readonly atMs: number; readonly version: number; readonly grants: ReadonlyMap<string, Grant> }>();

/**
 * The grants of this moment. Every queued server asks in the same round, and each answer needs all of
 * them: worked out anew for each, a switch that takes a thousand servers along would stop us for minutes.
 */
export function grantsNow(parts: Parts): ReadonlyMap<string, Grant> {
  const atMs = parts.ports.clock.monotonicMs();
  const { version } = parts.roles;
  const last = known.get(parts);
  if (last !== undefined && last.version === version && atMs - last.atMs < grantsKeptMs) return last.grants;
  const now = new Map(grants(parts).map((grant) => [grant.serverId, grant]));
  known.set(parts, { atMs, version, grants: now });
  return now;
}

/** Everybody who runs or waits, in the order of the queue. */
function grants(parts: Parts): ReturnType<typeof plan> {
  const servers: PlannedServer[] = [];
  for (const state of parts.roles.states()) {
    const wish = roomWish(state);
    if (!wish.wants && wish.running.length === 0) continue;
    const bits = bitsOf(parts, state.serverId);
    const fact = parts.documents.fact(state.serverId);
    const duties = takeOverOf(state)?.cameras ?? (fact.usable ? fact.cameras : []);
    servers.push({
      serverId: state.serverId,
      priority: parts.directory.find(state.serverId)?.priority ?? 1000,
      cameras: duties.map((camera) => ({ id: camera.id, priority: camera.priority, bitsPerSecond: bits(camera.id) })),
      ...wish,
    });
  }
  return plan(servers, capacity(parts));
}
