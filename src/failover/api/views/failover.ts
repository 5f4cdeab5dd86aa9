/** Pure: this failover server as the API tells it. */
import type { FailoverState } from '../../../contract/api/failover.ts';
import type { StoredSettings } from '../../db/settings.ts';
import type { Alarm, CapacityView, ServerView } from '../../server-types.ts';

export interface FailoverFacts {
  readonly id: string;
  readonly version: string;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly timeZone: string;
  readonly stored: StoredSettings;
  readonly servers: readonly ServerView[];
  readonly capacity: CapacityView;
  readonly disk: { readonly state: FailoverState['disk']['state']; readonly text: string; readonly freeBytes: number; readonly totalBytes: number; readonly usedBytes: number };
  readonly alarms: readonly Alarm[];
  readonly nextBackupMs: number | null;
  readonly lastCheckMs: number | null;
  readonly totals: FailoverState['totals'];
}

export function failoverState(facts: FailoverFacts): FailoverState {
  const { stored, servers, capacity } = facts;
  const takenOver = servers.filter((server) => ['taking over', 'active', 'restoring', 'stopping'].includes(server.role.state));
  const storm = stormOf(servers);
  const role = takenOver.some((server) => server.role.state !== 'restoring') ? 'active' : takenOver.length > 0 ? 'restoring' : storm === null ? 'standby' : 'storm';
  return {
    id: facts.id,
    name: stored.settings.name,
    version: facts.version,
    startedMs: Math.round(facts.startedMs),
    nowMs: Math.round(facts.nowMs),
    timeZone: facts.timeZone,
    role,
    roleText: roleText(role, takenOver),
    monitored: servers.length,
    takenOver: takenOver.length,
    queue: servers
      .filter((server) => server.role.state === 'queued')
      .toSorted((a, b) => (a.role.queuePosition ?? 0) - (b.role.queuePosition ?? 0))
      .map((server) => ({
        serverId: server.id,
        name: server.name,
        priority: server.priority,
        sinceMs: Math.round(server.role.sinceMs),
        reason: { code: 'role.no-capacity', text: server.role.reason ?? 'There is no room.' },
      })),
    capacity: {
      cameras: { used: capacity.cameras.used, max: stored.settings.capacity.cameras },
      bitsPerSecond: { used: capacity.mbitPerSecond.used * 1e6, max: stored.settings.capacity.bitsPerSecond, source: measured(takenOver) ? 'measured' : 'assumed' },
      prerollBytes: { used: capacity.prerollBytes.used, max: stored.settings.capacity.prerollBytes },
    },
    disk: { storePath: stored.settings.storePath, ...facts.disk },
    storm,
    nextBackupMs: facts.nextBackupMs,
    lastCheckMs: facts.lastCheckMs,
    settingsVersion: stored.version,
    totals: facts.totals,
  };
}

const measured = (servers: readonly ServerView[]): boolean => servers.every((server) => server.cameras.every((camera) => camera.peakBitsPerSecond !== null));

function stormOf(servers: readonly ServerView[]): FailoverState['storm'] {
  const held = servers.filter((server) => server.role.state === 'held' && server.role.reason === 'many servers silent');
  if (held.length === 0) return null;
  const sinceMs = Math.round(Math.min(...held.map((server) => server.role.sinceMs)));
  return { sinceMs, silent: held.length, untilMs: sinceMs + 30_000, text: `Many servers silent: ${held.length} at once. No take-over until their cameras were asked.` };
}

function roleText(role: FailoverState['role'], takenOver: readonly ServerView[]): string {
  const names = takenOver.map((server) => server.name).join(', ');
  return { standby: 'Standing by.', active: `Recording for ${names}.`, restoring: `Restoring ${names}.`, storm: 'Many servers silent.' }[role];
}
