/**
 * The detector as one pure function. Rules: docs/detector.md.
 * Signs that are stale (R16) change nothing, whatever they say.
 */
import { progressEffects } from './gray.ts';
import { judge, reArm } from './judge.ts';
import { acceptIdentity, agentLeft, crashed, isStale, keptAlive, lostConnection, shutDownOnPurpose, startedUp, welcomed } from './signs.ts';
import { stay, withEffects } from './step.ts';
import type { DetectorEvent, DetectorSettings, DetectorState, DetectorStep } from './types.ts';

export function detector(state: DetectorState, event: DetectorEvent, settings: DetectorSettings): DetectorStep {
  const step = stepOf(state, event, settings);
  return withEffects(step, ...progressEffects(state, step.state));
}

function stepOf(state: DetectorState, event: DetectorEvent, settings: DetectorSettings): DetectorStep {
  const { timeouts } = settings;
  switch (event.type) {
    case 'welcome':
      return welcomed(state, event, timeouts);
    case 'connection lost':
      return lostConnection(state, event.atMs);
    case 'tick':
      return judge(state, event.atMs, settings);
    case 're-arm':
      return reArm(state, event.atMs, event.lostMs, settings);
    case 'identity accepted':
      return acceptIdentity(state);
    default:
      return isStale(state, event) ? stay(state) : fromAgent(state, event, settings);
  }
}

type AgentEvent = Extract<DetectorEvent, { readonly type: 'startup' | 'keep-alive' | 'normal shutdown' | 'abnormal shutdown' | 'agent exit' }>;

function fromAgent(state: DetectorState, event: AgentEvent, { timeouts }: DetectorSettings): DetectorStep {
  switch (event.type) {
    case 'startup':
      return startedUp(state, event, timeouts);
    case 'keep-alive':
      return keptAlive(state, event, timeouts);
    case 'normal shutdown':
      return shutDownOnPurpose(state, event, timeouts);
    case 'abnormal shutdown':
      return crashed(state, event, timeouts);
    case 'agent exit':
      return agentLeft(state, event, timeouts);
  }
}
