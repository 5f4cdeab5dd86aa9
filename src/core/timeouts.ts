/**
 * The five time-outs of the seed ("Advanced failover settings") and the hold-down. One table feeds
 * validation on save, validation on load, the dialog and the documentation.
 */
import type { Millis } from './units.ts';

export const timeoutNames = ['connected', 'started', 'keepAlive', 'normalShutdown', 'abnormalShutdown', 'holdDown'] as const;
export type TimeoutName = (typeof timeoutNames)[number];

/** All in milliseconds, belonging to one failover server. */
export interface Timeouts {
  /** *Allow shorter time-outs* (Advanced): lowers the minima, never the defaults. */
  readonly allowShorter: boolean;
  readonly connected: Millis;
  readonly started: Millis;
  readonly keepAlive: Millis;
  readonly normalShutdown: Millis;
  readonly abnormalShutdown: Millis;
  /** How long a server must be alive before its outage is over (restore waits for it). */
  readonly holdDown: Millis;
}

export interface TimeoutRule {
  /** The seed's label. */
  readonly label: string;
  readonly unit: 'minutes' | 'seconds';
  readonly defaultMs: Millis;
  readonly minMs: Millis;
  readonly maxMs: Millis;
  /** Minimum while *Allow shorter time-outs* is on. */
  readonly shorterMinMs: Millis;
  /** When the timer runs, in the seed's words. */
  readonly runsWhile: string;
}

const second = 1000;
const minute = 60 * second;

/** Source: the seed's table; the hold-down and the shorter minima are ours (DESIGN §4). */
export const timeoutRules: Readonly<Record<TimeoutName, TimeoutRule>> = {
  connected: {
    label: 'Connected',
    unit: 'minutes',
    defaultMs: 5 * minute,
    minMs: 5 * minute,
    maxMs: 60 * minute,
    shorterMinMs: 10 * second,
    runsWhile: 'A network connection has been made, but the first startup message has not been received',
  },
  started: {
    label: 'Started',
    unit: 'minutes',
    defaultMs: 5 * minute,
    minMs: 5 * minute,
    maxMs: 60 * minute,
    shorterMinMs: 10 * second,
    runsWhile: 'The startup message has been received, but the first keep-alive message has not been received',
  },
  keepAlive: {
    label: 'Keep alive',
    unit: 'seconds',
    defaultMs: 30 * second,
    minMs: 30 * second,
    maxMs: 300 * second,
    shorterMinMs: 3 * second,
    runsWhile: 'No new keep-alive message is received',
  },
  normalShutdown: {
    label: 'Normal shutdown',
    unit: 'minutes',
    defaultMs: 15 * minute,
    minMs: 5 * minute,
    maxMs: 60 * minute,
    shorterMinMs: 10 * second,
    runsWhile: 'The server has been shutdown normally, but has not restarted yet',
  },
  abnormalShutdown: {
    label: 'Abnormal shutdown',
    unit: 'minutes',
    defaultMs: 5 * minute,
    minMs: 5 * minute,
    maxMs: 60 * minute,
    shorterMinMs: 10 * second,
    runsWhile: 'The server has exited with an error and has not restarted yet',
  },
  holdDown: {
    label: 'Hold-down',
    unit: 'seconds',
    defaultMs: 60 * second,
    minMs: 10 * second,
    maxMs: 60 * minute,
    shorterMinMs: 2 * second,
    runsWhile: 'The server is back and must stay alive this long before it is restored',
  },
};

export const defaultTimeouts: Timeouts = {
  allowShorter: false,
  connected: timeoutRules.connected.defaultMs,
  started: timeoutRules.started.defaultMs,
  keepAlive: timeoutRules.keepAlive.defaultMs,
  normalShutdown: timeoutRules.normalShutdown.defaultMs,
  abnormalShutdown: timeoutRules.abnormalShutdown.defaultMs,
  holdDown: timeoutRules.holdDown.defaultMs,
};

export interface TimeoutProblem {
  /** `keepAlive`, `allowShorter`, …; empty if the value is no object at all. */
  readonly field: string;
  readonly rule: 'type' | 'whole milliseconds' | 'minimum' | 'maximum' | 'missing' | 'unknown field';
  /** For a person: what is wrong and what is allowed. */
  readonly text: string;
}

export type TimeoutCheck =
  | { readonly ok: true; readonly timeouts: Timeouts }
  | { readonly ok: false; readonly problems: readonly TimeoutProblem[] };

/** Smallest allowed value under the switch *Allow shorter time-outs*. */
export function minimumOf(name: TimeoutName, allowShorter: boolean): Millis {
  return allowShorter ? timeoutRules[name].shorterMinMs : timeoutRules[name].minMs;
}

/**
 * Validates time-outs from outside: the API on save, the database on load (O04: an edited database
 * is as foreign as a request). Names every broken rule, not only the first.
 */
export function checkTimeouts(value: unknown): TimeoutCheck {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, problems: [{ field: '', rule: 'type', text: 'The time-outs must be an object.' }] };
  const given = value as Readonly<Record<string, unknown>>;
  const problems: TimeoutProblem[] = [];
  const allowShorter = given['allowShorter'];
  if (typeof allowShorter !== 'boolean')
    problems.push({ field: 'allowShorter', rule: allowShorter === undefined ? 'missing' : 'type', text: 'Allow shorter time-outs must be true or false.' });
  for (const name of timeoutNames) problems.push(...problemsOf(name, given[name], allowShorter === true));
  for (const field of Object.keys(given))
    if (field !== 'allowShorter' && !(timeoutNames as readonly string[]).includes(field))
      problems.push({ field, rule: 'unknown field', text: `There is no time-out called ${field}.` });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, timeouts: value as unknown as Timeouts };
}

function problemsOf(name: TimeoutName, value: unknown, allowShorter: boolean): readonly TimeoutProblem[] {
  const rule = timeoutRules[name];
  if (value === undefined) return [{ field: name, rule: 'missing', text: `${rule.label} is missing.` }];
  if (typeof value !== 'number' || !Number.isFinite(value)) return [{ field: name, rule: 'type', text: `${rule.label} must be a number of milliseconds.` }];
  if (!Number.isInteger(value)) return [{ field: name, rule: 'whole milliseconds', text: `${rule.label} must be whole milliseconds.` }];
  const min = minimumOf(name, allowShorter);
  if (value < min) return [{ field: name, rule: 'minimum', text: `${rule.label} must be at least ${inWords(min)}${belowOnlyBySwitch(name, value, allowShorter)}.` }];
  if (value > rule.maxMs) return [{ field: name, rule: 'maximum', text: `${rule.label} must be at most ${inWords(rule.maxMs)}.` }];
  return [];
}

function belowOnlyBySwitch(name: TimeoutName, value: number, allowShorter: boolean): string {
  return !allowShorter && value >= timeoutRules[name].shorterMinMs ? ' unless shorter time-outs are allowed' : '';
}

function inWords(ms: Millis): string {
  return ms >= minute && ms % minute === 0 ? `${ms / minute} min` : `${ms / second} s`;
}

/** How often keep-alives shall come: every second, or a sixth of the time-out if that is shorter. */
export function keepAliveIntervalMs(timeouts: Timeouts): Millis {
  // Whole milliseconds: it is told to the agent, and the link carries integers.
  return Math.min(second, Math.floor(timeouts.keepAlive / 6));
}

/**
 * Two keep-alives are missing. Half an interval of slack, because a keep-alive that is merely on its
 * way is not missing. This is the slowest way to suspicion, so pre-roll is at least as long (DESIGN §7).
 */
export function suspectAfterMs(timeouts: Timeouts): Millis {
  return 2.5 * keepAliveIntervalMs(timeouts);
}

/**
 * So long a camera of a silent server must have answered us before the server is taken for silent: a network of ours
 * that came back just now brings the camera's answer at once, the life sign only after a dial. At most what is left of
 * the time-out after the suspicion, so that an honest failure waits for nothing.
 */
export function hearOutMs(timeouts: Timeouts): Millis {
  return Math.max(0, Math.min(10_000, timeouts.keepAlive - suspectAfterMs(timeouts) - 500));
}
