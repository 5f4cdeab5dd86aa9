import { gapText } from '../../contract/gap-text.ts';
import type { NewAuditEvent } from '../db/audit.ts';
import type { ClockStep } from './clock-watch.ts';

/** What people are told of a clock that was set. `name`: of the monitored server; null: this machine's own. */
export function clockEvent({ serverId, movedMs, perhapsOurs }: ClockStep, name: string | null): NewAuditEvent {
  return {
    severity: 'warning', kind: 'clock', serverId: serverId === '' ? null : serverId, serverName: name, actor: 'system', from: null, to: movedMs > 0 ? 'set ahead' : 'set back',
    text: perhapsOurs
      ? `Since this failover server last saw it, before it was started anew, the clock of ${name ?? 'a monitored server'} was set ${movedMs > 0 ? 'ahead' : 'back'} by ${gapText(Math.abs(movedMs))} against its own, or its own the other way. Footage around it is marked on the timeline.`
      : `The clock of ${name ?? 'this failover server'} was set ${movedMs > 0 ? 'ahead' : 'back'} by ${gapText(Math.abs(movedMs))}. Footage around it is marked on the timeline.`,
  };
}
