/**
 * A small world around the real role and plan, for exploring every order of events: servers that go
 * and come, our own network cut, crashes between any two effects, lost backups, people.
 * Plain data, so that a state can be compared and kept.
 */
import { advance, noAdvances } from '../detector/advances.ts';
import type { DetectorState } from '../detector/types.ts';
import { plan, roomWish, type Capacity } from '../role/plan.ts';
import { resume } from '../role/resume.ts';
import { role, startRole } from '../role/role.ts';
import type { BackupCamera, RoleEffect, RoleEvent, RoleFacts, RoleState, RoleStep } from '../role/types.ts';
import { factsWith, seen, type RoleRun } from './desk.ts';

/** How the detector sees a server. */
export type View = 'never seen' | 'alive' | 'back' | 'suspect' | 'failed';

export interface ServerWorld {
  readonly up: boolean;
  readonly view: View;
  /** Per camera, how long the recorder has been writing it: not, too short, a proof. */
  readonly writes: readonly (0 | 1 | 2)[];
  /** In memory, on disk, effects not run yet. */
  readonly role: RoleState;
  readonly disk: RoleState;
  readonly queue: readonly RoleEffect[];
  /** Cameras with a session of ours. */
  readonly sessions: readonly string[];
  readonly asked: boolean;
}

export interface Budget {
  readonly fails: number;
  readonly cuts: number;
  readonly crashes: number;
  readonly people: number;
  readonly backups: number;
  readonly storms: number;
}

export interface World {
  readonly budget: Budget;
  /** Our own network is cut: neither servers nor cameras are reached. */
  readonly cut: boolean;
  readonly storm: boolean;
  readonly backup: boolean;
  readonly servers: readonly ServerWorld[];
}

/** One possible next thing, with words for the history. */
export interface Move {
  readonly name: string;
  readonly next: () => World;
  /** A step of the role, for the invariants that look at decisions. */
  readonly decision?: () => Decision;
}

export interface Decision {
  readonly index: number;
  readonly event: RoleEvent;
  readonly facts: RoleFacts;
  readonly before: RoleState;
  readonly step: RoleStep;
  readonly world: World;
}

/** The machines under test; mutants replace one. */
export interface Machines {
  readonly role: RoleRun;
  readonly resume: (persisted: RoleState, atMs: number) => RoleStep;
  readonly plan: typeof plan;
}

export const realMachines: Machines = { role, resume, plan };

export interface Scope {
  readonly machines: Machines;
  readonly cameras: readonly BackupCamera[];
  readonly servers: number;
  readonly capacity: number | null;
  readonly budget: Budget;
}

export const laterMs = 10_000_000;

export function startWorld(scope: Scope): World {
  return {
    budget: scope.budget,
    cut: false,
    storm: false,
    backup: true,
    servers: Array.from({ length: scope.servers }, (_, index) => {
      const state = startRole(`server-${index}`, 0);
      return { up: true, view: 'alive', writes: scope.cameras.map(() => 2), role: state, disk: state, queue: [], sessions: [], asked: false };
    }),
  };
}

function withServer(world: World, index: number, fields: Partial<ServerWorld>): World {
  return { ...world, servers: world.servers.map((server, at) => (at === index ? { ...server, ...fields } : server)) };
}

function spend(world: World, what: keyof Budget): World {
  return { ...world, budget: { ...world.budget, [what]: world.budget[what] - 1 } };
}

export const heard = (world: World, server: ServerWorld): boolean => server.up && !world.cut;

function detectorOf(scope: Scope, server: ServerWorld): DetectorState {
  const views: Readonly<Record<View, DetectorState>> = { 'never seen': seen.neverSeen, alive: seen.alive, back: seen.back, suspect: seen.suspect, failed: seen.failed('silent') };
  const ids = scope.cameras.filter((_, at) => server.writes[at] !== 0).map((camera) => camera.id);
  return { ...views[server.view], advances: advance(noAdvances, ids, ids.map(() => 1), 0) };
}

export function factsFor(scope: Scope, world: World, index: number, atMs: number): RoleFacts {
  const server = world.servers[index] as ServerWorld;
  const capacity: Capacity = { cameras: scope.capacity, bitsPerSecond: null, freeBytes: null, diskMs: 0 };
  const planned = world.servers.map((one, at) => ({ serverId: `server-${at}`, priority: at, cameras: scope.cameras.map((camera) => ({ ...camera, bitsPerSecond: 1 })), ...roomWish(one.role) }));
  const grant = scope.machines.plan(planned, capacity).find((one) => one.serverId === `server-${index}`);
  const detector = detectorOf(scope, server);
  return factsWith({
    atMs,
    detector: { ...detector, advances: { ...detector.advances, advancedMs: detector.advances.ids.map(() => atMs) } },
    storm: world.storm,
    backup: world.backup ? { usable: true, backupId: 'backup', cameras: scope.cameras } : { usable: false, why: 'lost' },
    room: { cameras: grant?.cameras ?? [], why: grant?.why ?? '' },
    heardOut: true,
    newId: 'take-over',
  });
}

/** Monotonic times relative to now, and counters cut short, so that the number of states stays finite. */
function relative<T>(value: T, atMs: number): T {
  if (atMs === 0 && !JSON.stringify(value).includes('lent')) return value;
  return JSON.parse(JSON.stringify(value), (key, field: unknown) => (typeof field === 'number' ? abstracted(key, field, atMs) : field)) as T;
}

function abstracted(key: string, field: number, atMs: number): number {
  if (key === 'sinceMs' || key === 'askedMs' || key === 'answeredMs') return Math.max(0, field - atMs);
  // Due, or to come: how far makes no difference to what may happen.
  if (key === 'untilMs') return field > atMs ? 1 : 0;
  return key === 'lentInVain' ? Math.min(1, field) : field;
}

/** Effects that change this small world; alarms and answers are looked at in the decision. */
function isFelt(effect: RoleEffect): boolean {
  return effect.kind === 'persist' || effect.kind === 'take camera' || effect.kind === 'let camera go' || effect.kind === 'ask cameras';
}

function stepMove(scope: Scope, world: World, index: number, event: RoleEvent, name: string, spent: World = world, atMs = 0, fields: Partial<ServerWorld> = {}): Move {
  const server = world.servers[index] as ServerWorld;
  let made: Decision | null = null;
  const decide = (): Decision => {
    if (made !== null) return made;
    const facts = factsFor(scope, world, index, atMs);
    return (made = { index, event, facts, before: server.role, step: scope.machines.role(server.role, event, facts), world });
  };
  const next = (): World => {
    const { step } = decide();
    return withServer(spent, index, { role: relative(step.state, atMs), queue: relative(step.effects.filter(isFelt), atMs), ...fields });
  };
  return { name: `server-${index}: ${name}`, next, decision: decide };
}

/** Everything that can happen next. While effects wait, only they, or a crash. */
export function movesOf(scope: Scope, world: World): readonly Move[] {
  const busy = world.servers.findIndex((server) => server.queue.length > 0);
  const crash = world.budget.crashes > 0 ? [crashMove(scope, world)] : [];
  if (busy >= 0) return [runEffect(world, busy), ...crash];
  return [...crash, ...worldMoves(world), ...world.servers.flatMap((_, index) => serverMoves(scope, world, index))];
}

function crashMove(scope: Scope, world: World): Move {
  const reborn = (server: ServerWorld): ServerWorld => {
    const { state, effects } = scope.machines.resume(server.disk, 0);
    return { ...server, role: state, queue: effects.filter(isFelt), sessions: [], asked: false, view: 'never seen' };
  };
  return { name: 'the failover server crashes and restarts', next: () => ({ ...spend(world, 'crashes'), servers: world.servers.map(reborn) }) };
}

function runEffect(world: World, index: number): Move {
  const server = world.servers[index] as ServerWorld;
  const [effect, ...queue] = server.queue;
  const run = (fields: Partial<ServerWorld>): World => withServer(world, index, { queue, ...fields });
  const next = (): World => {
    switch (effect?.kind) {
      case 'persist':
        return run({ disk: effect.state });
      case 'take camera':
        return run({ sessions: [...new Set([...server.sessions, effect.camera])].sort() });
      case 'let camera go':
        return run({ sessions: server.sessions.filter((id) => id !== effect.camera) });
      case 'ask cameras':
        return run({ asked: true });
      default:
        return run({});
    }
  };
  return { name: `server-${index}: runs ${effect?.kind ?? 'nothing'}`, next };
}

function worldMoves(world: World): readonly Move[] {
  const moves: Move[] = [];
  if (!world.cut && world.budget.cuts > 0) moves.push({ name: 'our own network is cut', next: () => ({ ...spend(world, 'cuts'), cut: true }) });
  if (world.cut) moves.push({ name: 'our network is back', next: () => ({ ...world, cut: false }) });
  if (world.backup && world.budget.backups > 0) moves.push({ name: 'the backup rots', next: () => ({ ...spend(world, 'backups'), backup: false }) });
  if (!world.backup) moves.push({ name: 'a backup is made', next: () => ({ ...world, backup: true }) });
  if (!world.storm && world.budget.storms > 0) moves.push({ name: 'storm', next: () => ({ ...spend(world, 'storms'), storm: true }) });
  if (world.storm) moves.push({ name: 'storm over', next: () => ({ ...world, storm: false }) });
  return moves;
}

function serverMoves(scope: Scope, world: World, index: number): readonly Move[] {
  const server = world.servers[index] as ServerWorld;
  return [...lifeMoves(scope, world, index, server), ...reportMoves(scope, world, index, server), ...lookMoves(scope, world, index, server), ...personMoves(scope, world, index)];
}

function lifeMoves(scope: Scope, world: World, index: number, server: ServerWorld): readonly Move[] {
  const moves: Move[] = [];
  const move = (name: string, fields: Partial<ServerWorld>, from: World = world): void => void moves.push({ name: `server-${index}: ${name}`, next: () => withServer(from, index, fields) });
  if (server.up && world.budget.fails > 0) move('dies', { up: false, writes: server.writes.map(() => 0 as const) }, spend(world, 'fails'));
  if (!server.up) move('comes up', { up: true });
  const view = nextView(heard(world, server), server.view);
  if (view !== null) move(`is seen ${view}`, { view });
  scope.cameras.forEach((camera, at) => {
    const writes = server.writes[at] ?? 0;
    const free = !camera.singleSession || !server.sessions.includes(camera.id);
    if (server.up && free && writes < 2) move(`records ${camera.id}`, { writes: server.writes.map((one, other) => (other === at ? ((one + 1) as 1 | 2) : one)) });
  });
  return moves;
}

function nextView(isHeard: boolean, view: View): View | null {
  if (isHeard) return view === 'alive' ? null : view === 'back' ? 'alive' : 'back';
  return view === 'failed' ? null : view === 'suspect' || view === 'never seen' ? 'failed' : 'suspect';
}

/** What executors and the recorder report. */
function reportMoves(scope: Scope, world: World, index: number, server: ServerWorld): readonly Move[] {
  const moves: Move[] = [];
  const duties = 'takeOver' in server.role ? server.role.takeOver.cameras : [];
  for (const duty of duties) {
    const open = server.sessions.includes(duty.id);
    if (open && duty.stage === 'taking' && !world.cut) moves.push(stepMove(scope, world, index, { type: 'camera recorded', camera: duty.id }, `${duty.id} is recorded by us`));
    if (!open && (duty.stage === 'letting go' || duty.stage === 'lent')) moves.push(stepMove(scope, world, index, { type: 'camera let go', camera: duty.id }, `${duty.id} is let go`));
  }
  // Answers that come too soon after silence change nothing: only the one that counts is played.
  const listened = server.role.kind === 'held' && server.role.answeredMs !== null && !world.cut;
  if (server.asked) moves.push(stepMove(scope, world, index, world.cut ? { type: 'no camera answered' } : { type: 'cameras answered', camera: 'cam' }, world.cut ? 'no camera answers' : 'a camera answers', world, listened ? laterMs : 0, { asked: false }));
  if (heard(world, server) && (server.view === 'alive' || server.view === 'back')) {
    const newest = [null, 500_000, 5_000_000] as const;
    const cameras = scope.cameras.map((camera, at) => ({ id: camera.id, newestUs: newest[server.writes[at] ?? 0] ?? null, sinceUs: server.writes[at] === 0 ? null : 0, gopMs: 2000 }));
    moves.push(stepMove(scope, world, index, { type: 'progress', cameras }, 'progress'));
  }
  return moves;
}

function lookMoves(scope: Scope, world: World, index: number, server: ServerWorld): readonly Move[] {
  // A living server within reach does not stay unheard for long.
  const timed = (server.role.kind === 'held' || server.role.kind === 'restoring' || server.role.kind === 'queued') && !(server.view === 'never seen' && heard(world, server));
  return [stepMove(scope, world, index, { type: 'look' }, 'look'), ...(timed ? [stepMove(scope, world, index, { type: 'look' }, 'look, much later', world, laterMs)] : [])];
}

function personMoves(scope: Scope, world: World, index: number): readonly Move[] {
  if (world.budget.people === 0) return [];
  const request = { request: 'request', by: 'Ada', typedName: 'Gate' };
  const spent = spend(world, 'people');
  return [
    stepMove(scope, world, index, { ...request, type: 'take over pressed', forMaintenance: false }, 'Take over server', spent),
    stepMove(scope, world, index, { ...request, type: 'reset pressed' }, 'Reset restored server', spent),
    stepMove(scope, world, index, { ...request, type: 'stop pressed' }, 'Stop recording', spent),
  ];
}
