/** How a detector begins: with a new monitored server, or after a restart of the failover server. */
import type { Millis } from '../units.ts';
import { noAdvances } from './advances.ts';
import type { DetectorMemory, DetectorSettings, DetectorState } from './types.ts';

export const unknownServer: DetectorMemory = { seenAlive: false, instance: null };

/** `wasDown`: it had failed, was taken over or in maintenance before this failover server started. */
export function startDetector(serverId: string, memory: DetectorMemory, atMs: Millis, settings: DetectorSettings, wasDown = false): DetectorState {
  return {
    kind: 'never seen',
    // One that was alive must come back in the time a planned restart may take; a stranger only warns.
    deadlineMs: atMs + (memory.seenAlive ? settings.timeouts.normalShutdown : settings.timeouts.connected),
    warned: false,
    serverId,
    sinceMs: atMs,
    seenAlive: memory.seenAlive,
    instance: memory.instance,
    wasDown,
    agentBoot: null,
    boot: null,
    seq: 0,
    olderBoots: [],
    connected: false,
    twiceMs: null,
    agentSignMs: null,
    recorderSignMs: null,
    outage: memory.seenAlive ? { sinceMs: atMs, clockFromMs: null, normalSinceMs: atMs, losses: 0, outlived: 0 } : null,
    aliveSinceMs: null,
    flaps: 0,
    recoveredMs: null,
    gray: null,
    advances: noAdvances,
    disk: 'unknown',
  };
}

export function memoryOf(state: DetectorState): DetectorMemory {
  return { seenAlive: state.seenAlive, instance: state.instance };
}
