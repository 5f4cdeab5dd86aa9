/** Before a take-over: standby, held, queued (docs/role.md, F1–F19). */
import { asksCamerasFirst, isAlive, isConcludedFromSilence, isOffline } from '../detector/questions.ts';
import { failWords } from '../detector/words.ts';
import type { Millis } from '../units.ts';
import { dutiesFor, takeEffects } from './duties.ts';
import { byPerson, byRule, move, stay, type Reason } from './step.ts';
import type { Blocked, HoldReason, RoleEffect, RoleFacts, RoleState, RoleStep, TakeOver, TakeOverCause } from './types.ts';
import { blockedWords, holdWords } from './words.ts';

type StateOf<K extends RoleState['kind']> = Extract<RoleState, { readonly kind: K }>;
type Wishing = StateOf<'held'> | StateOf<'queued'>;

/** How often the cameras are asked again while a take-over is held. */
export const askAgainMs: Millis = 3000;
/** After a restart of ours a living server shows itself within this time; a wish of before waits for it. */
export const unheardMs: Millis = 30_000;
/** The same while they answer and the server is listened for. */
const askListeningMs: Millis = 1000;
/** Our network was gone and is back: the cameras answer at the first packet, the link to the server needs a new connection. */
export const listenMs: Millis = 10_000;

export function lookStandby(state: StateOf<'standby'>, facts: RoleFacts): RoleStep {
  if (facts.detector.kind !== 'failed') return unblock(state, facts);
  const blocked = state.blocked === 'stopped by a person' ? state.blocked : whyBlocked(facts);
  if (blocked !== null) {
    if (blocked === state.blocked) return stay(state);
    const reason = { actor: byRule('F3'), why: blocked === 'no usable backup' && !facts.backup.usable ? `${blockedWords[blocked]} (${facts.backup.why})` : blockedWords[blocked] };
    return move(state, { kind: 'standby', serverId: state.serverId, sinceMs: facts.atMs, blocked }, reason);
  }
  const cause: TakeOverCause = { kind: 'automatic', reason: facts.detector.reason };
  const reason = { actor: byRule('F1'), why: `the server failed: ${failWords[facts.detector.reason]}` };
  return wish(state, cause, facts, reason);
}

/** What a person stopped stays stopped until the server was alive again. */
function unblock(state: StateOf<'standby'>, facts: RoleFacts): RoleStep {
  if (state.blocked === null) return stay(state);
  if (state.blocked === 'stopped by a person' && !isAlive(facts.detector)) return stay(state);
  const reason = { actor: byRule('F4'), why: 'the server needs no take-over any more' };
  return move(state, { kind: 'standby', serverId: state.serverId, sinceMs: facts.atMs, blocked: null }, reason);
}

/** Why an automatic take-over may not begin, the strongest reason first. */
function whyBlocked(facts: RoleFacts): Blocked | null {
  if (!facts.automaticTakeOver) return 'automatic take-over is off';
  if (facts.maintenance) return 'maintenance';
  return whyImpossible(facts);
}

/** Why no take-over at all may begin. */
export function whyImpossible(facts: RoleFacts): Extract<Blocked, 'no usable backup' | 'no cameras' | 'store'> | null {
  if (!facts.backup.usable) return 'no usable backup';
  if (facts.backup.cameras.length === 0) return 'no cameras';
  return facts.store === 'ok' ? null : 'store';
}

/** A take-over is wanted from now on: first it doubts (held), or it waits for its turn (queued). */
export function wish(state: RoleState, cause: TakeOverCause, facts: RoleFacts, reason: Reason, more: readonly RoleEffect[] = []): RoleStep {
  if (cause.kind === 'automatic' && asksCamerasFirst(cause.reason)) return hold(state, cause, facts.storm ? 'many servers silent' : 'asking cameras', facts, reason);
  const to: RoleState = { kind: 'queued', serverId: state.serverId, sinceMs: facts.atMs, cause, why: 'Its turn is being looked for.' };
  return move(state, to, reason, more);
}

function hold(state: RoleState, cause: TakeOverCause, because: HoldReason, facts: RoleFacts, reason: Reason): RoleStep {
  const asks = because === 'many servers silent' ? [] : askEffects(state, facts);
  const to: RoleState = { kind: 'held', serverId: state.serverId, sinceMs: facts.atMs, cause, because, askedMs: asks.length > 0 ? facts.atMs : null, answeredMs: null };
  return move(state, to, reason, asks);
}

function askEffects(state: RoleState, facts: RoleFacts): readonly RoleEffect[] {
  return facts.backup.usable ? [{ kind: 'ask cameras', serverId: state.serverId, backupId: facts.backup.backupId }] : [];
}

/** Is the take-over still right? Asked again at every look, so also right before it begins. */
function withdrawn(state: Wishing, facts: RoleFacts): RoleStep | null {
  const { detector } = facts;
  const standby = (blocked: Blocked | null, rule: string, why: string): RoleStep =>
    move(state, { kind: 'standby', serverId: state.serverId, sinceMs: facts.atMs, blocked }, { actor: byRule(rule), why });
  if (state.cause.kind === 'manual') {
    if (isAlive(detector) && !state.cause.confirmed) return standby(null, 'F12', 'the server is alive again before its turn came');
    const impossible = whyImpossible(facts);
    return impossible === null ? null : standby(impossible, 'F12', blockedWords[impossible]);
  }
  // Not seen since a restart of ours: nothing says that it is better now (I8).
  if (detector.kind !== 'failed' && detector.kind !== 'never seen') return standby(null, 'F12', 'the server shows itself again before it was taken over');
  const blocked = whyBlocked(facts);
  return blocked === null ? null : standby(blocked, 'F12', blockedWords[blocked]);
}

/** We restarted and have not listened long enough: what was silent before may only have been out of our reach. */
function isTooSoon(state: Wishing, facts: RoleFacts): boolean {
  return state.cause.kind === 'automatic' && facts.detector.kind === 'never seen' && facts.atMs - facts.detector.sinceMs < unheardMs;
}

export function lookHeld(state: StateOf<'held'>, facts: RoleFacts): RoleStep {
  const back = withdrawn(state, facts);
  if (back !== null) return back;
  if (isTooSoon(state, facts)) return stay(state);
  if (facts.storm !== (state.because === 'many servers silent')) {
    const because = facts.storm ? 'many servers silent' : 'asking cameras';
    return hold(state, state.cause, because, facts, { actor: byRule('F7'), why: holdWords[because] });
  }
  const againMs = state.answeredMs === null ? askAgainMs : askListeningMs;
  if (facts.storm || (state.askedMs !== null && facts.atMs - state.askedMs < againMs)) return stay(state);
  return { state: { ...state, askedMs: facts.atMs }, effects: askEffects(state, facts) };
}

export function camerasAnswered(state: RoleState, camera: string, facts: RoleFacts): RoleStep {
  if (state.kind !== 'held' || state.because === 'many servers silent' || isTooSoon(state, facts)) return stay(state);
  const looked = lookHeld(state, facts);
  if (looked.state.kind !== 'held' || looked.state.because === 'many servers silent') return looked;
  if (state.because === 'no camera answers' || !isHeardOut(state, facts)) {
    const answeredMs = state.answeredMs ?? facts.atMs;
    if (facts.atMs - answeredMs < listenMs) return { state: { ...state, answeredMs }, effects: [] };
  }
  const reason = { actor: byRule('F9'), why: `the camera ${camera} answers this failover server` };
  return facts.room.cameras.length > 0 ? begin(state, state.cause, facts, reason) : queue(state, state.cause, facts, reason);
}

/** Where the agent itself speaks, there is nobody to listen for. */
function isHeardOut({ cause }: StateOf<'held'>, facts: RoleFacts): boolean {
  return facts.heardOut || cause.kind !== 'automatic' || !isConcludedFromSilence(cause.reason);
}

export function noCameraAnswered(state: RoleState, facts: RoleFacts): RoleStep {
  if (state.kind === 'held' && state.answeredMs !== null) return { state: { ...state, answeredMs: null }, effects: [] };
  if (state.kind !== 'held' || state.because !== 'asking cameras') return stay(state);
  const because = 'no camera answers';
  return move(state, { ...state, because, sinceMs: facts.atMs }, { actor: byRule('F8'), why: holdWords[because] });
}

function queue(state: RoleState, cause: TakeOverCause, facts: RoleFacts, reason: Reason): RoleStep {
  return move(state, { kind: 'queued', serverId: state.serverId, sinceMs: facts.atMs, cause, why: whyWaits(facts) }, reason);
}

function whyWaits(facts: RoleFacts): string {
  return facts.room.why === '' ? 'No room.' : facts.room.why;
}

export function lookQueued(state: StateOf<'queued'>, facts: RoleFacts): RoleStep {
  const back = withdrawn(state, facts);
  if (back !== null) return back;
  if (isTooSoon(state, facts)) return stay(state);
  if (facts.room.cameras.length === 0) {
    const why = whyWaits(facts);
    return why === state.why ? stay(state) : move(state, { ...state, why }, { actor: byRule('F10'), why });
  }
  const reason = { actor: state.cause.kind === 'manual' ? byPerson(state.cause.by) : byRule('F11'), why: 'there is room' };
  // The answer of before it waited is stale: ask again.
  if (state.cause.kind === 'automatic' && asksCamerasFirst(state.cause.reason)) return hold(state, state.cause, facts.storm ? 'many servers silent' : 'asking cameras', facts, reason);
  return begin(state, state.cause, facts, reason);
}

/** The take-over begins: newest verified backup, cameras in order of priority. */
function begin(state: RoleState, cause: TakeOverCause, facts: RoleFacts, reason: Reason): RoleStep {
  if (!facts.backup.usable) return stay(state);
  const takeOver: TakeOver = {
    id: facts.newId,
    cause,
    backupId: facts.backup.backupId,
    pinned: cause.kind === 'automatic' ? null : cause.forMaintenance ? 'for maintenance' : 'by hand',
    cameras: dutiesFor(facts.backup.cameras, facts.room.cameras),
  };
  const taking = takeOver.cameras.filter((duty) => duty.stage === 'taking');
  const singles = taking.filter((duty) => duty.singleSession).map((duty) => duty.id);
  // A living recorder must free the only session first; a dead one has its ghost waited out.
  const release: readonly RoleEffect[] = singles.length > 0 && !isOffline(facts.detector) ? [{ kind: 'release on recorder', serverId: state.serverId, cameras: singles }] : [];
  return move(state, { kind: 'taking over', serverId: state.serverId, sinceMs: facts.atMs, takeOver }, reason, [...release, ...takeEffects(state.serverId, takeOver, taking)]);
}
