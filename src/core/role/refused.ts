/** A camera that allows one session though nobody said so (docs/role.md, F47). */
import { recordsNothing } from '../detector/questions.ts';
import type { CameraReport } from '../detector/types.ts';
import { overdueMs } from './restoring.ts';
import { byRule, move } from './step.ts';
import type { RoleFacts, RoleState, RoleStep } from './types.ts';

/** As the contract's errors call it: the camera answers, and has no session left. */
const refused = 'camera.refused';

/**
 * The recorder is back and a camera refuses it for as long as any ghost of its old session can last, while we
 * record that camera: ours is the session that it lacks. Without this the restore would wait for ever. Null: nothing of the kind.
 */
export function refusedOne(state: RoleState, cameras: readonly CameraReport[], facts: RoleFacts): RoleStep | null {
  if (state.kind !== 'active' && state.kind !== 'restoring') return null;
  // Not recovered while every camera refuses it: then its own failure counts the time.
  const sinceMs = state.kind === 'restoring' ? state.sinceMs : recordsNothing(facts.detector) ? facts.detector.sinceMs : facts.atMs;
  if (facts.atMs - sinceMs < overdueMs) return null;
  const refusing = new Set(cameras.filter(({ code }) => code === refused).map(({ id }) => id));
  const found = state.takeOver.cameras.filter((duty) => duty.stage === 'recording' && !duty.singleSession && refusing.has(duty.id));
  if (found.length === 0) return null;
  const takeOver = { ...state.takeOver, cameras: state.takeOver.cameras.map((duty) => (found.includes(duty) ? { ...duty, singleSession: true } : duty)) };
  const why = `${found.map(({ id }) => id).join(', ')} refuses its own recorder while it is recorded here: it allows one session`;
  return move(state, { ...state, takeOver }, { actor: byRule('F47'), why });
}
