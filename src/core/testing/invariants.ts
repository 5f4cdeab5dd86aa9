/** What must hold in every state and for every decision of the small world (DESIGN §9). */
import { isRecovered } from '../detector/questions.ts';
import { isOurs, mayBackUp, takeOverOf } from '../role/duties.ts';
import { roleName } from '../role/step.ts';
import type { CameraDuty, RoleState } from '../role/types.ts';
import { heard, type Decision, type Scope, type World } from './world.ts';

const stageOf = (state: RoleState, camera: string): string | undefined => takeOverOf(state)?.cameras.find((duty) => duty.id === camera)?.stage;

/** No frame of it came here in two minutes of restoring: nothing is lost by letting it go (F48). */
const isDarkLong = (before: RoleState, camera: string, atMs: number): boolean =>
  before.kind === 'restoring' && stageOf(before, camera) === 'taking' && atMs - before.sinceMs >= 120_000;

/** Null, or which invariant is broken and how. */
export function brokenByState(scope: Scope, world: World): string | null {
  let open = 0;
  for (const server of world.servers) {
    const persists = server.queue.some((effect) => effect.kind === 'persist');
    if (!persists && (roleName(server.role) !== roleName(server.disk) || String(stages(server.role)) !== String(stages(server.disk)))) return 'I6 what is in force is not what is durable';
    const owned = new Set((takeOverOf(server.disk)?.cameras ?? []).filter((duty) => isOurs(duty) || duty.stage === 'letting go').map((duty) => duty.id));
    const closing = persists || server.queue.some((effect) => effect.kind === 'let camera go');
    for (const camera of server.sessions) if (!owned.has(camera) && !closing) return `I12 ${camera} is recorded, but the durable role does not own it`;
    if (server.sessions.length > 0 && mayBackUp(server.disk)) return 'I5 a server may be backed up while we stand in for it';
    open += server.sessions.length;
  }
  return scope.capacity !== null && open > scope.capacity ? 'capacity is exceeded' : null;
}

/** Effects may be run only if the disk says so already (I6). */
export function brokenByEffect(world: World): string | null {
  for (const server of world.servers) {
    const [effect] = server.queue;
    if (effect?.kind === 'take camera' && !['taking', 'recording'].includes(stageOf(server.disk, effect.camera) ?? '')) return `I6 ${effect.camera} is taken before that is durable`;
    if (effect?.kind === 'let camera go' && !['letting go', 'lent'].includes(stageOf(server.disk, effect.camera) ?? '')) return `I6 ${effect.camera} is let go before that is durable`;
  }
  return null;
}

export function brokenByDecision(scope: Scope, decision: Decision): string | null {
  const { before, step, facts, event, world, index } = decision;
  const after = step.state;
  const [first] = step.effects;
  const decided = roleName(before) !== roleName(after) || JSON.stringify(stages(before)) !== JSON.stringify(stages(after));
  if (decided && first?.kind !== 'persist') return 'I6 a decision is not persisted first';
  if (first?.kind === 'persist' && (first.audit.length === 0 || first.audit[0]?.from !== roleName(before) || first.audit[0].to !== roleName(after))) return 'I10 a decision is not audited';
  const begins = takeOverOf(before) === null && takeOverOf(after) !== null;
  const automatic = begins && takeOverOf(after)?.cause.kind === 'automatic';
  if (begins && !facts.backup.usable) return 'I3 a take-over without a usable backup';
  if (automatic && world.cut) return 'I2 our own network fault caused a take-over';
  const acting = world.servers[index];
  if (automatic && facts.detector.kind === 'never seen' && acting !== undefined && heard(world, acting)) return 'I2 a take-over of a living server that was not listened to after a restart';
  if (automatic && facts.detector.kind !== 'failed' && facts.detector.kind !== 'never seen') return 'I2 a take-over of a server that is not failed';
  if (automatic && facts.storm) return 'I2 a take-over during a storm';
  const server = world.servers[index];
  const handed = (takeOverOf(after)?.cameras ?? []).filter((duty) => duty.stage === 'letting go' && stageOf(before, duty.id) !== 'letting go');
  if (after.kind === 'restoring')
    for (const duty of handed) if (!isDarkLong(before, duty.id, facts.atMs) && server?.writes[scope.cameras.findIndex((camera) => camera.id === duty.id)] !== 2) return `I7 ${duty.id} is let go without proof`;
  const lent = (takeOverOf(after)?.cameras ?? []).filter((duty) => duty.stage === 'lent');
  const single = (id: string): boolean => scope.cameras.some((camera) => camera.id === id && camera.singleSession);
  if (lent.some((duty) => !single(duty.id)) || lent.length > 1) return 'I7 a camera is lent that need not be';
  if (before.kind === 'restoring' && after.kind === 'standby' && takeOverOf(before)?.cameras.some(isOurs) === true) return 'I7 the restore ended with cameras that are ours';
  if (event.type === 'reset pressed' && after.kind === 'restoring' && before.kind !== 'restoring' && facts.detector.kind !== 'alive') return 'a reset while the server is down';
  if (event.type === 'look' && before.kind === 'active' && after.kind === 'restoring' && (before.takeOver.pinned !== null || !isRecovered(facts.detector))) return 'an automatic restore that is pinned or too early';
  if ('request' in event && step.effects.filter((effect) => effect.kind === 'answer').length !== 1) return 'a person gets no answer';
  const wanted = facts.detector.kind === 'failed' && facts.backup.usable && facts.backup.cameras.length > 0;
  if (event.type === 'look' && wanted && after.kind === 'standby' && after.blocked === null) return 'I8 a failed server is neither served nor queued';
  return null;
}

function stages(state: RoleState): readonly string[] {
  return (takeOverOf(state)?.cameras ?? []).map((duty: CameraDuty) => `${duty.id} ${duty.stage}`);
}
