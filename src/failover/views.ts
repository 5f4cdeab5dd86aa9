/** Plain data for screens and the API, made from the parts as they are now. */
import { isAlive, isOffline, nextByTime } from '../core/detector/questions.ts';
import { failWords, partsOf, words } from '../core/detector/words.ts';
import { takeOverOf, isOurs } from '../core/role/duties.ts';
import { blockedWords, holdWords, roleWords } from '../core/role/words.ts';
import type { RoleState } from '../core/role/types.ts';
import { capabilityReasons, type CapabilityReason } from '../contract/api/servers.ts';
import type { CameraRecord } from './db/cameras.ts';
import type { ServerRecord } from './db/servers.ts';
import { bitsOf, grantsNow } from './facts.ts';
import { detectorSettings, machineTimeouts } from './monitor/time-outs.ts';
import type { Parts } from './parts.ts';
import { prerollMs } from './recording/preroll.ts';
import type { CameraView, Capabilities, Capability, CapacityView, DetectorView, LinkView, RoleView, ServerView } from './server-types.ts';

export function serverView(parts: Parts, server: ServerRecord): ServerView {
  const { directory, monitor, progress } = parts;
  const detector = monitor.state(server.id);
  const last = progress.get(server.id);
  const cameras = directory.cameras(server.id).filter((camera) => camera.present);
  const gops = cameras.map((camera) => camera.gopMs ?? 0);
  return {
    id: server.id, name: server.name, host: server.host, port: server.port, make: server.make, makeVersion: server.makeVersion,
    priority: server.priority, version: server.version, standby: server.standby,
    prerollMs: prerollMs(machineTimeouts(directory.settings.settings.timeouts), Math.max(0, ...gops) || null),
    copyBack: server.copyBack,
    addedMs: server.addedMs,
    maintenance: server.maintenance,
    link: linkView(parts, server),
    detector: detectorView(parts, server.id),
    role: roleView(parts, server),
    gray: detector.gray === null ? null : { cameras: detector.gray.cameras, all: detector.gray.all, text: words(detector) },
    disk: last === undefined ? null : { state: last.progress.disk.state, freeBytes: last.progress.disk.freeBytes },
    backup: parts.backups.status(server.id),
    cameras: cameras.map((camera) => cameraView(parts, server, camera)),
    can: capabilities(parts, server),
  };
}

function linkView({ links, progress }: Parts, server: ServerRecord): LinkView {
  const status = links.status(server.id);
  return {
    connected: (status?.connections ?? 0) > 0,
    authorized: server.pin !== null,
    lastLifeSignMs: progress.get(server.id)?.wallMs ?? null,
    roundTripMs: status?.roundTripMs ?? null,
    clockOffsetMs: status?.clockOffset?.offsetMs ?? null,
    error: status?.trouble ?? null,
  };
}

function detectorView({ monitor, directory, ports }: Parts, serverId: string): DetectorView {
  const state = monitor.state(serverId);
  const toWall = ports.clock.wallMs() - ports.clock.monotonicMs();
  const next = nextByTime(state, detectorSettings(directory.settings.settings, ports.policyClock ?? 1));
  return {
    state: state.kind,
    sinceMs: state.sinceMs + toWall,
    reason: state.kind === 'failed' ? failWords[state.reason] : state.kind === 'normal shutdown' ? state.reason : state.kind === 'alive' && state.gray === null && state.outage === null ? null : words(state),
    with: partsOf(state),
    code: state.kind === 'failed' ? state.reason : null,
    deadlineMs: next === null ? null : next.atMs + toWall,
    deadlineFor: next?.what ?? null,
  };
}

function roleView(parts: Parts, server: ServerRecord): RoleView {
  const state = parts.roles.state(server.id);
  if (state === undefined) throw new Error(`Server ${server.id} has no role.`);
  const takeOver = takeOverOf(state);
  const cause = takeOver?.cause ?? ('cause' in state ? state.cause : null);
  const toWall = parts.ports.clock.wallMs() - parts.ports.clock.monotonicMs();
  return {
    state: state.kind,
    sinceMs: state.sinceMs + toWall,
    reason: reasonOf(state, server.name),
    by: cause === null ? null : cause.kind === 'manual' ? cause.by : 'automatic',
    pinned: takeOver !== null && takeOver.pinned !== null,
    queuePosition: state.kind === 'queued' ? queuePosition(parts, server.id) : null,
    camerasRecording: takeOver?.cameras.filter((duty) => duty.stage === 'recording').length ?? 0,
    camerasWanted: takeOver?.cameras.length ?? 0,
    camerasKept: state.kind === 'restoring' && state.overdue ? state.takeOver.cameras.filter(isOurs).length : 0,
    cameras: takeOver?.cameras ?? [],
    outageId: parts.outages.openId(server.id),
  };
}

function reasonOf(state: RoleState, name: string): string | null {
  if (state.kind === 'standby') return state.blocked === null ? null : blockedWords[state.blocked];
  if (state.kind === 'held') return holdWords[state.because];
  if (state.kind === 'queued') return state.why;
  return roleWords(state, name);
}

function queuePosition(parts: Parts, serverId: string): number {
  const waiting = [...grantsNow(parts).values()].filter((grant) => parts.roles.state(grant.serverId)?.kind === 'queued');
  return waiting.findIndex((grant) => grant.serverId === serverId) + 1;
}

function cameraView(parts: Parts, server: ServerRecord, camera: CameraRecord): CameraView {
  const report = parts.progress.get(server.id)?.progress.cameras.find((one) => one.id === camera.id);
  const detector = parts.monitor.state(server.id);
  const gray = detector.gray?.cameras.includes(camera.id) ?? false;
  const own = parts.desk.status(server.id, camera.id);
  const byServer = isAlive(detector) && !gray && (report?.sinceUs ?? null) !== null;
  return {
    id: camera.id, name: camera.name, url: camera.url, enabled: camera.enabled, priority: camera.priority,
    maxSessions: camera.maxSessions, keepDays: camera.retentionDays ?? server.retention?.days ?? null, peakBitsPerSecond: camera.peakBitsPerSecond, gopMs: camera.gopMs,
    standby: parts.standby.chosen(server, camera),
    standbyChoice: camera.standby,
    standbyReason: parts.standby.reasonForCold(server.id, camera.id, parts.ports.clock.monotonicMs()),
    lacksMemory: parts.desk.lacksMemory(server.id, camera.id),
    recordedBy: [...(byServer ? (['monitored server'] as const) : []), ...((own?.recording ?? null) === null ? [] : (['failover server'] as const))],
    recorder: report === undefined ? null : { state: report.state, sinceUs: report.stateSinceUs ?? null, reason: report.reason ?? null, newestUs: report.newestUs, gray, clockOffsetMs: report.clockOffsetMs ?? null },
    own,
  };
}

const yes: Capability = { allowed: true, confirm: false, reason: null };
const say = (code: CapabilityReason, parts?: { readonly why: string }): Pick<Capability, 'reason' | 'because'> => {
  const text = capabilityReasons[code] + (parts === undefined ? '' : ` ${parts.why}`);
  return { reason: text, because: { code, text, ...(parts === undefined ? {} : { with: parts }) } };
};
const no = (code: CapabilityReason, parts?: { readonly why: string }): Capability => ({ allowed: false, confirm: false, ...say(code, parts) });
const typed = (code: CapabilityReason): Capability => ({ allowed: true, confirm: true, ...say(code) });

/** What may be pressed now, with the reason if not: the same rules as the role's, seen from outside. */
function capabilities(parts: Parts, server: ServerRecord): Capabilities {
  const detector = parts.monitor.state(server.id);
  const role = parts.roles.state(server.id);
  const kind = role?.kind ?? 'standby';
  const takenOver = role !== undefined && takeOverOf(role) !== null;
  const backup = parts.documents.fact(server.id);
  const takeOver =
    kind === 'taking over' || kind === 'active' ? no('taken over already')
    : kind === 'stopping' ? no('being stopped')
    : !backup.usable ? no('no usable backup', { why: backup.why })
    : isOffline(detector) ? yes
    : typed('not offline');
  return {
    takeOver,
    reset: kind === 'restoring' ? no('restoring already') : !takenOver ? no('not taken over') : isAlive(detector) ? yes : no('offline'),
    stopRecording: takenOver && kind !== 'stopping' ? typed('nobody records') : kind === 'held' || kind === 'queued' ? yes : no('not taken over'),
    maintenance: yes,
    remove: takenOver ? typed('removal stops recording') : yes,
    edit: takenOver ? no('no change while taken over') : yes,
    backup: takenOver ? no('no backup while taken over') : server.pin === null ? no('not authorized') : yes,
  };
}

export function capacityView(parts: Parts): CapacityView {
  const { capacity } = parts.directory.settings.settings;
  let cameras = 0;
  let bits = 0;
  for (const state of parts.roles.states()) {
    const rate = bitsOf(parts, state.serverId);
    for (const duty of takeOverOf(state)?.cameras ?? []) {
      if (duty.stage !== 'taking' && duty.stage !== 'recording') continue;
      cameras += 1;
      bits += rate(duty.id);
    }
  }
  return {
    cameras: { used: cameras, limit: capacity.cameras },
    bitsPerSecond: { used: bits, limit: capacity.bitsPerSecond },
    diskFreeBytes: parts.ports.store.health().freeBytes,
    prerollBytes: { used: parts.desk.prerollUsed, limit: capacity.prerollBytes },
  };
}
