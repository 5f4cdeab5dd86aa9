import type { Stage } from './stage.ts';

/** What a scenario needs of the machine; where it is missing, the scenario is not run and never ok. */
export type Need = 'namespaces' | 'packet filter' | 'faketime' | 'loop device';

export interface Scenario {
  /** Row of the fault catalogue; `X…`: beyond it. */
  readonly id: string;
  /** What is done and what must come of it, in one line. */
  readonly text: string;
  readonly needs?: readonly Need[];
  /** Hard limit; then everything of it is killed and it failed. 120 s if not told. */
  readonly limitMs?: number;
  run(stage: Stage): Promise<void>;
}

export type Outcome = 'ok' | 'failed' | 'notRun';

export interface ScenarioResult {
  readonly id: string;
  readonly ok: boolean;
  readonly result: Outcome;
  readonly ms: number;
  /** What was shown, or what did not hold, in words. */
  readonly text: string;
  readonly problems: readonly string[];
  readonly figures: Readonly<Record<string, unknown>>;
}
