import type { LinkMessage } from '../../contract/link-parse.ts';

/**
 * What one monitored server may say, over all its connections. Life signs change states, and every
 * change is a row on our disk: an agent that was broken, or broken into, must not fill the disk nor take
 * the processor from the other servers. Far beyond what an honest one says, also after a stall of ours
 * of an hour, when all of its keep-alives lie in the socket at once.
 */
export interface Allowance {
  /** Takes what the message costs; true while the server stays within. */
  take(nowMs: number, message: LinkMessage, bytes: number): boolean;
}

const mostSigns = 5000;
/** A shutdown or a startup moves the state on each time, and is rare: a recorder is restarted after 3 s at the earliest. */
const noticeCost = 5;
const leastSignsPerSecond = 10;
/** Times the keep-alives that were asked for. */
const generosity = 4;

const mostBytes = 128 * 1024 * 1024;
/** 10,000 cameras are 3 MB a whole keep-alive, and those come every 15 s. */
const bytesPerSecond = 32 * 1024 * 1024;
/** Of the smallest message: reading it costs more than its bytes. */
const leastBytes = 2048;

export function makeAllowance(everyMs: () => number): Allowance {
  let signs = mostSigns;
  let bytesLeft = mostBytes;
  let filledMs: number | null = null;
  return {
    take(nowMs, message, bytes) {
      const seconds = filledMs === null ? 0 : Math.max(0, nowMs - filledMs) / 1000;
      filledMs = nowMs;
      signs = Math.min(mostSigns, signs + seconds * Math.max(leastSignsPerSecond, (generosity * 1000) / everyMs()));
      bytesLeft = Math.min(mostBytes, bytesLeft + seconds * bytesPerSecond);
      const sign = signCost(message.type);
      const size = Math.max(leastBytes, bytes);
      if (sign > signs || size > bytesLeft) return false;
      signs -= sign;
      bytesLeft -= size;
      return true;
    },
  };
}

function signCost(type: LinkMessage['type']): number {
  switch (type) {
    case 'keep-alive':
    case 'beat':
      return 1;
    case 'startup':
    case 'normal shutdown':
    case 'abnormal shutdown':
    case 'agent exit':
      return noticeCost;
    default:
      return 0;
  }
}
