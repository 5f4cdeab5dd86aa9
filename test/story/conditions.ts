import { copyBackAndBreakIt } from './copy-back.ts';
import type { Stage } from './stage.ts';
import type { Site } from '../../src/cli/site/site.ts';

/** What besides is wrong while a recorder fails. */
export const conditionNames = ['rtcp-1970', 'rtcp-jumping', 'rtcp-drifting', 'rtcp-absent', 'recorder-clock-3s', 'parameter-sets', 'single-session', 'second-session-refused', 'copy-back'] as const;
export type ConditionName = (typeof conditionNames)[number];

export interface Condition {
  readonly text: string;
  /** Before anything is recorded. */
  begin?(site: Site): Promise<void>;
  /** While both machines record. */
  overlap?(site: Site): Promise<void>;
  /** After the restore, before anything is counted. */
  after?(stage: Stage): Promise<void>;
  readonly agentEnv?: Readonly<Record<string, string>>;
  readonly maxSessions?: number;
  /** The cameras bear no second session: what is hot falls back to cold. */
  readonly cold?: boolean;
  /** Longer than two minutes where that is how it is meant (role.md F47: refusals are waited for that long). */
  readonly restoredWithinMs?: number;
}

const rtcp = (text: string, clock: object): Condition => ({ text, begin: (site) => site.fault('all', { rtcp: clock }) });

/** Wall clock only: Node measures its own intervals by the monotonic one. */
const threeSecondsFast = { LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1', FAKETIME: '+3s', FAKETIME_DONT_FAKE_MONOTONIC: '1' };

export const conditions: Readonly<Record<ConditionName, Condition>> = {
  'rtcp-1970': rtcp('cameras in 1970', { clock: '1970' }),
  'rtcp-jumping': rtcp('camera clocks jump by an hour every 5 s', { clock: 'jumping', ms: 3_600_000, everyMs: 5_000 }),
  'rtcp-drifting': rtcp('camera clocks drift by 200 ppm', { clock: 'drifting', ppm: 200 }),
  'rtcp-absent': rtcp('cameras without RTCP', { clock: 'absent' }),
  'recorder-clock-3s': { text: 'the recorder’s clock is 3 s fast', agentEnv: threeSecondsFast },
  'parameter-sets': { text: 'parameter sets change during the overlap', overlap: (site) => site.fault('all', { parameterSets: 'second' }) },
  'single-session': { text: 'cameras that allow one session', maxSessions: 1, cold: true, begin: (site) => site.fault('all', { sessions: { limit: 1 } }) },
  'second-session-refused': { text: 'cameras that refuse the second session, unannounced', cold: true, restoredWithinMs: 400_000, begin: (site) => site.fault('all', { sessions: { limit: 1 } }) },
  'copy-back': { text: 'copied back afterwards, the recorder killed in the middle', after: copyBackAndBreakIt },
};
