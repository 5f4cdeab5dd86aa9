import type { DetectorEvent } from '../../core/detector/types.ts';
import type { LinkEvent } from '../link/contract.ts';

/** What a link reports, in the detector's words; null: nothing that it judges by. */
export function detectorEvent(event: LinkEvent): DetectorEvent | null {
  switch (event.type) {
    case 'connected':
      return {
        type: 'welcome', atMs: event.atMs, agentBoot: event.agentBoot, boot: event.boot, seq: event.seq,
        instance: event.instance, phase: event.phase,
      };
    case 'disconnected':
      return { type: 'connection lost', atMs: event.atMs };
    case 'life sign':
      return fromSign(event.sign, event.atMs);
    case 'trouble':
    case 'clock offset':
      return null;
  }
}

function fromSign(sign: Extract<LinkEvent, { type: 'life sign' }>['sign'], atMs: number): DetectorEvent {
  const head = { atMs, agentBoot: sign.agentBoot, boot: sign.boot, seq: sign.seq };
  switch (sign.type) {
    case 'startup':
      return { ...head, type: 'startup' };
    case 'keep-alive':
      // Progress that the recorder gave long ago proves nothing now: the agent beats, its recorder may hang (R05).
      return { ...head, type: 'keep-alive', phase: sign.phase, progress: sign.progress, progressAgeMs: sign.progressAgeMs };
    case 'normal shutdown':
      return { ...head, type: 'normal shutdown', reason: sign.reason };
    case 'abnormal shutdown':
      return { ...head, type: 'abnormal shutdown', code: sign.code, signal: sign.signal };
    case 'agent exit':
      return { ...head, type: 'agent exit', recorderGoesOn: sign.recorderGoesOn };
  }
}
