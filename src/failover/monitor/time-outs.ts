import type { Timeouts as ApiTimeouts } from '../../contract/api/timeouts.ts';
import type { DetectorSettings } from '../../core/detector/types.ts';
import type { Timeouts } from '../../core/timeouts.ts';
import type { FailoverSettings } from '../db/settings.ts';

/** The stored names end in the unit; the machines' do not. */
export const machineTimeouts = (t: ApiTimeouts): Timeouts => ({
  allowShorter: t.allowShorter,
  connected: t.connectedMs,
  started: t.startedMs,
  keepAlive: t.keepAliveMs,
  normalShutdown: t.normalShutdownMs,
  abnormalShutdown: t.abnormalShutdownMs,
  holdDown: t.holdDownMs,
});

/**
 * `policyClock`: how much faster the clock of the time-outs runs, for stories with long time-outs; 1 in
 * production. Keep-alives, suspicion, pre-roll, proofs and all video stay on real time.
 */
export function detectorSettings(settings: FailoverSettings, policyClock: number): DetectorSettings {
  const known = computed.get(settings);
  if (known?.policyClock === policyClock) return known.settings;
  const now = { timeouts: faster(machineTimeouts(settings.timeouts), policyClock), takeOverWhenNotRecording: settings.whenNotRecording === 'take over' };
  computed.set(settings, { policyClock, settings: now });
  return now;
}

/** Every life sign asks; settings are replaced whole when they change. */
const computed = new WeakMap<FailoverSettings, { readonly policyClock: number; readonly settings: DetectorSettings }>();

const faster = ({ allowShorter, ...t }: Timeouts, by: number): Timeouts => ({
  allowShorter,
  connected: t.connected / by,
  started: t.started / by,
  keepAlive: t.keepAlive / by,
  normalShutdown: t.normalShutdown / by,
  abnormalShutdown: t.abnormalShutdown / by,
  holdDown: t.holdDown / by,
});
