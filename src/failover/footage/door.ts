import type { EvidenceLockDto, FootageCamera, Timeline } from '../../contract/api/footage.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { FailoverServer } from '../server-types.ts';
import { clockMarks } from './clock-marks.ts';
import { Locks } from './locks.ts';
import { type RemovedNames, removedNames } from './removed-names.ts';
import { replacementsOf } from './replacements.ts';
import { coverageAround, type Host, offsetUs } from './sources.ts';
import type { ClipPart } from '../../video/playback/clip-parts.ts';
import { canBeFollowed, live } from './live.ts';
import { clipFile, clips, type FootageStream, play } from './streams.ts';
import { timelineOf } from './timeline.ts';

/** Footage over both machines, as the HTTP API hands it out. */
export interface Footage {
  cameras(): Promise<FootageCamera[]>;
  timeline(serverId: string, cameras: readonly string[] | null, span: Span, pixels: number): Promise<Timeline>;
  play(camera: CameraKey, span: Span, audio: boolean, gone: AbortSignal): Promise<FootageStream>;
  live(camera: CameraKey, gone: AbortSignal): Promise<FootageStream>;
  clip(camera: CameraKey, span: Span, gone: AbortSignal): Promise<FootageStream>;
  clips(camera: CameraKey, span: Span): Promise<readonly ClipPart[]>;
  locks(filter: { readonly server?: string | undefined; readonly camera?: string | undefined }): Promise<EvidenceLockDto[]>;
  lock(camera: CameraKey, span: Span, reason: string, who: string): Promise<EvidenceLockDto>;
  unlock(id: string, who: string): Promise<void>;
}

export interface FootageNeeds {
  readonly server: FailoverServer;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

export function makeFootage({ server, clock, timers, random }: FootageNeeds): Footage {
  const nowUs = (): number => Math.round(clock.wallMs() * 1000);
  const locks = new Locks(server, () => random.id(), nowUs);
  server.onEvent((event) => {
    // A server that is connected again gets the locks that were made meanwhile.
    if (event.type === 'server' && server.servers().some(({ id, link }) => id === event.serverId && link.connected)) void syncNow(event.serverId);
  });
  const lastSync = new Map<string, number>();
  const syncNow = async (serverId: string): Promise<void> => {
    if (clock.monotonicMs() - (lastSync.get(serverId) ?? Number.NEGATIVE_INFINITY) < 60_000) return;
    lastSync.set(serverId, clock.monotonicMs());
    await locks.sync(serverId);
  };
  return {
    cameras: () => camerasOf(server),
    timeline: (serverId, cameras, span, pixels) => timeline(server, { serverId, cameras, span, pixels, nowUs: nowUs() }),
    play: (camera, span, audio, gone) => play(server, camera, span, audio, gone),
    live: (camera, gone) => live(server, camera, { clock, timers }, gone),
    clip: (camera, span, gone) => clipFile(server, camera, span, gone),
    clips: (camera, span) => clips(server, camera, span),
    locks: (filter) => locks.list(filter),
    lock: (camera, span, reason, who) => locks.lock(camera, span, reason, who),
    unlock: (id, who) => locks.unlock(id, who),
  };
}

async function camerasOf(server: FailoverServer): Promise<FootageCamera[]> {
  const stored = await server.store.cameras();
  const rows = new Map<string, FootageCamera>();
  for (const view of server.servers())
    for (const camera of view.cameras)
      rows.set(`${view.id}/${camera.id}`, {
        serverId: view.id, serverName: view.name, cameraId: camera.id, name: camera.name, span: null, bytesHere: 0,
        live: (camera.own?.recording ?? null) !== null || camera.own?.state === 'streaming', follows: canBeFollowed(view, camera.id), removed: false,
      });
  const gone = new Map<string, RemovedNames>();
  const goneOf = (serverId: string): RemovedNames => {
    const known = gone.get(serverId) ?? removedNames(server, serverId);
    gone.set(serverId, known);
    return known;
  };
  for (const { serverId, cameraId, span, bytes } of stored) {
    const key = `${serverId}/${cameraId}`;
    const known = rows.get(key);
    const kept = { span: { fromUs: span.fromUs, toUs: span.toUs }, bytesHere: bytes };
    // A camera may have gone alone; its server is still called what it is.
    const removed = (): FootageCamera => ({ serverId, serverName: server.find(serverId)?.name ?? goneOf(serverId).server, cameraId, name: goneOf(serverId).camera(cameraId), ...kept, live: false, follows: false, removed: true });
    rows.set(key, known ? { ...known, ...kept } : removed());
  }
  return [...rows.values()];
}

interface Wanted {
  readonly serverId: string;
  readonly cameras: readonly string[] | null;
  readonly span: Span;
  readonly pixels: number;
  readonly nowUs: number;
}

const dayUs = 86_400_000_000;
/** So many cameras are asked at once; a recorder must go on recording meanwhile. */
const atOnce = 8;

async function timeline(server: FailoverServer, { serverId, cameras, span, pixels, nowUs }: Wanted): Promise<Timeline> {
  const view = server.servers().find(({ id }) => id === serverId);
  const stored = (await (cameras === null ? server.store.cameras() : server.store.keys())).filter((camera) => camera.serverId === serverId).map(({ cameraId }) => cameraId);
  if (view === undefined && stored.length === 0) throw new UnderstudyError('input.not-found', `There is no monitored server ${serverId}.`, { field: 'server' });
  const ids = cameras ?? [...new Set([...(view?.cameras.map(({ id }) => id) ?? []), ...stored])];
  const resolutionUs = (span.toUs - span.fromUs) / pixels / 2;
  const outages = server.outages({ server: serverId, limit: 200 }).filter(({ startedMs, endedMs }) => startedMs * 1000 < span.toUs && (endedMs === null || endedMs * 1000 > span.fromUs));
  const whole = outages.map(({ id }) => server.outage(id));
  const replacedUs = replacementsOf(server, serverId);
  const marks = clockMarks(server.clockSteps(serverId), offsetUs(server, serverId), nowUs);
  const promisedFromUs = view === undefined ? undefined : view.addedMs * 1000;
  const locks = (await server.store.locks()).filter((lock) => lock.serverId === serverId);
  const hosts = new Map<Host, Timeline['hosts'][number]>();
  const found: Timeline['cameras'] = [];
  for (let at = 0; at < ids.length; at += atOnce)
    found.push(
      ...(await Promise.all(
        ids.slice(at, at + atOnce).map(async (cameraId) => {
          const { coverage, around } = await coverageAround(server, { serverId, cameraId }, span);
          for (const { host, answer, reason } of coverage) hosts.set(host, { host, reachable: answer !== null, reason });
          const camera = view?.cameras.find(({ id }) => id === cameraId);
          const keepDays = camera?.keepDays ?? null;
          return timelineOf({
            cameraId, span, around, coverage, locks: locks.filter((lock) => lock.cameraId === cameraId), outages: whole, clockMarks: marks, replacedUs, nowUs, resolutionUs,
            ...(promisedFromUs === undefined || camera?.enabled !== true ? {} : { promisedFromUs }),
            ...(keepDays === null ? {} : { keptFromUs: nowUs - keepDays * dayUs }),
          });
        }),
      )),
    );
  return {
    serverId,
    span,
    resolutionUs,
    cameras: found,
    outages: outages.map((outage) => ({
      outageId: outage.id,
      fromUs: Math.round(outage.startedMs * 1000),
      toUs: Math.round(outage.endedMs === null ? nowUs : outage.endedMs * 1000),
      text: outage.cause.text,
    })),
    clockMarks: marks.filter((mark) => mark.toUs > span.fromUs && mark.fromUs < span.toUs),
    hosts: [...hosts.values()],
  };
}
