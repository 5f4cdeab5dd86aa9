import { role, startRole } from '../../core/role/role.ts';
import { resume } from '../../core/role/resume.ts';
import type { RoleEffect, RoleEvent, RoleFacts, RoleState } from '../../core/role/types.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { saveState } from '../db/states.ts';
import { auditEvent } from '../machine-events.ts';
import { runOne } from '../monitor/monitor.ts';
import type { Failpoint } from '../ports.ts';
import type { Trail } from '../trail.ts';

type Persist = Extract<RoleEffect, { readonly kind: 'persist' }>;
type Own = 'persist' | 'answer';

/** Effects that leave the role's shell; a new effect of the machine without an executor does not compile. */
export type RoleExecutors = { readonly [K in Exclude<RoleEffect['kind'], Own>]: (effect: Extract<RoleEffect, { kind: K }>) => void };

export interface RolesParts {
  readonly sql: Sql;
  readonly trail: Trail;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly failpoint: Failpoint;
  /** What is true now; `role` is this server's present state. */
  readonly facts: (serverId: string, newId: string) => RoleFacts;
  readonly execute: RoleExecutors;
  /** A new state is durable and in force; before the effects behind it are run. */
  readonly moved: (before: RoleState, now: RoleState) => void;
  readonly nameOf: (serverId: string) => string | null;
  readonly outageOf: (serverId: string) => string | null;
}

interface Asker {
  readonly resolve: (text: string) => void;
  readonly reject: (error: UnderstudyError) => void;
}

/**
 * The shell around the roles: makes facts, steps, persists first, then acts (I6). Executors report
 * only by new events, which wait their turn in one queue: a step never runs inside another.
 */
export class Roles {
  readonly #parts: RolesParts;
  readonly #states = new Map<string, RoleState>();
  readonly #askers = new Map<string, Asker>();
  readonly #queue: { readonly serverId: string; readonly event: RoleEvent }[] = [];
  #draining = false;
  #version = 0;

  constructor(parts: RolesParts) {
    this.#parts = parts;
  }

  add(serverId: string): void {
    this.#set(startRole(serverId, this.#parts.clock.monotonicMs()));
  }

  /** After a restart: goes on where the durable state was cut. */
  resume(persisted: RoleState): void {
    const { state, effects } = resume(persisted, this.#parts.clock.monotonicMs());
    this.#set(state);
    this.#parts.moved(state, state);
    for (const effect of effects) this.#run(effect);
  }

  remove(serverId: string): void {
    this.#states.delete(serverId);
    this.#version += 1;
  }

  #set(state: RoleState): void {
    if (this.#states.get(state.serverId) === state) return;
    this.#states.set(state.serverId, state);
    this.#version += 1;
  }

  /** Rises with every change of any role. */
  get version(): number {
    return this.#version;
  }

  state(serverId: string): RoleState | undefined {
    return this.#states.get(serverId);
  }

  states(): readonly RoleState[] {
    return [...this.#states.values()];
  }

  step(serverId: string, event: RoleEvent): void {
    this.#queue.push({ serverId, event });
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#stepOne(next.serverId, next.event);
    } finally {
      this.#draining = false;
    }
  }

  /** A person's request; resolves with what is done now, rejects with the role's refusal. */
  ask(serverId: string, make: (request: string) => RoleEvent): Promise<string> {
    const request = this.#parts.random.id();
    return new Promise((resolve, reject) => {
      this.#askers.set(request, { resolve, reject });
      this.step(serverId, make(request));
    });
  }

  #stepOne(serverId: string, event: RoleEvent): void {
    const before = this.#states.get(serverId);
    if (before === undefined) return;
    const step = role(before, event, this.#parts.facts(serverId, this.#parts.random.id()));
    const [first, ...rest] = step.effects;
    if (first?.kind !== 'persist') {
      this.#set(step.state);
      for (const effect of step.effects) this.#run(effect);
      return;
    }
    if (!this.#persist(before, first)) {
      this.#refuse(event);
      return;
    }
    this.#set(step.state);
    this.#parts.moved(before, step.state);
    for (const effect of rest) {
      this.#run(effect);
      this.#parts.failpoint(`${effect.kind}: done`);
    }
    // Run it until it rests: the step may have changed what the next look finds.
    this.#queue.push({ serverId, event: { type: 'look' } });
  }

  /** State and audit in one transaction. False: the disk refused, the old state stays in force. */
  #persist(before: RoleState, effect: Persist): boolean {
    const { sql, trail, clock, failpoint, nameOf, outageOf } = this.#parts;
    const { state } = effect;
    const name = nameOf(state.serverId);
    const change = `${before.kind} to ${state.kind}`;
    failpoint(`${change}: before persist`);
    try {
      trail.commit(
        () => saveState(sql, state.serverId, 'role', state, clock.wallMs()),
        effect.audit.map((entry) => auditEvent(entry, name, outageOf(state.serverId))),
      );
    } catch (error) {
      this.#parts.log.error({ server: state.serverId, error: (error as Error).message }, 'The role could not be written; it stays as it was.');
      trail.raise('store.io', null, `The failover server's database cannot be written: ${(error as Error).message}. Free space on the disk of the data folder.`);
      return false;
    }
    failpoint(`${change}: persisted`);
    return true;
  }

  #run(effect: RoleEffect): void {
    if (effect.kind === 'persist') return;
    if (effect.kind !== 'answer') {
      runOne(this.#parts.execute, effect);
      return;
    }
    const asker = this.#askers.get(effect.request);
    this.#askers.delete(effect.request);
    const { result } = effect;
    if (result.ok) asker?.resolve(result.text);
    else asker?.reject(new UnderstudyError(result.code, result.text));
  }

  /** The person behind a step that the disk refused must not wait for ever. */
  #refuse(event: RoleEvent): void {
    if (!('request' in event)) return;
    this.#askers.get(event.request)?.reject(
      new UnderstudyError('store.io', 'The failover server cannot write its database; nothing was changed.', { advice: 'Free space on the disk of the data folder, then try again.' }),
    );
    this.#askers.delete(event.request);
  }
}
