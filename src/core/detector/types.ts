/**
 * The detector: what one failover server believes of one monitored server (docs/detector.md).
 * `detector(state, event, timeouts) → { state, effects }` in detector.ts; no clock, no I/O.
 */
import type { Audit, ClearAlarm, RaiseAlarm } from '../effects.ts';
import type { Timeouts } from '../timeouts.ts';
import type { Millis, TimeUs } from '../units.ts';
import type { Advances } from './advances.ts';

/** Why a server counts as failed. */
export const failReasons = [
  /** Keep alive ran out: host, agent or network gone. */
  'silent',
  /** Keep alive ran out for the recorder, its agent still talks (frozen recorder, R05). */
  'recorder silent',
  /** Connected ran out. */
  'not started',
  /** Started ran out. */
  'no keep-alive',
  /** Normal shutdown ran out. */
  'not back from normal shutdown',
  /** Abnormal shutdown ran out. */
  'not back from abnormal shutdown',
  /** Comes and goes; the outage clock passed the abnormal-shutdown time-out. */
  'crash loop',
  /** Alive before this failover server restarted, not seen since. */
  'never came back',
  /** Keep-alives are fine, but no camera is recorded, and the policy says take over. */
  'not recording',
] as const;
export type FailReason = (typeof failReasons)[number];

/** What one monitored server's agent last said of one camera; the contract's CameraProgress fits. */
export interface CameraReport {
  readonly id: string;
  readonly newestUs: TimeUs | null;
  readonly sinceUs: TimeUs | null;
  readonly gopMs?: number | undefined;
  /** Why it is not recorded, one of the contract's error codes. */
  readonly code?: string | undefined;
}

/** What the detector judges of a keep-alive's progress: columns of the same length and order. */
export interface ProgressReport {
  readonly ids: readonly string[];
  readonly newestUs: readonly (TimeUs | null)[];
  readonly disk: { readonly state: 'ok' | 'full' | 'missing' | 'read-only' | 'unknown' };
}

export type ReportedPhase = 'starting' | 'running' | 'stopped normally' | 'stopped by error' | 'unknown';

/** Who speaks: `agentBoot` and `seq` make duplicates, reordering and older boots recognizable (R16). */
export interface Sign {
  /** Monotonic clock of the failover server when read from the socket. */
  readonly atMs: Millis;
  readonly agentBoot: string;
  readonly boot: string;
  readonly seq: number;
}

export type DetectorEvent =
  /** A connection exists and its hello was answered; carries the truth at this moment. */
  | (Sign & { readonly type: 'welcome'; readonly instance: string; readonly phase: ReportedPhase })
  | (Sign & { readonly type: 'startup' })
  /** `progressAgeMs` missing: fresh. Old progress proves nothing: the agent beats, its recorder may hang. */
  | (Sign & { readonly type: 'keep-alive'; readonly phase: ReportedPhase; readonly progress: ProgressReport; readonly progressAgeMs?: number | undefined })
  | (Sign & { readonly type: 'normal shutdown'; readonly reason: string })
  | (Sign & { readonly type: 'abnormal shutdown'; readonly code: number | null; readonly signal: string | null })
  | (Sign & { readonly type: 'agent exit'; readonly recorderGoesOn: boolean })
  /** The last connection to this server was lost. */
  | { readonly type: 'connection lost'; readonly atMs: Millis }
  /** Judge now. Sent only after every socket was read, and only if the observer allows it. */
  | { readonly type: 'tick'; readonly atMs: Millis }
  /** The observer doubts itself: no timer may run out because of the lost time. */
  | { readonly type: 're-arm'; readonly atMs: Millis; readonly lostMs: Millis; readonly reason: string }
  /** A person accepted other hardware under this identity (*replace monitored server*). */
  | { readonly type: 'identity accepted'; readonly atMs: Millis };
export type DetectorEventType = DetectorEvent['type'];

/** From the first loss until the server was alive for the hold-down. */
export interface Outage {
  /** When the server was last known good. */
  readonly sinceMs: Millis;
  /** The crash-loop clock: first loss that was not announced. Announced absence does not count. Null: none yet. */
  readonly clockFromMs: Millis | null;
  /** First notice of normal shutdown in this outage: a second one does not re-arm its time-out. */
  readonly normalSinceMs: Millis | null;
  /** Losses nobody announced. */
  readonly losses: number;
  /** Losses of those in which the same run of the recorder went on: it was heard again, or recorded again. */
  readonly outlived: number;
}

/** Cameras whose newest frame does not advance (*not recording* on screen). */
export interface Gray {
  readonly sinceMs: Millis;
  /** Sorted ids. */
  readonly cameras: readonly string[];
  /** Nothing at all is written. */
  readonly all: boolean;
}

/** What is known beside the phase; the same in every state. */
export interface DetectorCommon {
  readonly serverId: string;
  /** When this state was entered. */
  readonly sinceMs: Millis;
  /** Alive at least once, ever. Persisted: it survives a restart of the failover server. */
  readonly seenAlive: boolean;
  /** Installation that proved itself first; another one is refused (R17). Persisted. */
  readonly instance: string | null;
  /** It had failed, was taken over or in maintenance before this failover server started. */
  readonly wasDown: boolean;
  readonly agentBoot: string | null;
  readonly boot: string | null;
  /** Highest seq of `agentBoot`. */
  readonly seq: number;
  /** Superseded agentBoots, newest last: one that returns is a second machine with this identity. */
  readonly olderBoots: readonly string[];
  readonly connected: boolean;
  /** When a second machine last showed this identity; the alarm clears itself after a while. */
  readonly twiceMs: Millis | null;
  /** Last word of the agent, whatever it said; re-armed by the observer. */
  readonly agentSignMs: Millis | null;
  /** Last proof that the recorder runs; re-armed by the observer. */
  readonly recorderSignMs: Millis | null;
  readonly outage: Outage | null;
  /** Start of the present unbroken time in `alive`; null in other states. */
  readonly aliveSinceMs: Millis | null;
  /** Losses within an hour of the recovery before; each doubles the hold-down. */
  readonly flaps: number;
  readonly recoveredMs: Millis | null;
  readonly gray: Gray | null;
  readonly advances: Advances;
  readonly disk: ProgressReport['disk']['state'];
}

export type DetectorState = DetectorCommon &
  (
    | {
        /** No connection since this failover server started. `seenAlive` tells a stranger from one that must come back. */
        readonly kind: 'never seen';
        readonly deadlineMs: Millis;
        /** The warning was given (stranger). */
        readonly warned: boolean;
      }
    | { readonly kind: 'connected'; readonly deadlineMs: Millis }
    | { readonly kind: 'started'; readonly deadlineMs: Millis }
    | { readonly kind: 'alive' }
    /** Life signs are late. `deadlineMs` non-null: the agent announced that it ends while the recorder goes on. */
    | { readonly kind: 'suspect'; readonly deadlineMs: Millis | null }
    | { readonly kind: 'normal shutdown'; readonly deadlineMs: Millis; readonly reason: string }
    | { readonly kind: 'abnormal shutdown'; readonly deadlineMs: Millis }
    | { readonly kind: 'failed'; readonly reason: FailReason }
  );
export type DetectorKind = DetectorState['kind'];

/** What of a detector outlives a restart of the failover server. */
export interface DetectorMemory {
  readonly seenAlive: boolean;
  readonly instance: string | null;
}

export interface DetectorSettings {
  readonly timeouts: Timeouts;
  /** A server of which no camera is recorded for the keep-alive time-out counts as failed. Default true. */
  readonly takeOverWhenNotRecording: boolean;
}

export type DetectorEffect =
  /** Store `memory` before the next restart can need it; no barrier. */
  | { readonly kind: 'remember'; readonly serverId: string; readonly memory: DetectorMemory }
  /** Close the connection that sent this welcome, with this error code. */
  | { readonly kind: 'refuse connection'; readonly serverId: string; readonly code: 'link.identity-twice'; readonly text: string }
  /** The server counts as failed from now on. The role looks at the state; this is for reports and notifications. */
  | { readonly kind: 'failed'; readonly serverId: string; readonly reason: FailReason; readonly outageSinceMs: Millis }
  /** Alive for the whole hold-down: the outage is over. */
  | { readonly kind: 'recovered'; readonly serverId: string; readonly outageSinceMs: Millis; readonly atMs: Millis }
  | Audit
  | RaiseAlarm
  | ClearAlarm;

export interface DetectorStep {
  readonly state: DetectorState;
  readonly effects: readonly DetectorEffect[];
}
