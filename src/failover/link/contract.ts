/**
 * What the rest of the failover server sees of its links to the monitored servers. The link stamps
 * and reports; it judges nothing: whether a server failed is the monitor's business.
 */
import type { ErrorCode } from '../../contract/errors.ts';
import type { LifeSign, Method, Params, RecorderPhase, Result } from '../../contract/link.ts';
import type { BulkAnswer } from '../../platform/link-asker.ts';

/** One monitored server as the links need it. */
export interface LinkTarget {
  readonly serverId: string;
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the agent's key (SPKI), hex, as pinned when paired. */
  readonly pin: string;
  /** Installation id learnt when paired; another one is refused with `link.identity-twice`. Null: any. */
  readonly instance: string | null;
}

/**
 * Everything a link reports, in the order of receipt. `atMs` is the monotonic clock when the message
 * was read (never when it was sent).
 */
export type LinkEvent =
  /** A connection was welcomed. `first`: no other connection of this server was open. */
  | {
      readonly type: 'connected';
      readonly serverId: string;
      readonly atMs: number;
      readonly first: boolean;
      /** Names the connection, for `refuse`. */
      readonly connection: number;
      readonly instance: string;
      readonly agentBoot: string;
      readonly boot: string;
      /** Highest life sign sent before; what is not above it is never reported any more. */
      readonly seq: number;
      readonly phase: RecorderPhase;
      readonly name: string;
      readonly make: string;
      readonly makeVersion: string;
      readonly address: string;
    }
  /** Once per life sign: doubles, older `seq` and older agent boots are dropped before. */
  | { readonly type: 'life sign'; readonly serverId: string; readonly atMs: number; readonly sign: LifeSign }
  /** The last open connection of this server was lost. It is dialled again without being asked. */
  | { readonly type: 'disconnected'; readonly serverId: string; readonly atMs: number; readonly reason: string }
  /**
   * Why there is no connection (or one was refused): `link.unreachable`, `auth.pin-mismatch`,
   * `link.other-protector` (with `holder`), `link.identity-twice`, `link.version`, `link.protocol`.
   * Reported when the code changes, not at every attempt; `connected` ends it (not `link.identity-twice`).
   */
  | { readonly type: 'trouble'; readonly serverId: string; readonly atMs: number; readonly code: ErrorCode; readonly text: string; readonly holder: string | null }
  /** The clock offset between the hosts was measured anew and moved by more than 50 ms, or for the first time. */
  | { readonly type: 'clock offset'; readonly serverId: string; readonly atMs: number; readonly offset: ClockOffset };

/** Remote wall clock minus ours, with the error it may have at most (half the round trip). */
export interface ClockOffset {
  readonly offsetMs: number;
  readonly plusMinusMs: number;
}

/** A snapshot for the screen. */
export interface LinkStatus {
  readonly connections: number;
  readonly address: string | null;
  readonly trouble: { readonly code: ErrorCode; readonly text: string; readonly holder: string | null } | null;
  readonly clockOffset: ClockOffset | null;
  readonly roundTripMs: number | null;
}

export interface Links {
  /** Starts dialling; the same id again replaces its target (address or pin changed). */
  set(target: LinkTarget): void;
  remove(serverId: string): void;
  /** Closes one connection whose welcome the monitor does not believe (R17); it is dialled again after the back-off. */
  refuse(serverId: string, connection: number, code: ErrorCode, text: string): void;
  /** Told to every agent with the next hello; open connections are renewed without a silence. */
  setKeepAlive(times: { readonly everyMs: number; readonly timeoutMs: number }): void;
  status(serverId: string): LinkStatus | null;
  /** Rejects with `link.unreachable`, `input.not-found` (no such server), or the agent's own error. Default time-out 10 s. */
  request<M extends Method>(serverId: string, method: M, params: Params<M>, timeoutMs?: number): Promise<Result<M>>;
  /** On a connection of its own. `upload` (for `settings.put`) is sent after the request. */
  bulk<M extends Method>(serverId: string, method: M, params: Params<M>, upload?: AsyncIterable<Uint8Array>): Promise<BulkAnswer<M>>;
  close(): Promise<void>;
}
