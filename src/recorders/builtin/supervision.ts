/**
 * What the agent does about its recorder's life, as a pure machine. Whether an exit was normal is
 * decided by who asked (the recorder's notice, or our own order), never by the exit code: programs
 * end with any code after SIGTERM.
 */
import type { RecorderPhase } from '../../contract/link.ts';
import type { RecorderEvent } from '../contract.ts';

export type Supervision =
  | { readonly at: 'idle' }
  | {
      readonly at: 'alive';
      readonly boot: string;
      readonly sinceMs: number;
      readonly started: boolean;
      /** The reason it gave, or that we gave, for ending; null while it shall run. */
      readonly ending: string | null;
      /** Crashes in a row before this run. */
      readonly crashes: number;
    }
  | { readonly at: 'waiting'; readonly boot: string; readonly crashes: number }
  | { readonly at: 'stopped'; readonly boot: string; readonly normally: boolean }
  | { readonly at: 'detached'; readonly boot: string };

export type SupervisionInput =
  /** `boot` for the run that begins if nothing runs. */
  | { readonly type: 'start'; readonly boot: string; readonly nowMs: number }
  /** The recorder said hello: ours, or one that already ran (R20), or one started by a person. */
  | { readonly type: 'hello'; readonly boot: string; readonly started: boolean; readonly ending: string | null; readonly nowMs: number }
  | { readonly type: 'started' }
  | { readonly type: 'notice'; readonly reason: string }
  | { readonly type: 'gone'; readonly code: number | null; readonly signal: string | null; readonly nowMs: number }
  | { readonly type: 'restart due'; readonly boot: string; readonly nowMs: number }
  | { readonly type: 'stop'; readonly reason: string }
  | { readonly type: 'detach' };

export type SupervisionEffect =
  | { readonly type: 'spawn'; readonly boot: string }
  | { readonly type: 'restart in'; readonly ms: number }
  | { readonly type: 'cancel restart' }
  | { readonly type: 'end recorder'; readonly reason: string }
  | { readonly type: 'tell'; readonly event: RecorderEvent };

export interface RestartRule {
  /** First wait; doubled by each crash that comes quickly. Null: never restart. */
  readonly firstMs: number | null;
  readonly mostMs: number;
  /** A run at least this long was no quick crash. */
  readonly calmMs: number;
}
export const defaultRestart: RestartRule = { firstMs: 3000, mostMs: 60_000, calmMs: 60_000 };

export interface SupervisionStep {
  readonly state: Supervision;
  readonly effects: readonly SupervisionEffect[];
}

export function supervise(state: Supervision, input: SupervisionInput, rule: RestartRule): SupervisionStep {
  switch (input.type) {
    case 'start':
      return state.at === 'idle' || state.at === 'stopped' || state.at === 'detached' ? begin(input.boot, input.nowMs, 0) : stay(state);
    case 'restart due':
      return state.at === 'waiting' ? begin(input.boot, input.nowMs, state.crashes) : stay(state);
    case 'hello':
      return welcome(state, input);
    case 'started':
      return state.at === 'alive' && !state.started
        ? { state: { ...state, started: true }, effects: [tell({ type: 'started', boot: state.boot })] }
        : stay(state);
    case 'notice':
      return state.at === 'alive' && state.ending === null ? { state: { ...state, ending: input.reason }, effects: [] } : stay(state);
    case 'gone':
      return state.at === 'alive' ? ended(state, input, rule) : stay(state);
    case 'stop':
      return stop(state, input.reason);
    case 'detach':
      return state.at === 'idle' ? stay(state) : { state: { at: 'detached', boot: state.boot }, effects: [{ type: 'cancel restart' }] };
  }
}

const stay = (state: Supervision): SupervisionStep => ({ state, effects: [] });
const tell = (event: RecorderEvent): SupervisionEffect => ({ type: 'tell', event });

function begin(boot: string, nowMs: number, crashes: number): SupervisionStep {
  return {
    state: { at: 'alive', boot, sinceMs: nowMs, started: false, ending: null, crashes },
    effects: [{ type: 'spawn', boot }, tell({ type: 'starting', boot })],
  };
}

function welcome(state: Supervision, input: SupervisionInput & { readonly type: 'hello' }): SupervisionStep {
  if (state.at === 'detached') return stay(state);
  const ours = state.at === 'alive' && state.boot === input.boot;
  const started = input.started ? [tell({ type: 'started' as const, boot: input.boot })] : [];
  if (ours) {
    const effects = state.started ? [] : started;
    return { state: { ...state, started: state.started || input.started, ending: state.ending ?? input.ending }, effects };
  }
  // Our order to end is meant for whichever run is there.
  const ending = input.ending ?? (state.at === 'alive' ? state.ending : null);
  const next = { at: 'alive' as const, boot: input.boot, sinceMs: input.nowMs, started: input.started, ending, crashes: 0 };
  return { state: next, effects: [{ type: 'cancel restart' }, tell({ type: 'starting', boot: input.boot }), ...started] };
}

function ended(state: Supervision & { readonly at: 'alive' }, input: SupervisionInput & { readonly type: 'gone' }, rule: RestartRule): SupervisionStep {
  const { boot } = state;
  if (state.ending !== null)
    return { state: { at: 'stopped', boot, normally: true }, effects: [tell({ type: 'exited', boot, kind: 'normal', reason: state.ending })] };
  const crashes = input.nowMs - state.sinceMs >= rule.calmMs ? 1 : state.crashes + 1;
  const restartInMs = rule.firstMs === null ? null : Math.min(rule.firstMs * 2 ** (crashes - 1), rule.mostMs);
  const told = tell({ type: 'exited', boot, kind: 'abnormal', code: input.code, signal: input.signal, restartInMs });
  if (restartInMs === null) return { state: { at: 'stopped', boot, normally: false }, effects: [told] };
  return { state: { at: 'waiting', boot, crashes }, effects: [told, { type: 'restart in', ms: restartInMs }] };
}

function stop(state: Supervision, reason: string): SupervisionStep {
  if (state.at === 'waiting')
    return { state: { at: 'stopped', boot: state.boot, normally: false }, effects: [{ type: 'cancel restart' }] };
  if (state.at !== 'alive') return stay(state);
  return { state: { ...state, ending: state.ending ?? reason }, effects: [{ type: 'end recorder', reason }] };
}

/** How the link names the state. */
export function phaseOf(state: Supervision): { readonly phase: RecorderPhase; readonly boot: string } {
  switch (state.at) {
    case 'idle':
      return { phase: 'unknown', boot: 'none' };
    case 'alive':
      return { phase: state.started ? 'running' : 'starting', boot: state.boot };
    case 'waiting':
      return { phase: 'stopped by error', boot: state.boot };
    case 'stopped':
      return { phase: state.normally ? 'stopped normally' : 'stopped by error', boot: state.boot };
    case 'detached':
      return { phase: 'unknown', boot: state.boot };
  }
}
