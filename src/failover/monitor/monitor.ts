import { detector } from '../../core/detector/detector.ts';
import { quietUntilMs, silenceOf } from '../../core/detector/questions.ts';
import { startDetector } from '../../core/detector/start.ts';
import type { DetectorEffect, DetectorEvent, DetectorMemory, DetectorSettings, DetectorState } from '../../core/detector/types.ts';
import { observer, startObserver } from '../../core/observer/observer.ts';
import type { ObserverEffect, ObserverEvent, ObserverState, Silence } from '../../core/observer/types.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { LinkEvent } from '../link/contract.ts';
import { detectorEvent } from './signs.ts';

/** The effects that leave the monitor; a new effect of the machine without an executor does not compile. */
export type DetectorExecutors = {
  readonly [K in Exclude<DetectorEffect['kind'], 'refuse connection'>]: (effect: Extract<DetectorEffect, { kind: K }>) => void;
};
export type ObserverExecutors = {
  readonly [K in Exclude<ObserverEffect['kind'], 're-arm' | 'judge'>]: (effect: Extract<ObserverEffect, { kind: K }>) => void;
};

export interface MonitorParts {
  readonly clock: Clock;
  readonly settings: () => DetectorSettings;
  readonly execute: DetectorExecutors;
  readonly executeObserver: ObserverExecutors;
  /** A detector made a step: the role looks, the screen is told. Called after the effects. */
  readonly stepped: (serverId: string, before: DetectorState, now: DetectorState, event: DetectorEvent) => void;
  readonly refuse: (serverId: string, connection: number, code: 'link.identity-twice', text: string) => void;
  readonly tickMs: number;
}

/**
 * The shell around the detectors and the observer. Link events come in as they are read, already
 * stamped; `round` judges, and is called only after all sockets were read (DESIGN §4).
 */
export class Monitor {
  readonly #parts: MonitorParts;
  readonly #states = new Map<string, DetectorState>();
  #observer: ObserverState = startObserver;
  /** The held servers, to be asked one by one: in a storm there are many. */
  #storm: { readonly servers: readonly string[]; readonly ids: ReadonlySet<string> } = { servers: [], ids: new Set() };
  /** Connection of the newest welcome, which the detector may refuse. */
  #welcoming = -1;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
  }

  /** `wasDown`: it had failed, was taken over or in maintenance before this start. */
  add(serverId: string, memory: DetectorMemory, wasDown = false): void {
    this.#states.set(serverId, startDetector(serverId, memory, this.#parts.clock.monotonicMs(), this.#parts.settings(), wasDown));
  }

  remove(serverId: string): void {
    this.#states.delete(serverId);
  }

  state(serverId: string): DetectorState {
    const state = this.#states.get(serverId);
    if (state === undefined) throw new UnderstudyError('input.not-found', `There is no monitored server ${serverId}.`);
    return state;
  }

  get observer(): ObserverState {
    return this.#observer;
  }

  isHeldByStorm(serverId: string): boolean {
    if (this.#observer.kind !== 'storm') return false;
    const { servers } = this.#observer.storm;
    if (this.#storm.servers !== servers) this.#storm = { servers, ids: new Set(servers) };
    return this.#storm.ids.has(serverId);
  }

  hear(event: LinkEvent): void {
    if (!this.#states.has(event.serverId)) return;
    const said = detectorEvent(event);
    if (said === null) return;
    if (event.type === 'connected') this.#welcoming = event.connection;
    this.send(event.serverId, said);
  }

  send(serverId: string, event: DetectorEvent): void {
    const before = this.state(serverId);
    const step = detector(before, event, this.#parts.settings());
    this.#states.set(serverId, step.state);
    for (const effect of step.effects) this.#run(effect);
    if (step.state !== before || event.type === 'keep-alive') this.#parts.stepped(serverId, before, step.state, event);
  }

  /** One round: doubt first, then judge, then ask whether too many are silent at once. */
  round(): void {
    const { clock, tickMs } = this.#parts;
    const atMs = clock.monotonicMs();
    this.#observe({ type: 'tick', atMs, uptimeMs: clock.uptimeMs(), wallMs: clock.wallMs(), intervalMs: tickMs });
    const settings = this.#parts.settings();
    const servers = [...this.#states.values()].map((state) => silenceOf(state, atMs, settings)).filter((silence): silence is Silence => silence !== null);
    this.#observe({ type: 'survey', atMs, keepAliveMs: settings.timeouts.keepAlive, servers });
  }

  #observe(event: ObserverEvent): void {
    const step = observer(this.#observer, event);
    this.#observer = step.state;
    for (const effect of step.effects) this.#runObserver(effect, event.atMs);
  }

  #runObserver(effect: ObserverEffect, atMs: number): void {
    switch (effect.kind) {
      case 'judge':
        this.#judge(atMs);
        return;
      case 're-arm':
        for (const serverId of this.#states.keys()) this.send(serverId, { type: 're-arm', atMs, lostMs: effect.lostMs, reason: effect.reason });
        return;
      default:
        runOne(this.#parts.executeObserver, effect);
    }
  }

  /** Five times a second all of them: those that are well are passed over, or with ten thousand it would cost as much as hearing them. */
  #judge(atMs: number): void {
    const settings = this.#parts.settings();
    for (const [serverId, state] of this.#states) if (atMs >= quietUntilMs(state, settings)) this.send(serverId, { type: 'tick', atMs });
  }

  #run(effect: DetectorEffect): void {
    if (effect.kind === 'refuse connection') this.#parts.refuse(effect.serverId, this.#welcoming, effect.code, effect.text);
    else runOne(this.#parts.execute, effect);
  }
}

/** Looks the executor up by kind; the mapped type guarantees that there is one and that it fits. */
export function runOne<E extends { readonly kind: string }>(
  table: { readonly [K in E['kind']]: (effect: Extract<E, { kind: K }>) => void },
  effect: E,
): void {
  const run = table[effect.kind as E['kind']] as (effect: E) => void;
  run(effect);
}
