import { UnderstudyError } from '../../src/contract/errors.ts';
import type { Timers } from '../../src/platform/clock.ts';
import type { Connection, DialTarget, Listening, Transport } from '../../src/platform/transport.ts';

/** How the cable between two hosts behaves; asked for every message. */
export interface Cable {
  /** Delay of the next message, ms; null: lost for good (the connection hangs, half-open). */
  delayMs(from: string, to: string): number | null;
}

/** When a process reads what arrived: at once, or when it goes on after it stood still. */
type Read = (run: () => void) => void;

interface Listener {
  readonly host: string;
  readonly accept: (connection: Connection) => void;
  readonly fingerprint: string;
}

/** Hosts with listeners and ends of connections. Keeps order per direction, as TCP does. */
export class SimulatedNetwork {
  readonly #timers: Timers;
  readonly #listeners = new Map<string, Listener>();
  readonly #ends = new Map<string, Set<End>>();
  readonly #cut = new Set<string>();
  readonly #reads = new Map<string, Read>();
  latencyMs = 1;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** The transport of one host. `fingerprint` stands for its key. */
  transport(host: string, fingerprint: string, read: Read = (run) => run()): Transport {
    this.#reads.set(host, read);
    return {
      fingerprint,
      dial: (target) => this.#dial(host, fingerprint, target),
      listen: (at, accept) => Promise.resolve(this.#listen(host, fingerprint, at.port, accept)),
    };
  }

  /** Nothing passes between the two hosts, in both directions; nobody is told. */
  cut(a: string, b: string): void {
    this.#cut.add(`${a}>${b}`).add(`${b}>${a}`);
  }

  /** One direction only. */
  cutOneWay(from: string, to: string): void {
    this.#cut.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  /** Power-off: listeners and connections are gone, the other ends hear nothing. */
  powerOff(host: string): void {
    for (const [key, listener] of this.#listeners) if (listener.host === host) this.#listeners.delete(key);
    for (const end of this.#ends.get(host) ?? []) end.dead = true;
    this.#ends.delete(host);
  }

  passes(from: string, to: string): boolean {
    return !this.#cut.has(`${from}>${to}`);
  }

  deliver(from: End, run: (to: End) => void): void {
    if (from.dead) return;
    const to = from.other;
    if (!this.passes(from.host, to.host)) return;
    this.#timers.after(this.latencyMs, () => {
      if (to.dead || !this.passes(from.host, to.host)) return;
      const read: Read = this.#reads.get(to.host) ?? ((now) => now());
      read(() => {
        if (!to.dead) run(to);
      });
    });
  }

  #listen(host: string, fingerprint: string, port: number, accept: (connection: Connection) => void): Listening {
    const key = `${host}:${port}`;
    if (this.#listeners.has(key)) throw new Error(`${key} is in use.`);
    const listener = { host, accept, fingerprint };
    this.#listeners.set(key, listener);
    return {
      port,
      close: () => {
        if (this.#listeners.get(key) === listener) this.#listeners.delete(key);
        return Promise.resolve();
      },
    };
  }

  #dial(host: string, fingerprint: string, target: DialTarget): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const unreachable = (): void => reject(new UnderstudyError('link.unreachable', `${target.host}:${target.port} does not answer.`));
      const timeout = this.#timers.after(target.timeoutMs, unreachable);
      this.#timers.after(this.latencyMs * 2, () => {
        const listener = this.#listeners.get(`${target.host}:${target.port}`);
        if (listener === undefined || !this.passes(host, target.host) || !this.passes(target.host, host)) return; // the time-out tells
        timeout();
        if (target.pin !== null && target.pin !== listener.fingerprint) {
          reject(new UnderstudyError('auth.pin-mismatch', `${target.host} shows another key than the paired one.`));
          return;
        }
        const [near, far] = pairOfEnds(this, { host, fingerprint }, { host: target.host, fingerprint: listener.fingerprint });
        this.#keep(near);
        this.#keep(far);
        listener.accept(far);
        resolve(near);
      });
    });
  }

  #keep(end: End): void {
    const ends = this.#ends.get(end.host) ?? new Set<End>();
    this.#ends.set(end.host, ends.add(end));
  }

  forget(end: End): void {
    this.#ends.get(end.host)?.delete(end);
  }
}

interface Side {
  readonly host: string;
  readonly fingerprint: string;
}

function pairOfEnds(network: SimulatedNetwork, near: Side, far: Side): readonly [End, End] {
  const a = new End(network, near.host, far);
  const b = new End(network, far.host, near);
  a.other = b;
  b.other = a;
  return [a, b];
}

class End implements Connection {
  readonly host: string;
  readonly peer: string;
  readonly peerFingerprint: string;
  other!: End;
  dead = false;
  readonly #network: SimulatedNetwork;
  readonly #early: (string | Uint8Array)[] = [];
  #onMessage: ((data: string | Uint8Array) => void) | null = null;
  #onClose: ((reason: string) => void) | null = null;
  #closed: string | null = null;

  constructor(network: SimulatedNetwork, host: string, peer: Side) {
    this.#network = network;
    this.host = host;
    this.peer = `${peer.host}:1`;
    this.peerFingerprint = peer.fingerprint;
  }

  send(text: string): void {
    this.#carry(text);
  }

  sendBytes(bytes: Uint8Array): Promise<void> {
    this.#carry(bytes.slice());
    return Promise.resolve();
  }

  waiting(): number {
    return 0;
  }

  pause(): void {}
  resume(): void {}

  onMessage(listener: (data: string | Uint8Array) => void): void {
    this.#onMessage = listener;
    for (const data of this.#early.splice(0)) listener(data);
  }

  onClose(listener: (reason: string) => void): void {
    this.#onClose = listener;
    if (this.#closed !== null) listener(this.#closed);
  }

  close(reason: string): void {
    if (this.#closed !== null || this.dead) return;
    this.#network.deliver(this, (to) => to.hangUp(reason));
    this.hangUp(reason);
  }

  hangUp(reason: string): void {
    if (this.#closed !== null) return;
    this.#closed = reason;
    this.#network.forget(this);
    this.#onClose?.(reason);
  }

  receive(data: string | Uint8Array): void {
    if (this.#closed !== null) return;
    if (this.#onMessage === null) this.#early.push(data);
    else this.#onMessage(data);
  }

  #carry(data: string | Uint8Array): void {
    if (this.#closed === null) this.#network.deliver(this, (to) => to.receive(data));
  }
}
