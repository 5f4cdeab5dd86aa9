/** Pure: one monitored server as the API tells it. */
import { capabilityReasons } from '../../../contract/api/servers.ts';
import type { MonitoredServer, Protection, ServerCamera, ServerDetail, BackupState, ServerStateWord } from '../../../contract/api/servers.ts';
import type { Capability, Reason, SayWith } from '../../../contract/api/common.ts';
import { agentPort } from '../../../contract/link.ts';
import type { FailoverSettings } from '../../db/settings.ts';
import type { CameraView, ServerView } from '../../server-types.ts';
import { nextActionOf } from './next-action.ts';
import { standbyExceptions } from './standby.ts';

export interface ServerExtras {
  readonly settings: FailoverSettings;
  readonly backup: BackupState;
  readonly protection: Protection;
}

const round = (ms: number): number => Math.round(ms);
const roundOrNull = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));
const because = (code: string, text: string | null, parts: SayWith | null = null): Reason | null => (text === null ? null : { code, text, ...(parts === null ? {} : { with: parts }) });

export function monitoredServer(server: ServerView, extras: ServerExtras): MonitoredServer {
  const { detector, role, link } = server;
  const here = ['taking over', 'active', 'restoring', 'stopping'].includes(role.state);
  return {
    id: server.id,
    name: server.name,
    address: server.port === agentPort ? server.host : `${server.host}:${server.port}`,
    priority: server.priority,
    version: server.version,
    state: stateWord(server),
    reason: because(detector.code ?? detector.state, detector.reason, detector.with),
    sinceMs: round(detector.sinceMs),
    lastKeepAliveMs: roundOrNull(link.lastLifeSignMs),
    link: linkState(server),
    authorized: link.authorized,
    make: server.make === null ? null : [server.make, server.makeVersion].filter((part) => part !== null).join(' '),
    backup: extras.backup,
    takenOverBy: here ? extras.settings.name : null,
    protection: extras.protection,
    role: {
      state: role.state === 'removed' ? 'stopping' : role.state,
      sinceMs: round(role.sinceMs),
      reason: because(role.state, role.reason),
      by: role.by,
      pinned: role.pinned,
      cameras: role.camerasWanted,
      camerasRecording: role.camerasRecording,
      queuePosition: role.queuePosition,
      camerasKept: role.camerasKept,
    },
    recordedBy: recordedBy(server, here),
    worstCamera: worstCamera(server.cameras),
    notRecording: server.gray === null ? 'no' : server.gray.all ? 'server' : 'some cameras',
    gray: server.cameras.filter((camera) => camera.recorder?.gray === true).map(grayCamera),
    cameras: server.cameras.length,
    next: nextActionOf(server, extras.settings),
    standby: {
      mode: server.standby,
      exceptions: standbyExceptions(server),
      prerollMs: round(server.prerollMs),
    },
    copyBack: server.copyBack,
    maintenance: server.maintenance === null ? null : { untilMs: round(server.maintenance.untilMs), by: server.maintenance.by, note: server.maintenance.note },
    clockOffsetMs: link.clockOffsetMs,
    openOutageId: role.outageId,
    can: { ...server.can, rollBack: rollBack(server, here) },
  };
}

export function serverDetail(server: ServerView, extras: ServerExtras): ServerDetail {
  return { ...monitoredServer(server, extras), cameraList: server.cameras.map((camera) => serverCamera(camera, server)) };
}

const stateWord = ({ link, detector }: ServerView): ServerStateWord => (link.authorized ? detector.state : 'not paired');

function linkState({ link }: ServerView): MonitoredServer['link'] {
  const state = !link.authorized ? 'not paired' : link.connected ? 'connected' : link.error === null || link.error.code === 'link.unreachable' ? 'connecting' : 'refused';
  return { state, reason: link.connected || link.error === null ? null : { code: link.error.code, text: link.error.text } };
}

function recordedBy(server: ServerView, here: boolean): MonitoredServer['recordedBy'] {
  const by = new Set(server.cameras.flatMap((camera) => camera.recordedBy));
  if (by.size === 2) return 'both';
  const only = [...by][0];
  if (only !== undefined) return only;
  // Nothing is known of a server that never spoke to us; that is not the same as nobody recording.
  return server.cameras.length === 0 || (server.link.lastLifeSignMs === null && !here) ? 'unknown' : 'nobody';
}

const newestUs = (camera: CameraView): number | null => {
  const newest = Math.max(camera.recorder?.newestUs ?? -1, camera.own?.recording?.newestWrittenUs ?? -1);
  return newest < 0 ? null : Math.round(newest);
};

function worstCamera(cameras: readonly CameraView[]): MonitoredServer['worstCamera'] {
  let worst: { readonly camera: CameraView; readonly newestUs: number | null } | null = null;
  for (const camera of cameras) {
    if (!camera.enabled) continue;
    const newest = newestUs(camera);
    if (worst === null || (newest ?? -1) < (worst.newestUs ?? -1)) worst = { camera, newestUs: newest };
  }
  return worst === null ? null : { cameraId: worst.camera.id, name: worst.camera.name, newestUs: worst.newestUs };
}

const grayCamera = (camera: CameraView): MonitoredServer['gray'][number] => ({
  cameraId: camera.id,
  name: camera.name,
  newestUs: roundOrNull(camera.recorder?.newestUs ?? null),
  reason: { code: camera.recorder?.state ?? 'unknown', text: camera.recorder?.reason ?? 'Its newest frame is older than 5 s.' },
});

function rollBack(server: ServerView, here: boolean): Capability {
  const code = here ? 'restore first' : !server.link.authorized ? 'not paired' : !server.link.connected ? 'not reachable' : null;
  if (code === null) return { allowed: true, reason: null, confirm: true };
  const text = capabilityReasons[code];
  return { allowed: false, reason: text, because: { code, text }, confirm: true };
}

/** Of a recorder that is gone, or ended, the last word is old news: it would call a dead camera streaming. */
const tells = ({ detector, link }: ServerView): boolean => detector.state === 'suspect' || (link.connected && !detector.state.endsWith('shutdown'));

function serverCamera(camera: CameraView, server: ServerView): ServerCamera {
  const { own } = camera;
  const recorder = tells(server) ? camera.recorder : null;
  return {
    cameraId: camera.id,
    name: camera.name,
    address: hostOf(camera.url),
    priority: camera.priority,
    enabled: camera.enabled,
    recorder:
      recorder === null
        ? null
        : {
            state: recorder.state,
            sinceMs: recorder.sinceUs === null ? null : Math.round(recorder.sinceUs / 1000),
            newestUs: roundOrNull(recorder.newestUs),
            reason: because(recorder.state, recorder.reason),
            clockOffsetMs: recorder.clockOffsetMs,
          },
    here:
      own === null
        ? null
        : {
            mode: own.mode,
            state: own.state,
            sinceMs: Math.round(own.sinceUs / 1000),
            newestUs: roundOrNull(own.newestFrameUs),
            reason: own.reason ?? own.writeError,
            bitsPerSecond: own.stream?.bitsPerSecond ?? null,
            codec: own.stream?.codec ?? null,
            clockOffsetMs: own.clockOffsetMs,
          },
    peakBitsPerSecond: camera.peakBitsPerSecond,
    standby: camera.standby,
    standbyChoice: camera.standbyChoice,
    maxSessions: camera.maxSessions,
  };
}

/** `host:port` of a camera; its path may name streams, its credentials are not in it anyway. */
export function hostOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { host, port } = new URL(url);
  return port === '' && host !== '' ? `${host}:554` : host;
}
