/** Left alone, does the world come to rest as it should? (I6: never stuck; I8: served or queued.) */
import { roleName } from '../role/step.ts';
import type { RoleState } from '../role/types.ts';
import { movesOf, type Move, type Scope, type ServerWorld, type World } from './world.ts';

const nothing = { fails: 0, cuts: 0, crashes: 0, people: 0, backups: 0, storms: 0 };
const roundsAllowed = 60;

export class Rest {
  readonly #scope: Scope;
  /** Where the worlds of earlier rounds came to rest: many ways lead through the same ones. */
  readonly #known = new Map<string, World | null>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Null, or how it is stuck after all is healed, or with all servers down. */
  broken(world: World): string | null {
    const calm = { ...world, budget: nothing, cut: false, backup: true, storm: false };
    return this.#brokenHealed({ ...calm, servers: world.servers.map((server) => ({ ...server, up: true })) }) ?? this.#brokenDown({ ...calm, servers: world.servers.map(dead) });
  }

  #brokenHealed(world: World): string | null {
    const healed = this.#settle(world);
    if (healed === null) return 'I6 it never comes to rest after everything is healed';
    const stuck = healed.servers.find(({ role }) => !(role.kind === 'standby' && role.blocked === null) && !(role.kind === 'active' && role.takeOver.pinned !== null));
    return stuck === undefined ? null : `I6 it is stuck in ${roleName(stuck.role)} after everything is healed`;
  }

  #brokenDown(world: World): string | null {
    const down = this.#settle(world);
    if (down === null) return 'I6 it never comes to rest with all servers down';
    return down.servers.map((server) => this.#brokenServer(down, server.role, server.sessions)).find((text) => text !== null) ?? null;
  }

  #brokenServer(world: World, role: RoleState, sessions: readonly string[]): string | null {
    if (role.kind === 'standby' && role.blocked === 'stopped by a person') return null;
    const used = world.servers.reduce((sum, server) => sum + server.sessions.length, 0);
    if (role.kind === 'queued' && this.#scope.capacity !== null && used >= this.#scope.capacity) return null;
    if (role.kind !== 'active') return `I8 a failed server ends ${roleName(role)}`;
    if (role.takeOver.cameras.some((duty) => duty.stage !== 'recording' && duty.stage !== 'waiting')) return 'I6 a camera is neither recorded nor waiting';
    const recorded = role.takeOver.cameras.filter((duty) => duty.stage === 'recording').map((duty) => duty.id).sort();
    return JSON.stringify(recorded) === JSON.stringify(sessions) ? null : 'I6 sessions and role differ';
  }

  /** Everything that can happen by itself happens in turn, until nothing changes. */
  #settle(start: World): World | null {
    const passed: string[] = [];
    let world = start;
    let end: World | null = null;
    for (let round = 0; round < roundsAllowed; round += 1) {
      const key = JSON.stringify(world.servers);
      const known = this.#known.get(key);
      if (known !== undefined) {
        end = known;
        break;
      }
      passed.push(key);
      let next = this.#round(world, /^(?!.*much later)/);
      // Nothing happens any more: time passes.
      if (JSON.stringify(next.servers) === key) next = this.#round(next, /much later/);
      if (JSON.stringify(next.servers) === key) {
        end = world;
        break;
      }
      world = next;
    }
    for (const key of passed) this.#known.set(key, end);
    return end;
  }

  #round(start: World, which: RegExp): World {
    let world = this.#runAll(start);
    for (const { name } of this.#moves(world)) {
      if (!which.test(name)) continue;
      const move = this.#moves(world).find((one) => one.name === name);
      if (move !== undefined) world = this.#runAll(move.next());
    }
    return world;
  }

  /** The executor works its effects off. */
  #runAll(start: World): World {
    let world = start;
    for (let busy = 0; busy < 100 && world.servers.some((server) => server.queue.length > 0); busy += 1) world = this.#moves(world)[0]?.next() ?? world;
    return world;
  }

  /** No new faults, no people. */
  #moves(world: World): readonly Move[] {
    return movesOf(this.#scope, world).filter((move) => !/comes up/.test(move.name));
  }
}

function dead(server: ServerWorld): ServerWorld {
  return { ...server, up: false, writes: server.writes.map(() => 0 as const) };
}
