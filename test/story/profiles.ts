import type { FailoverSettings } from '../../src/contract/api/failover.ts';

/** How long the failover server waits before it takes over. Only its clock is made faster, never the video. */
export interface Profile {
  readonly text: string;
  /** How many times faster the clock of the time-outs runs. */
  readonly policyClock: number;
  readonly timeouts: FailoverSettings['timeouts'];
}

export const profileNames = ['3s', '30s', '15min'] as const;
export type ProfileName = (typeof profileNames)[number];

const minute = 60_000;

/**
 * A keep-alive time-out never passes in less than 6 s of real time where it is scaled: life signs then come
 * every second as they do unscaled, and suspicion and pre-roll are those of the real time-out.
 */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  '3s': {
    text: 'keep alive 3 s, all others 10 s, hold-down 2 s: the shortest; real time',
    policyClock: 1,
    timeouts: { allowShorter: true, connectedMs: 10_000, startedMs: 10_000, keepAliveMs: 3_000, normalShutdownMs: 10_000, abnormalShutdownMs: 10_000, holdDownMs: 2_000 },
  },
  '30s': {
    text: 'keep alive and all others 30 s, hold-down 10 s; clock of the time-outs 5 times faster',
    policyClock: 5,
    timeouts: { allowShorter: true, connectedMs: 30_000, startedMs: 30_000, keepAliveMs: 30_000, normalShutdownMs: 30_000, abnormalShutdownMs: 30_000, holdDownMs: 10_000 },
  },
  '15min': {
    text: 'all 15 min, keep alive at its longest of 5 min, hold-down 60 s; clock of the time-outs 50 times faster',
    policyClock: 50,
    timeouts: {
      allowShorter: false, connectedMs: 15 * minute, startedMs: 15 * minute, keepAliveMs: 5 * minute,
      normalShutdownMs: 15 * minute, abnormalShutdownMs: 15 * minute, holdDownMs: minute,
    },
  },
};
