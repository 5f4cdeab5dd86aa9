/**
 * The observer: the failover server's doubt about itself (docs/detector.md, rules V…). One per
 * failover server. It decides whether timers may fire at all (`judge`), tells the detectors to
 * re-arm, and holds take-overs while many servers are silent at once (on screen: *many servers silent*).
 */
import type { Audit, ClearAlarm, RaiseAlarm } from '../effects.ts';
import type { Millis } from '../units.ts';

/** One reading of all three clocks. */
export interface Clocks {
  /** Monotonic. */
  readonly atMs: Millis;
  /** Since the machine booted, suspends included. */
  readonly uptimeMs: Millis;
  readonly wallMs: Millis;
}

/** How one monitored server stands, for the storm rule; made by `silenceOf` from its detector state. */
export interface Silence {
  readonly serverId: string;
  /** Last life sign; null while it talks. */
  readonly silentSinceMs: Millis | null;
  /** It counts as failed because of that silence. */
  readonly failed: boolean;
  /** It was down before this failover server started, and has not talked since: its silence is no news. */
  readonly wasDown: boolean;
}

export type ObserverEvent =
  /** Before each round of judging. `intervalMs`: how far apart ticks were meant to be. */
  | (Clocks & { readonly type: 'tick'; readonly intervalMs: Millis })
  /** After each round of judging: every server that talked before (not: never seen, announced shutdown). */
  | { readonly type: 'survey'; readonly atMs: Millis; readonly keepAliveMs: Millis; readonly servers: readonly Silence[] };
export type ObserverEventType = ObserverEvent['type'];

export interface Storm {
  readonly sinceMs: Millis;
  readonly untilMs: Millis;
  /** Held servers, sorted. */
  readonly servers: readonly string[];
}

export type ObserverState = {
  readonly last: Clocks | null;
  /** Times of the re-arms within the last 10 min. */
  readonly reArmsMs: readonly Millis[];
  /** Servers whose storm hold is over; they count in no further storm until they talk again. Sorted. */
  readonly released: readonly string[];
} & (
  | { readonly kind: 'sure' }
  /** Three re-arms in 10 min: alarm, it judges; only when it was away for long it re-arms still. */
  | { readonly kind: 'unsure' }
  | { readonly kind: 'storm'; readonly storm: Storm; readonly unsure: boolean }
);
export type ObserverKind = ObserverState['kind'];

export type ObserverEffect =
  /** Send `re-arm` to every detector, and no `tick` this round. */
  | { readonly kind: 're-arm'; readonly lostMs: Millis; readonly reason: string }
  /** Send `tick` to every detector. Missing after a late tick: sockets are read first. */
  | { readonly kind: 'judge' }
  | Audit
  | RaiseAlarm
  | ClearAlarm;

export interface ObserverStep {
  readonly state: ObserverState;
  readonly effects: readonly ObserverEffect[];
}
