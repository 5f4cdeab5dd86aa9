/**
 * The failover server as an object: what `startFailover` returns and what the HTTP API, the command
 * line and the simulated world talk to. Everything read is plain data; everything that is refused is
 * thrown as an `UnderstudyError` with a stable code. Times: wall clock in ms where named `…Ms`.
 */
import type { DetectorKind, FailReason } from '../core/detector/types.ts';
import type { Storm } from '../core/observer/types.ts';
import type { CameraDuty, RoleKind } from '../core/role/types.ts';
import type { CameraKey } from '../core/units.ts';
import type { CameraStatus, FootageBatch } from '../video/contract.ts';
import type { Backups, BackupStatus, FailoverStore, LinkRequests, Refusal } from './ports.ts';
import type { Reason, SayWith } from '../contract/api/common.ts';
import type { AuditEvent } from '../contract/api/events.ts';
import type { AuditFilter, NewAuditEvent } from './db/audit.ts';
import type { HandBack, OutageFilter, OutageRecord, OutageRun, OutageStep } from './db/outages.ts';
import type { Maintenance } from './db/servers.ts';
import type { StoredSettings } from './db/settings.ts';
import type { ClockStep } from './recording/clock-watch.ts';

/** Who asked: shown in the audit log. */
export interface Who {
  readonly who: string;
}

/** A command as the screen shows it: disabled *with a reason* instead of hidden. */
export interface Capability {
  readonly allowed: boolean;
  /** The server's name must be typed first. */
  readonly confirm: boolean;
  /** Why it is not allowed, or what the confirmation is about. */
  readonly reason: string | null;
  /** The same as a code with its parts. */
  readonly because?: Reason;
}

export interface Capabilities {
  readonly takeOver: Capability;
  readonly reset: Capability;
  readonly stopRecording: Capability;
  readonly maintenance: Capability;
  readonly remove: Capability;
  readonly edit: Capability;
  readonly backup: Capability;
}

/** One camera of a monitored server, as both machines see it. */
export interface CameraView {
  readonly id: string;
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  readonly enabled: boolean;
  readonly priority: number;
  readonly maxSessions: number | null;
  /** How long its footage is kept, by its owner's rule; null: no rule is known. */
  readonly keepDays: number | null;
  readonly peakBitsPerSecond: number | null;
  /** Longest seen group of pictures; null: not measured. */
  readonly gopMs: number | null;
  readonly standby: 'cold' | 'hot';
  /** Chosen for this camera alone; null: as its server. */
  readonly standbyChoice: 'cold' | 'hot' | null;
  /** Set while a refused second session makes a hot camera cold. */
  readonly standbyReason: string | null;
  /** Hot by choice, and without memory for a pre-roll: cold for now. */
  readonly lacksMemory: boolean;
  /** Who writes it now; both while a restore overlaps. */
  readonly recordedBy: readonly ('monitored server' | 'failover server')[];
  /** What the monitored server's keep-alives say; null while none came. */
  readonly recorder: {
    readonly state: string;
    readonly sinceUs: number | null;
    readonly reason: string | null;
    readonly newestUs: number | null;
    readonly gray: boolean;
    /** The camera's clock minus the recorder's. */
    readonly clockOffsetMs: number | null;
  } | null;
  /** What our own session says; null while we hold none. */
  readonly own: CameraStatus | null;
}

/** The five time-outs' machine, in words. */
export interface DetectorView {
  readonly state: DetectorKind;
  readonly sinceMs: number;
  readonly reason: string | null;
  /** What `reason` is made of beside the code; null where nothing is. */
  readonly with: SayWith | null;
  /** Why it failed, as a code; null in other states. */
  readonly code: FailReason | null;
  /** When the running time-out ends if nothing comes; null: none runs. */
  readonly deadlineMs: number | null;
  /** What happens then. */
  readonly deadlineFor: 'suspect' | 'failed' | 'recovered' | 'warned' | null;
}

export interface RoleView {
  readonly state: RoleKind;
  readonly sinceMs: number;
  /** Why it is held or queued, what the take-over was for. */
  readonly reason: string | null;
  /** `automatic`, or the name of who pressed. */
  readonly by: string | null;
  readonly pinned: boolean;
  /** 1 = next; null: not queued. */
  readonly queuePosition: number | null;
  readonly camerasRecording: number;
  readonly camerasWanted: number;
  /** Not brought back by the recorder in time: they stay with this failover server. */
  readonly camerasKept: number;
  readonly cameras: readonly CameraDuty[];
  readonly outageId: string | null;
}

export interface LinkView {
  readonly connected: boolean;
  readonly authorized: boolean;
  readonly lastLifeSignMs: number | null;
  readonly roundTripMs: number | null;
  /** Agent's wall clock minus ours. */
  readonly clockOffsetMs: number | null;
  readonly error: Refusal | null;
}

export interface ServerView {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly make: string | null;
  readonly makeVersion: string | null;
  readonly priority: number;
  readonly version: number;
  readonly standby: 'cold' | 'hot';
  readonly prerollMs: number;
  readonly copyBack: { readonly enabled: boolean; readonly bitsPerSecond: number };
  /** Since when it is monitored. */
  readonly addedMs: number;
  readonly maintenance: Maintenance | null;
  readonly link: LinkView;
  readonly detector: DetectorView;
  readonly role: RoleView;
  /** `Alive but not recording`. */
  readonly gray: { readonly cameras: readonly string[]; readonly all: boolean; readonly text: string } | null;
  readonly disk: { readonly state: string; readonly freeBytes: number } | null;
  readonly backup: BackupStatus;
  readonly cameras: readonly CameraView[];
  readonly can: Capabilities;
}

export interface NewServer {
  /** Else what the recorder calls itself. */
  readonly name?: string;
  readonly host: string;
  /** 15410 unless told. */
  readonly port?: number;
  readonly priority?: number;
  readonly standby?: 'cold' | 'hot';
  /** Printed by the agent (`understudy agent pair`); proves that both sides mean each other. */
  readonly pairingSecret: string;
  /** Take it from the failover server that protects it now. */
  readonly moveProtection?: boolean;
}

export interface ServerPatch {
  readonly name?: string;
  readonly host?: string;
  readonly port?: number;
  readonly priority?: number;
  readonly standby?: 'cold' | 'hot';
  /** Camera id → choice of its own; null goes back to the server's. */
  readonly cameraStandby?: Readonly<Record<string, 'cold' | 'hot' | null>>;
  readonly copyBack?: { readonly enabled: boolean; readonly bitsPerSecond: number };
  /** The version that was read; another one by now: `input.conflict`. */
  readonly version?: number;
}

export interface Alarm {
  readonly id: string;
  readonly code: string;
  readonly serverId: string | null;
  readonly text: string;
  readonly sinceMs: number;
}

/** One outage, with or without a take-over; the report is made from it. */
export interface OutageView extends OutageRecord {
  readonly steps: readonly OutageStep[];
  readonly runs: readonly OutageRun[];
  readonly handBacks: readonly HandBack[];
  /** The recorder's clock or ours was set: what was recorded before this moment (our wall clock) lies by the clock of before. Null: no step is known. */
  readonly timesSureFromMs: number | null;
}

export interface CapacityView {
  readonly cameras: { readonly used: number; readonly limit: number };
  readonly bitsPerSecond: { readonly used: number; readonly limit: number };
  readonly diskFreeBytes: number;
  readonly prerollBytes: { readonly used: number; readonly limit: number };
}

export type FailoverEvent =
  | { readonly type: 'server'; readonly serverId: string }
  | { readonly type: 'servers' }
  | { readonly type: 'settings' }
  | { readonly type: 'alarms' }
  | { readonly type: 'audit'; readonly event: AuditEvent }
  | { readonly type: 'outage'; readonly outageId: string };

export interface FailoverServer {
  readonly id: string;
  /** SHA-256 of the certificate key that agents pin. */
  readonly fingerprint: string;
  readonly startedMs: number;

  settings(): StoredSettings;
  /** Refuses values outside their range, naming field and rule; nothing is changed then (O04). Without `version`: the newest. */
  changeSettings(change: { readonly version?: number; readonly settings: unknown }, by: Who): StoredSettings;

  servers(): readonly ServerView[];
  server(serverId: string): ServerView;
  /** As `server`, null instead of a refusal. */
  find(serverId: string): ServerView | null;
  /** The monitored server whose agent was paired with this key; null: a stranger. */
  serverOfKey(fingerprint: string): string | null;
  /** Dials, proves the pairing secret, pins the key, becomes the protector, fetches the first backup. */
  addServer(server: NewServer, by: Who): Promise<ServerView>;
  /** Pairs anew with a server that is already in the list (its key was lost, or it moved). */
  authorize(serverId: string, pairingSecret: string, by: Who & { readonly moveProtection?: boolean }): Promise<ServerView>;
  /** Ends the pairing; needs the server's name. */
  deauthorize(serverId: string, by: Who & { readonly confirm?: string }): Promise<ServerView>;
  changeServer(serverId: string, patch: ServerPatch, by: Who): ServerView;
  /** Recording stops in order; footage and backups are kept and listed (O09). */
  removeServer(serverId: string, by: Who & { readonly confirm?: string }): Promise<void>;
  /** New hardware takes identity, settings and failover recordings of `serverId`. */
  replaceServer(serverId: string, with_: { readonly host: string; readonly port?: number; readonly pairingSecret: string }, by: Who): Promise<ServerView>;

  /** *Take over server*. Not offline: `confirm` must be the server's name. Told again: the same operation. */
  takeOver(serverId: string, by: Who & { readonly confirm?: string }): Promise<ServerView>;
  /** *Reset restored server*. */
  reset(serverId: string, by: Who): Promise<ServerView>;
  stopRecording(serverId: string, by: Who & { readonly confirm: string }): Promise<ServerView>;
  /** Maintenance with an end time (O03): the server may be silent, no automatic take-over. Null ends it. */
  maintenance(serverId: string, maintenance: { readonly untilMs: number; readonly note?: string; readonly takeOver?: boolean; readonly confirm?: string } | null, by: Who): Promise<ServerView>;

  /** A camera that waits after refusals is asked again now. */
  retryCamera(serverId: string, cameraId: string, by: Who): void;

  /** Noticed steps of this server's clock and of ours, oldest first. */
  clockSteps(serverId: string): readonly Omit<ClockStep, 'sureFromMs'>[];
  /** Newest first. */
  outages(filter?: OutageFilter): readonly OutageRecord[];
  outage(id: string): OutageView;
  /** Newest first. */
  audit(filter?: AuditFilter): readonly AuditEvent[];
  /** Writes an audit row for what is carried out elsewhere (a backup, a roll back, a lock). */
  note(event: NewAuditEvent): void;
  alarms(): readonly Alarm[];
  /** Set while many servers are silent at once and take-overs are held. */
  storm(): Storm | null;
  capacity(): CapacityView;

  readonly backups: Backups;
  readonly store: FailoverStore;
  /** The path that `store` was opened at; the setting may name the one of the next start. */
  readonly storePath: string;
  /** What a camera sends that is kept hot; null where the engine cannot tell (the simulated world). */
  watch(camera: CameraKey, gone: AbortSignal): AsyncIterable<FootageBatch> | null;
  readonly link: LinkRequests;

  onEvent(listener: (event: FailoverEvent) => void): () => void;
  /** In order: no more decisions, links closed, roles persisted, footage finished. A restart goes on. */
  stop(): Promise<void>;
}
