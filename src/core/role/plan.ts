/**
 * Who has room (I8): priority among servers, then among cameras. What runs is never pre-empted; what
 * does not fit waits with a reason. docs/role.md, F80–F86.
 */
import type { Millis } from '../units.ts';
import { takeOverOf } from './duties.ts';
import type { RoleState, RoomFact } from './types.ts';

/** What this failover server can carry; null: not limited. */
export interface Capacity {
  readonly cameras: number | null;
  readonly bitsPerSecond: number | null;
  /** Free on the store path, with what retention may delete. */
  readonly freeBytes: number | null;
  /** How long everything that runs must fit on the disk. */
  readonly diskMs: Millis;
}

export interface PlannedCamera {
  readonly id: string;
  readonly priority: number;
  /** Measured peak, or assumed. */
  readonly bitsPerSecond: number;
}

export interface PlannedServer {
  readonly serverId: string;
  /** 1 = first. */
  readonly priority: number;
  readonly cameras: readonly PlannedCamera[];
  /** Cameras with a session of ours now, or owed one; never taken away by the plan. */
  readonly running: readonly string[];
  /** It asks for room for the cameras that do not run. */
  readonly wants: boolean;
}

export interface Grant extends RoomFact {
  readonly serverId: string;
  /** Cameras that wait, in order of priority. */
  readonly waiting: readonly string[];
}

/** One grant for each server, in the order of the queue. */
export function plan(servers: readonly PlannedServer[], capacity: Capacity): readonly Grant[] {
  const used = new Usage(capacity);
  for (const server of servers) for (const camera of server.cameras) if (server.running.includes(camera.id)) used.add(camera);
  return [...servers].sort((a, b) => a.priority - b.priority || compareIds(a.serverId, b.serverId)).map((server) => grantOf(server, used));
}

function grantOf(server: PlannedServer, used: Usage): Grant {
  const cameras: string[] = [];
  const waiting: string[] = [];
  let why = '';
  for (const camera of [...server.cameras].sort((a, b) => a.priority - b.priority || compareIds(a.id, b.id))) {
    if (server.running.includes(camera.id)) {
      cameras.push(camera.id);
      continue;
    }
    const full = server.wants ? used.whyFull(camera) : 'It asks for no room.';
    if (full === null) {
      used.add(camera);
      cameras.push(camera.id);
    } else {
      waiting.push(camera.id);
      why = why === '' ? full : why;
    }
  }
  return { serverId: server.serverId, cameras, waiting, why };
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

class Usage {
  readonly #capacity: Capacity;
  #cameras = 0;
  #bits = 0;

  constructor(capacity: Capacity) {
    this.#capacity = capacity;
  }

  add(camera: PlannedCamera): void {
    this.#cameras += 1;
    this.#bits += camera.bitsPerSecond;
  }

  /** Null: there is room for this camera. */
  whyFull(camera: PlannedCamera): string | null {
    const { cameras, bitsPerSecond, freeBytes, diskMs } = this.#capacity;
    const bits = this.#bits + camera.bitsPerSecond;
    if (cameras !== null && this.#cameras + 1 > cameras) return `No room: all ${cameras} cameras that this failover server can record are in use.`;
    if (bitsPerSecond !== null && bits > bitsPerSecond)
      return `No room: ${megabits(this.#bits)} of ${megabits(bitsPerSecond)} Mbit/s are in use, ${camera.id} needs ${megabits(camera.bitsPerSecond)}.`;
    if (freeBytes !== null && (bits / 8) * (diskMs / 1000) > freeBytes) return `No room: the disk would be full within ${Math.round(diskMs / 3_600_000)} h.`;
    return null;
  }
}

function megabits(bits: number): string {
  return (bits / 1e6).toFixed(1);
}

/** What a role state means to the plan. Held because no camera answers or because of a storm: no room is kept for it. */
export function roomWish(state: RoleState): Pick<PlannedServer, 'running' | 'wants'> {
  const takeOver = takeOverOf(state);
  if (takeOver === null) return { running: [], wants: state.kind === 'queued' || (state.kind === 'held' && state.because === 'asking cameras') };
  // Returned ones count while the restore can still be taken back.
  const running = takeOver.cameras.filter((duty) => duty.stage !== 'waiting').map((duty) => duty.id);
  return { running, wants: state.kind === 'taking over' || state.kind === 'active' };
}
