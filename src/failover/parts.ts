import type { KeepAlive } from '../contract/beat.ts';
import type { Progress } from '../contract/link.ts';
import type { Desk } from './recording/desk.ts';
import type { Directory } from './directory.ts';
import type { Documents } from './documents.ts';
import type { Links } from './link/contract.ts';
import type { Monitor } from './monitor/monitor.ts';
import type { Outages } from './outages/outages.ts';
import type { Backups, FailoverPorts } from './ports.ts';
import type { CameraWatch } from './roles/camera-watch.ts';
import type { Roles } from './roles/roles.ts';
import type { Standby } from './recording/standby.ts';
import type { Trail } from './trail.ts';

/** What one monitored server's last keep-alive proved. */
export interface LastProgress {
  readonly progress: Progress;
  /** What of the recorder's settings files does not fit; beats of one keep-alive share it. */
  readonly settingsProblems: KeepAlive['settingsProblems'];
  /** Monotonic, when it was read. */
  readonly atMs: number;
  readonly wallMs: number;
  /** The agent's wall clock when it sent it. */
  readonly sentWallMs: number;
  /** When the vault was last told of the digest, and when rates were last learnt from it. */
  readonly remindedMs: number;
  readonly learntMs: number;
}

/** Everything that one failover server is made of. Made once, in `server.ts`. */
export interface Parts {
  readonly ports: FailoverPorts;
  readonly trail: Trail;
  readonly directory: Directory;
  readonly documents: Documents;
  readonly monitor: Monitor;
  readonly roles: Roles;
  readonly cameraWatch: CameraWatch;
  readonly standby: Standby;
  readonly desk: Desk;
  readonly outages: Outages;
  readonly links: Links;
  readonly backups: Backups;
  readonly progress: Map<string, LastProgress>;
  /** Of each maintenance its end by our monotonic clock as well, for when the wall clock is set meanwhile. */
  readonly maintenanceEnds: Map<string, { readonly untilMs: number; readonly endMs: number }>;
  /** When (monotonic) each recorder was last asked to leave us the cameras that allow one session, or to take them again. */
  readonly askedToLeaveMs: Map<string, number>;
  /** New settings were seen: the rules of retention are worked out anew with the next look, once for all servers. */
  readonly retention: { stale: boolean };
}
