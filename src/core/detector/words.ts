/** Plain words of the detector for the screen, the audit trail and the docs. */
import type { DetectorKind, DetectorState, FailReason } from './types.ts';

export const failWords: Readonly<Record<FailReason, string>> = {
  silent: 'no keep-alive message came within the keep-alive time-out',
  'recorder silent': 'the host answers, but its recorder gives no sign of life',
  'not started': 'connected, but no startup message came',
  'no keep-alive': 'started, but no keep-alive message came',
  'not back from normal shutdown': 'shut down normally and did not come back in time',
  'not back from abnormal shutdown': 'ended with an error and did not come back in time',
  'crash loop': 'starts and ends again and again',
  'never came back': 'was alive before this failover server started and did not come back in time',
  'not recording': 'alive, but records no camera',
};

export const kindWords: Readonly<Record<DetectorKind, string>> = {
  'never seen': 'Never seen',
  connected: 'Connected, waiting for the startup message',
  started: 'Started, waiting for the first keep-alive message',
  alive: 'Alive',
  suspect: 'Alive, last life sign is late',
  'normal shutdown': 'Shut down normally',
  'abnormal shutdown': 'Ended with an error',
  failed: 'Failed',
};

/** Short name of a state for the audit trail: `failed (silent)`. */
export function stateName(state: DetectorState): string {
  return state.kind === 'failed' ? `failed (${state.reason})` : state.kind;
}

/** What tells the lines of one state apart, for whoever says them in another language; null where there is one line only. */
export function partsOf(state: DetectorState): Readonly<Record<string, number>> | null {
  if (state.kind === 'never seen') return { seenAlive: state.seenAlive ? 1 : 0 };
  if (state.kind === 'suspect') return { onPurpose: state.deadlineMs === null ? 0 : 1 };
  if (state.kind === 'alive') return { notRecording: state.gray?.cameras.length ?? 0, all: state.gray?.all === true ? 1 : 0 };
  return null;
}

/** One line for the screen. */
export function words(state: DetectorState): string {
  if (state.kind === 'failed') return `Failed: ${failWords[state.reason]}`;
  if (state.kind === 'never seen' && state.seenAlive) return 'Not seen since this failover server started, expected back';
  if (state.kind === 'suspect' && state.deadlineMs !== null) return 'Its agent ended on purpose, the recorder goes on';
  if (state.kind === 'alive' && state.gray?.all === true) return 'Not recording';
  if (state.kind === 'alive' && state.gray !== null) return `Alive, ${state.gray.cameras.length} ${state.gray.cameras.length === 1 ? 'camera' : 'cameras'} not recording`;
  if (state.kind === 'alive' && state.outage !== null) return 'Alive again, not yet for the hold-down';
  return kindWords[state.kind];
}
