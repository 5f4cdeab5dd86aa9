/** Pure: this failover server as the API tells it. */
import type { FailoverState } from '../../../contract/api/failover.ts';
import type { StoredSettings } from '../../db/settings.ts';
import type { Alarm, CapacityView, ServerView } from '../../server-types.ts';

/** Monotonic times. */
export interface StormFacts {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly silent: number;
  readonly nowMonotonicMs: number;
}

export interface FailoverFacts {
  readonly storm: StormFacts | null;
  readonly id: string;
  readonly version: string;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly timeZone: string;
  readonly stored: StoredSettings;
  readonly servers: readonly ServerView[];
  readonly capacity: CapacityView;
  readonly disk: { readonly storePath: string; readonly state: FailoverState['disk']['state']; readonly text: string; readonly freeBytes: number; readonly totalBytes: number; readonly usedBytes: number };
  readonly alarms: readonly Alarm[];
  readonly nextBackupMs: number | null;
  readonly lastCheckMs: number | null;
  readonly totals: FailoverState['totals'];
}

export function failoverState(facts: FailoverFacts): FailoverState {
  const { stored, servers, capacity } = facts;
  const takenOver = servers.filter((server) => ['taking over', 'active', 'restoring', 'stopping'].includes(server.role.state));
  const storm = facts.storm === null ? null : stormOf(facts.storm, facts.nowMs);
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
      bitsPerSecond: { used: capacity.bitsPerSecond.used, max: stored.settings.capacity.bitsPerSecond, source: measured(takenOver) ? 'measured' : 'assumed' },
      prerollBytes: { used: capacity.prerollBytes.used, max: stored.settings.capacity.prerollBytes },
    },
    disk: facts.disk,
    storm,
    nextBackupMs: facts.nextBackupMs,
    lastCheckMs: facts.lastCheckMs,
    settingsVersion: stored.version,
    totals: facts.totals,
  };
}

const measured = (servers: readonly ServerView[]): boolean => servers.every((server) => server.cameras.every((camera) => camera.peakBitsPerSecond !== null));

/** The storm's clock is monotonic: told as wall time by its age. */
function stormOf(storm: StormFacts, nowMs: number): FailoverState['storm'] {
  const wall = (ms: number): number => Math.round(nowMs - (storm.nowMonotonicMs - ms));
  return { sinceMs: wall(storm.sinceMs), silent: storm.silent, untilMs: wall(storm.untilMs), text: `Many servers silent: ${storm.silent} at once. No take-over until their cameras were asked.` };
}

function roleText(role: FailoverState['role'], takenOver: readonly ServerView[]): string {
  const names = takenOver.map((server) => server.name).join(', ');
  return { standby: 'Standing by.', active: `Recording for ${names}.`, restoring: `Restoring ${names}.`, storm: 'Many servers silent.' }[role];
}
