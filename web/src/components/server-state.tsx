import type { MonitoredServer } from '../../../src/contract/api/servers.ts';
import { Said } from './said.tsx';
import { zonedText } from './time.tsx';
import { t } from '../texts/texts.ts';
import { Status, type Tone } from '../ui/status.tsx';

const tones: Record<MonitoredServer['state'], Tone> = {
  'not paired': 'warn',
  'never seen': 'warn',
  connected: 'warn',
  started: 'warn',
  alive: 'ok',
  suspect: 'warn',
  'normal shutdown': 'dim',
  'abnormal shutdown': 'warn',
  failed: 'alarm',
};

/** State of a monitored server in words; *not recording* and the reason beside it. */
export function ServerState({ server }: { readonly server: MonitoredServer }) {
  const gray = server.state === 'alive' && server.notRecording !== 'no';
  return (
    // In a table it may be narrow: the name of a zone breaks rather than pushing the last column away.
    <div className="[&_span]:[overflow-wrap:anywhere] @min-[60em]:min-w-24">
      <Status tone={gray ? 'alarm' : tones[server.state]}>{gray ? t.states.notRecording : t.states.detector[server.state]}</Status>
      {server.maintenance && (
        <span className="block @min-[60em]:min-w-[10.2rem]">
          <Status tone="warn">{t.states.maintenance(zonedText(server.maintenance.untilMs))}</Status>
        </span>
      )}
      {server.reason && server.state !== 'alive' && <span className="block text-sm text-dim"><Said reason={server.reason} /></span>}
      {gray && server.notRecording === 'some cameras' && <span className="block text-sm text-dim">{server.gray.map(({ name }) => name).join(', ')}</span>}
    </div>
  );
}

/** A take-over is due, but the switch, a maintenance or something that is missing forbids it. */
const isRefused = ({ role }: MonitoredServer): boolean => role.state === 'standby' && role.reason !== null;

export const roleTone = (server: MonitoredServer): Tone => (isRefused(server) ? 'alarm' : server.role.state === 'standby' ? 'dim' : 'standin');

/** Role of the failover server for this one, in words. */
export function roleText(server: MonitoredServer): string {
  const { role } = server;
  switch (role.state) {
    case 'standby':
      return isRefused(server) ? t.states.notTakenOver : t.states.standby;
    case 'held':
      return t.states.held;
    case 'queued':
      return t.states.queued(role.queuePosition ?? 1);
    case 'taking over':
      return t.states.takingOver(role.camerasRecording, role.cameras);
    case 'active':
      return t.states.active(role.camerasRecording, role.cameras);
    case 'restoring':
      return t.states.restoring(role.camerasKept);
    case 'stopping':
      return t.states.stopping;
  }
}
