import type { FailoverServer } from '../server-types.ts';

/** When the monitored server got new hardware, µs: as the audit trail tells. */
export const replacementsOf = (server: Pick<FailoverServer, 'audit'>, serverId: string): readonly number[] =>
  server
    .audit({ server: serverId, kind: 'settings', text: 'replaced the hardware', limit: 100 })
    .filter(({ reason }) => reason?.code === 'replaced')
    .map(({ atMs }) => Math.round(atMs * 1000));
