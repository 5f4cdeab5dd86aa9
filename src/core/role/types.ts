/**
 * The role of a failover server for one monitored server (docs/role.md).
 * `role(state, event, facts) → { state, effects }` in role.ts; no clock, no I/O.
 *
 * **Facts, not memories.** What is true now (detector, switches, backup, room) comes with every call,
 * so nothing is lost if an event was; `look` means: facts may have changed, or time went by. Send it
 * after every detector step and at least once a second.
 *
 * **Durable before acted on (I6).** A step that decides something has `persist` as its first effect.
 * The executor writes that state and its audit rows in ONE transaction (`synchronous=FULL`) and only
 * then runs the effects behind it, in order. If the transaction fails, the whole step is dropped: the
 * old state stays in force, none of the effects is run, the executor raises an alarm and sends `look`
 * again later. A step without `persist` changes at most when something is asked again: keep its state
 * in memory. Every other effect is idempotent. After a restart `resume(persisted, atMs)` gives the
 * state and the effects with which a take-over or restore goes on, wherever it was cut.
 *
 * **Run it until it rests.** After a step that persisted, make new facts (the plan may have changed)
 * and send `look` again, until a `look` changes nothing.
 */
import type { AuditEntry, ClearAlarm, RaiseAlarm } from '../effects.ts';
import type { CameraReport, DetectorState, FailReason } from '../detector/types.ts';
import type { Millis } from '../units.ts';

/** Why a take-over happens. */
export type TakeOverCause =
  | { readonly kind: 'automatic'; readonly reason: FailReason }
  | {
      readonly kind: 'manual';
      readonly by: string;
      /** The server's name was typed: it is wanted even while the server is alive. */
      readonly confirmed: boolean;
      /** Pinned only until the maintenance ends. */
      readonly forMaintenance: boolean;
    };

/** One camera during a take-over. `isOurs` (duties.ts) says who owns it (I12). */
export const cameraStages = [
  /** No room for it (capacity); the queue shows it. */
  'waiting',
  /** Told to record; no frame on disk yet. A camera that cannot be reached stays here and is retried. */
  'taking',
  /** Frames were on disk in this take-over. */
  'recording',
  /** Single session only: we let go so that the recorder can prove itself; comes back to us if it does not. */
  'lent',
  /** The recorder proved it (or a person stopped us): ours no more, our last file is being closed. */
  'letting go',
  /** Closed; the monitored server's alone. */
  'returned',
] as const;
export type CameraStage = (typeof cameraStages)[number];

export interface CameraDuty {
  readonly id: string;
  /** 1 = first. The list is kept in this order. */
  readonly priority: number;
  /** Allows one session at a time: handed over break-before-make, one after the other. */
  readonly singleSession: boolean;
  readonly stage: CameraStage;
  /** `lent`: give up waiting for the proof then; otherwise not to be lent again before. Monotonic, null: none. */
  readonly untilMs: Millis | null;
  /** Times it was lent in vain. */
  readonly lentInVain: number;
}

export interface TakeOver {
  /** From `facts.newId`; names the outage report, folder entries and audit rows. */
  readonly id: string;
  readonly cause: TakeOverCause;
  /** Settings backup that is recorded from. */
  readonly backupId: string;
  /** No automatic restore while pinned: by hand until Reset, or until the maintenance ends. */
  readonly pinned: 'by hand' | 'for maintenance' | null;
  readonly cameras: readonly CameraDuty[];
}

/** Why a server that needs a take-over gets none; visible and alarmed. */
export type Blocked =
  | 'automatic take-over is off'
  | 'maintenance'
  | 'no usable backup'
  | 'no cameras'
  | 'stopped by a person'
  | 'store';

export type HoldReason = 'many servers silent' | 'asking cameras' | 'no camera answers';

export type RoleState = { readonly serverId: string; readonly sinceMs: Millis } & (
  | { readonly kind: 'standby'; readonly blocked: Blocked | null }
  /** Wants to take over, holds back. Asks the cameras every few seconds. */
  | {
      readonly kind: 'held';
      readonly cause: TakeOverCause;
      readonly because: HoldReason;
      readonly askedMs: Millis | null;
      /** Since when they answer, while the server itself is still listened for. */
      readonly answeredMs: Millis | null;
    }
  /** Would take over, no room. */
  | { readonly kind: 'queued'; readonly cause: TakeOverCause; readonly why: string }
  /** Cameras are being opened, none is on disk yet. */
  | { readonly kind: 'taking over'; readonly takeOver: TakeOver }
  | { readonly kind: 'active'; readonly takeOver: TakeOver }
  /** Camera by camera back to the monitored server, each after its proof. `overdue`: some are not brought back. */
  | { readonly kind: 'restoring'; readonly takeOver: TakeOver; readonly overdue: boolean }
  /** Letting every camera go without a proof: a person said so, or the server was removed. */
  | { readonly kind: 'stopping'; readonly takeOver: TakeOver; readonly why: 'stopped by a person' | 'removed' }
  /** The server was removed from the list; nothing of it is active any more. Final. */
  | { readonly kind: 'removed' }
);
export type RoleKind = RoleState['kind'];

/** A person's request; the answer comes as an `answer` effect with the same `request`. */
export interface PersonRequest {
  readonly request: string;
  readonly by: string;
  /** What was typed to confirm; must be the server's name where a confirmation is needed. */
  readonly typedName: string | null;
}

export type RoleEvent =
  | { readonly type: 'look' }
  | (PersonRequest & { readonly type: 'take over pressed'; readonly forMaintenance: boolean })
  | (PersonRequest & { readonly type: 'reset pressed' })
  | (PersonRequest & { readonly type: 'stop pressed' })
  | (PersonRequest & { readonly type: 'remove pressed' })
  /** Answers to the effect `ask cameras`. */
  | { readonly type: 'cameras answered'; readonly camera: string }
  | { readonly type: 'no camera answered' }
  /** The first frame of this take-over is on disk. */
  | { readonly type: 'camera recorded'; readonly camera: string }
  /** Recording of this camera ended in order, its last file is closed. */
  | { readonly type: 'camera let go'; readonly camera: string }
  /** A keep-alive of the recorder: what it proves, camera by camera. */
  | { readonly type: 'progress'; readonly cameras: readonly CameraReport[] };
export type RoleEventType = RoleEvent['type'];

/** A camera of the usable backup, as far as the role needs it. */
export interface BackupCamera {
  readonly id: string;
  readonly priority: number;
  readonly singleSession: boolean;
}

export type BackupFact =
  | { readonly usable: true; readonly backupId: string; readonly cameras: readonly BackupCamera[] }
  /** `why` for people: never backed up, corrupt, newer schema, held for confirmation. */
  | { readonly usable: false; readonly why: string };

/** What the plan (plan.ts) grants this server now. */
export interface RoomFact {
  readonly cameras: readonly string[];
  /** Why the others wait; empty if all fit. */
  readonly why: string;
}

/** What is true now; made anew for every call. */
export interface RoleFacts {
  readonly atMs: Millis;
  /** The server's name: what a person must type to confirm. */
  readonly serverName: string;
  readonly detector: DetectorState;
  readonly automaticTakeOver: boolean;
  readonly automaticRestore: boolean;
  readonly maintenance: boolean;
  /** This server is held by the observer's storm rule. */
  readonly storm: boolean;
  readonly backup: BackupFact;
  readonly room: RoomFact;
  /** The store path can be written; else what is wrong with it. */
  readonly store: 'ok' | { readonly trouble: string };
  /**
   * While the server is silent, one of its cameras has answered us for so long that the server itself would have been
   * heard, too: our own network works, and did not come back just now.
   */
  readonly heardOut: boolean;
  /** Per camera that is ours: for how long no frame of it has come here. One that is not in it was not asked yet. */
  readonly withoutFramesMs: Readonly<Record<string, Millis>>;
  /** A fresh id for a take-over that may begin in this step. */
  readonly newId: string;
}

/** Codes of contract/errors that a person's request can be refused with. */
export type RefusalCode =
  | 'role.already-running'
  | 'role.server-alive'
  | 'role.server-offline'
  | 'role.not-taken-over'
  | 'role.no-backup'
  | 'role.confirm'
  | 'store.missing';

export type RoleEffect =
  /** The barrier: see the top. Always first. */
  | { readonly kind: 'persist'; readonly state: RoleState; readonly audit: readonly AuditEntry[] }
  /** Does a camera of this server answer us? Report `cameras answered` at the first, or `no camera answered`. */
  | { readonly kind: 'ask cameras'; readonly serverId: string; readonly backupId: string }
  /** Open and record this camera into this server's folder, retrying for ever; harmless if it already is. */
  | { readonly kind: 'take camera'; readonly serverId: string; readonly takeOverId: string; readonly backupId: string; readonly camera: string }
  /** End the recording of this camera in order; report `camera let go`, also if it was not recorded. */
  | { readonly kind: 'let camera go'; readonly serverId: string; readonly takeOverId: string; readonly camera: string }
  /** Ask the recorder to leave a single-session camera to us (`cameras.release`); a dead recorder need not answer. */
  | { readonly kind: 'release on recorder'; readonly serverId: string; readonly cameras: readonly string[] }
  /** Ask the recorder to take it again (`cameras.resume`). */
  | { readonly kind: 'resume on recorder'; readonly serverId: string; readonly cameras: readonly string[] }
  /** The take-over is over and everything is closed: make the outage report, offer copy back. */
  | { readonly kind: 'take-over ended'; readonly serverId: string; readonly takeOverId: string }
  /** The server may be forgotten now; its footage stays and stays listed (O09). */
  | { readonly kind: 'forget server'; readonly serverId: string }
  | { readonly kind: 'answer'; readonly request: string; readonly result: { readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: RefusalCode; readonly text: string } }
  | RaiseAlarm
  | ClearAlarm;

export interface RoleStep {
  readonly state: RoleState;
  readonly effects: readonly RoleEffect[];
}

/** What the recording engine shall do with one camera: the sum of detector and role (wish.ts). */
export type RecordingWish =
  /** No session. */
  | 'off'
  /** Hot standby: a session and a pre-roll ring, nothing on disk. */
  | 'standby'
  /** Ring flushed to disk and writing goes on; kept until the recorder is proven to have it. */
  | 'provisional'
  | 'taken over';
