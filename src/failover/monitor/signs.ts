import { columnsOf } from '../../contract/beat.ts';
import type { Progress } from '../../contract/link.ts';
import type { DetectorEvent, ProgressReport } from '../../core/detector/types.ts';
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
  const { agentBoot, boot, seq } = sign;
  switch (sign.type) {
    case 'startup':
      return { atMs, agentBoot, boot, seq, type: 'startup' };
    case 'keep-alive':
      // Progress that the recorder gave long ago proves nothing now: the agent beats, its recorder may hang (R05).
      return { atMs, agentBoot, boot, seq, type: 'keep-alive', phase: sign.phase, progress: reportOf(sign.progress), progressAgeMs: sign.progressAgeMs };
    case 'normal shutdown':
      return { atMs, agentBoot, boot, seq, type: 'normal shutdown', reason: sign.reason };
    case 'abnormal shutdown':
      return { atMs, agentBoot, boot, seq, type: 'abnormal shutdown', code: sign.code, signal: sign.signal };
    case 'agent exit':
      return { atMs, agentBoot, boot, seq, type: 'agent exit', recorderGoesOn: sign.recorderGoesOn };
  }
}

// One of these comes a second from each server: spread objects cost more here than all the judging.
function reportOf(progress: Progress): ProgressReport {
  const { ids, newestUs } = columnsOf(progress);
  return { ids, newestUs, disk: progress.disk };
}
