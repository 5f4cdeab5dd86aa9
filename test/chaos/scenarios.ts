import type { Scenario } from './scenario.ts';
import { diskScenarios } from './scenarios/disks.ts';
import { failoverScenarios } from './scenarios/failover.ts';
import { killScenarios } from './scenarios/kills.ts';
import { networkScenarios } from './scenarios/network.ts';
import { operatorScenarios } from './scenarios/operator.ts';
import { recorderScenarios } from './scenarios/recorder.ts';
import { settingsScenarios } from './scenarios/settings.ts';
import { startScenarios } from './scenarios/starts.ts';
import { strangerScenarios } from './scenarios/strangers.ts';
import { timeScenarios } from './scenarios/time.ts';

/** All of them, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [...recorderScenarios, ...strangerScenarios, ...networkScenarios, ...killScenarios, ...failoverScenarios, ...startScenarios, ...diskScenarios, ...timeScenarios, ...settingsScenarios, ...operatorScenarios];
