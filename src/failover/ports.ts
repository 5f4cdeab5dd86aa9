/**
 * What the failover server needs from the world, as small interfaces. `startFailover` gets all of
 * them passed in, so that the simulated world runs the very same code with virtual time.
 */
import type { FootageStore, Recording } from '../video/contract.ts';

/** What the simulated world needs to build its own engine and store. */
export type {
  CameraJob, CameraReason, CameraState, CameraStatus, CoverageAnswer, EvidenceLock, FootageBatch, Recording, RetentionRule,
} from '../video/contract.ts';
import type { SettingsDocument } from '../contract/settings.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { AfterPoll } from '../platform/after-poll.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Transport } from '../platform/transport.ts';
import type { Log } from '../platform/log.ts';
import type { Sql } from '../platform/sqlite.ts';
import type { Links } from './link/contract.ts';
import type { NewAuditEvent } from './db/audit.ts';
import type { FailoverSettings } from './db/settings.ts';

/** Why something was not possible: a stable code and a sentence for a person. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly text: string;
}

/** A settings backup that passed its checksum, its schema and the suspicion rules just now. */
export interface VerifiedBackup {
  readonly document: SettingsDocument;
  readonly versionId: string;
  readonly takenAtMs: number;
}

/** What the screen shows of one server's backups. Wall clock, ms. */
export interface BackupStatus {
  readonly lastGoodMs: number | null;
  readonly lastAttemptMs: number | null;
  /** `null`: the last attempt was good. Shown as *failed backup*. */
  readonly error: Refusal | null;
  /** A version waits for a person's word (empty, or lost many cameras). */
  readonly held: boolean;
  readonly cameras: number;
}

/** The vault's door for the rest of the failover server (DESIGN §6). */
export interface Backups {
  /** Reads and checks anew at every call: a version that rotted on disk is passed over for the one before (B01). */
  newestVerified(serverId: string): Promise<{ readonly ok: true; readonly backup: VerifiedBackup } | { readonly ok: false; readonly reason: Refusal }>;
  status(serverId: string): BackupStatus;
  /** Fetches now. Rejects with an `UnderstudyError`; the last good version stays as it was (I5). */
  backup(serverId: string, why: string): Promise<BackupStatus>;
  /** All servers, one after the other; a failure of one does not stop the others. */
  backupAll(why: string): Promise<readonly { readonly serverId: string; readonly status: BackupStatus }[]>;
  /** A keep-alive named the digest of the settings in force; fetches a backup when it is new. */
  noteDigest(serverId: string, digest: string): void;
  /** A removed server's versions: kept by default, deleted only on a person's word. */
  remove(serverId: string): Promise<void>;
  /** Writes the newest verified settings into new hardware of this server, also while it is taken over: it gets back what it had. */
  equip(serverId: string, who: string): Promise<void>;
  /** The settings changed (switch, time of day): plan the next daily run anew. */
  reschedule(): void;
  stop(): Promise<void>;
}

/** What the vault is built from; handed over by `startFailover`. */
export interface BackupsNeeds {
  readonly database: Sql;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  /** Ids of all monitored servers, in the order of their priority. */
  readonly serverIds: () => readonly string[];
  /** I5: a server is never backed up while its stand-in answers for it. */
  readonly isTakenOver: (serverId: string) => boolean;
  /** Daily backup, its time, how many versions to keep, the directory. */
  readonly settings: () => FailoverSettings;
  readonly link: LinkRequests;
  readonly audit: (event: NewAuditEvent) => void;
  /** The status of a server's backups changed; a new good version is read at once by who needs it. */
  readonly changed: (serverId: string) => void;
  readonly alarm: (alarm: { readonly code: ErrorCode; readonly serverId: string; readonly text: string; readonly on: boolean }) => void;
}

/** Requests to the agent of a monitored server, wherever the connection just is. */
export type LinkRequests = Pick<Links, 'request' | 'bulk'>;

/** Does a camera's host answer the failover server (RTSP OPTIONS, any status)? No credentials are sent. */
export interface CameraCheck {
  answers(url: string, timeoutMs: number): Promise<boolean>;
}

/** The failover server's own footage store; the engine's writer ports are the composition root's business. */
export type FailoverStore = Omit<FootageStore, 'writerPort' | 'close'>;

/** Called at every durable step; a test or the chaos runner makes one of them never return. */
export type Failpoint = (name: string) => void;

export interface FailoverPorts {
  readonly database: Sql;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly recording: Recording;
  readonly store: FailoverStore;
  /** The path that `store` was opened at: a changed setting is used from the next start on. */
  readonly storePath: string;
  /** False until the store path is there; no camera is opened before. Missing: it is. */
  readonly storeReady?: () => boolean;
  readonly cameraCheck: CameraCheck;
  readonly backups: (needs: BackupsNeeds) => Backups;
  readonly failpoint: Failpoint;
  /** For stories: the time-outs' clock runs so many times faster; left out: 1. */
  readonly policyClock?: number;
  readonly afterPoll: AfterPoll;
}
