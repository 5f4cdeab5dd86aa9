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

export const detectorSettings = (settings: FailoverSettings): DetectorSettings => ({
  timeouts: machineTimeouts(settings.timeouts),
  takeOverWhenNotRecording: settings.whenNotRecording === 'take over',
});
