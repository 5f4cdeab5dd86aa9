/** A planned take-over of cameras that allow one session, and do not open here (docs/role.md, F25–F26). */
import { isAlive, recordsNothing } from '../detector/questions.ts';
import type { Millis } from '../units.ts';
import { isHeldOpen, letGoEffects, takeEffects, withStage } from './duties.ts';
import { byRule, move } from './step.ts';
import type { CameraDuty, RoleFacts, RoleState, RoleStep } from './types.ts';
import { unheardMs } from './waiting.ts';

type Serving = Extract<RoleState, { readonly kind: 'taking over' | 'active' }>;

/** Without a frame for so long here, while its living recorder leaves it to us, a camera is nobody's. */
export const unopenedMs: Millis = 60_000;

/** Null: nothing to give back, nothing to take again. */
export function lookUnopened(state: Serving, facts: RoleFacts): RoleStep | null {
  const beats = isAlive(facts.detector) || recordsNothing(facts.detector);
  return beats ? giveBackUnopened(state, facts) : takeAgain(state, facts);
}

/** Its recorder was asked to leave it to us, so nobody records it. The recorder could before, and gets it back. */
function giveBackUnopened(state: Serving, facts: RoleFacts): RoleStep | null {
  if (state.takeOver.cause.kind !== 'manual') return null;
  const isUnopened = (duty: CameraDuty): boolean => duty.singleSession && isHeldOpen(duty) && (facts.withoutFramesMs[duty.id] ?? 0) >= unopenedMs;
  const unopened = state.takeOver.cameras.filter(isUnopened);
  if (unopened.length === 0) return null;
  const takeOver = unopened.reduce((given, duty) => withStage(given, duty.id, 'letting go'), state.takeOver);
  const why = `no frame of ${unopened.map(({ id }) => id).join(', ')} came here for ${unopenedMs / 1000} s, and one session is all it allows: given back to its recorder`;
  return move(state, { ...state, takeOver }, { actor: byRule('F25'), why }, letGoEffects(state.serverId, takeOver, unopened));
}

/** The recorder that had it back is lost: nobody is left but us. */
function takeAgain(state: Serving, facts: RoleFacts): RoleStep | null {
  const { kind, sinceMs } = facts.detector;
  if (kind === 'suspect' || (kind === 'never seen' && facts.atMs - sinceMs < unheardMs)) return null;
  const returned = state.takeOver.cameras.filter((duty) => duty.stage === 'returned');
  if (returned.length === 0) return null;
  const takeOver = returned.reduce((given, duty) => withStage(given, duty.id, 'taking'), state.takeOver);
  const why = `its recorder is lost, so it is opened here again: ${returned.map(({ id }) => id).join(', ')}`;
  return move(state, { ...state, takeOver }, { actor: byRule('F26'), why }, takeEffects(state.serverId, takeOver, returned));
}
