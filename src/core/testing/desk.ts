/** A role in a test: facts are plain fields, effects are collected. */
import { advance, noAdvances } from '../detector/advances.ts';
import { startDetector } from '../detector/start.ts';
import type { DetectorState, FailReason } from '../detector/types.ts';
import { role, startRole } from '../role/role.ts';
import type { BackupCamera, RoleEffect, RoleEvent, RoleFacts, RoleState, RoleStep } from '../role/types.ts';
import { settingsWith } from './watch.ts';

export type RoleRun = (state: RoleState, event: RoleEvent, facts: RoleFacts) => RoleStep;

const base = startDetector('server', { seenAlive: true, instance: 'instance-1' }, 0, settingsWith());

/** Detector states as facts for the role; what they are made of does not matter to it. */
export const seen = {
  neverSeen: base,
  alive: { ...base, kind: 'alive', outage: null, aliveSinceMs: 0 } as DetectorState,
  /** Back, but not yet for the hold-down. */
  back: { ...base, kind: 'alive', outage: { sinceMs: 0, clockFromMs: 0, normalSinceMs: null, losses: 1, outlived: 0 }, aliveSinceMs: 0 } as DetectorState,
  suspect: { ...base, kind: 'suspect', deadlineMs: null } as DetectorState,
  connected: { ...base, kind: 'connected', deadlineMs: 300_000 } as DetectorState,
  started: { ...base, kind: 'started', deadlineMs: 300_000 } as DetectorState,
  normalShutdown: { ...base, kind: 'normal shutdown', deadlineMs: 900_000, reason: 'update' } as DetectorState,
  abnormalShutdown: { ...base, kind: 'abnormal shutdown', deadlineMs: 300_000 } as DetectorState,
  failed: (reason: FailReason): DetectorState => ({ ...base, kind: 'failed', reason }) as DetectorState,
} as const;

export const cameras: readonly BackupCamera[] = [
  { id: 'cam-b', priority: 2, singleSession: false },
  { id: 'cam-a', priority: 1, singleSession: false },
  { id: 'cam-s', priority: 3, singleSession: true },
];

export function factsWith(fields: Partial<RoleFacts> = {}): RoleFacts {
  return {
    atMs: 0,
    serverName: 'Gate',
    detector: seen.alive,
    automaticTakeOver: true,
    automaticRestore: true,
    maintenance: false,
    storm: false,
    backup: { usable: true, backupId: 'backup-1', cameras },
    room: { cameras: cameras.map((camera) => camera.id), why: '' },
    store: 'ok',
    heardOut: true,
    withoutFramesMs: {},
    newId: 'take-over-1',
    ...fields,
  };
}

export class Desk {
  state: RoleState;
  facts: RoleFacts;
  readonly effects: RoleEffect[] = [];
  #request = 0;
  readonly #run: RoleRun;

  constructor(fields: Partial<RoleFacts> = {}, run: RoleRun = role) {
    this.facts = factsWith(fields);
    this.state = startRole('server', 0);
    this.#run = run;
  }

  given(fields: Partial<RoleFacts>): this {
    this.facts = { ...this.facts, ...fields };
    return this;
  }

  send(event: RoleEvent): this {
    const step = this.#run(this.state, event, this.facts);
    this.state = step.state;
    this.effects.push(...step.effects);
    return this;
  }

  /** Looks until it rests, as the executor does. */
  look(fields: Partial<RoleFacts> = {}): this {
    this.given(fields);
    for (let times = 0; times < 10; times += 1) {
      const before = this.effects.length;
      this.send({ type: 'look' });
      if (!this.effects.slice(before).some((effect) => effect.kind === 'persist')) return this;
    }
    throw new Error('the role does not come to rest');
  }

  after(ms: number, fields: Partial<RoleFacts> = {}): this {
    return this.look({ ...fields, atMs: this.facts.atMs + ms });
  }

  taken(): readonly RoleEffect[] {
    return this.effects.splice(0);
  }

  press(what: 'take over' | 'reset' | 'stop' | 'remove', typedName: string | null = null, forMaintenance = false): string {
    this.#request += 1;
    const request = { request: `request-${this.#request}`, by: 'Ada', typedName };
    if (what === 'take over') this.send({ ...request, type: 'take over pressed', forMaintenance });
    else this.send({ ...request, type: `${what} pressed` } as RoleEvent);
    const answer = this.effects.findLast((effect) => effect.kind === 'answer' && effect.request === request.request);
    if (answer?.kind !== 'answer') return 'no answer';
    return answer.result.ok ? 'ok' : answer.result.code;
  }

  recorded(...ids: readonly string[]): this {
    for (const camera of ids) this.send({ type: 'camera recorded', camera });
    return this;
  }

  letGo(...ids: readonly string[]): this {
    for (const camera of ids) this.send({ type: 'camera let go', camera });
    return this;
  }

  /** The recorder has written these cameras without a break for `runMs`, and still does. */
  proves(ids: readonly string[], runMs = 5000, gopMs: number | null = 2000): this {
    const nowUs = this.facts.atMs * 1000;
    const advances = advance(noAdvances, ids, ids.map(() => nowUs), this.facts.atMs);
    this.given({ detector: { ...this.facts.detector, advances } });
    return this.send({ type: 'progress', cameras: ids.map((id) => ({ id, newestUs: nowUs, sinceUs: nowUs - runMs * 1000, ...(gopMs === null ? {} : { gopMs }) })) });
  }

  stages(): Readonly<Record<string, string>> {
    if (!('takeOver' in this.state)) return {};
    return Object.fromEntries(this.state.takeOver.cameras.map((duty) => [duty.id, duty.stage]));
  }

  get kind(): string {
    if (this.state.kind === 'held') return `held (${this.state.because})`;
    return this.state.kind === 'standby' && this.state.blocked !== null ? `standby (${this.state.blocked})` : this.state.kind;
  }
}

/** Taken over for a crash, every camera recorded. */
export function activeDesk(fields: Partial<RoleFacts> = {}, run: RoleRun = role): Desk {
  const desk = new Desk({ detector: seen.failed('crash loop'), ...fields }, run).look().recorded('cam-a', 'cam-b', 'cam-s');
  desk.taken();
  return desk;
}
