import { UnderstudyError } from '../../src/contract/errors.ts';
import type { Clock, Timers } from '../../src/platform/clock.ts';
import type { Random } from '../../src/platform/random.ts';
import type { Connection, DialTarget, Listening, Transport } from '../../src/platform/transport.ts';
import { Lane, type Cable, type Frame } from './lane.ts';

/** When a process reads what arrived: at once, or when it goes on after it stood still. */
type Read = (run: () => void) => void;

interface Listener {
  readonly host: string;
  readonly accept: (connection: Connection) => void;
  readonly fingerprint: string;
}

/** How bad a cable is; 0, 0: fine. Each way on its own. */
export interface Weather {
  readonly loss: number;
  readonly jitterMs: number;
  /** Keep-alives that arrive twice, or behind the next one. */
  readonly doubled: number;
}

const fine: Weather = { loss: 0, jitterMs: 0, doubled: 0 };

/** Hosts with listeners and ends of connections. Each direction keeps its order and repeats what is lost, as TCP does. */
export class SimulatedNetwork {
  readonly timers: Clock & Timers;
  readonly #random: Random | null;
  readonly #listeners = new Map<string, Listener>();
  readonly #ends = new Map<string, Set<End>>();
  readonly #cut = new Set<string>();
  readonly #weather = new Map<string, Weather>();
  readonly #reads = new Map<string, Read>();
  /** A name that leads to another host than it should (old DNS entry, clone of a machine). */
  readonly #redirects = new Map<string, string>();
  latencyMs = 1;

  constructor(timers: Clock & Timers, random: Random | null = null) {
    this.timers = timers;
    this.#random = random;
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

  /** Both directions between the two hosts; without hosts: everything, weather too. */
  heal(a?: string, b?: string): void {
    if (a === undefined || b === undefined) {
      this.#cut.clear();
      this.#weather.clear();
      this.#redirects.clear();
      return;
    }
    for (const way of [`${a}>${b}`, `${b}>${a}`]) {
      this.#cut.delete(way);
      this.#weather.delete(way);
    }
  }

  setWeather(a: string, b: string, weather: Weather): void {
    this.#weather.set(`${a}>${b}`, weather).set(`${b}>${a}`, weather);
  }

  isRedirected(name: string): boolean {
    return this.#redirects.size > 0 && this.#redirects.has(name);
  }

  hasWeather(a: string, b: string): boolean {
    return this.#weather.size > 0 && this.#weather.has(`${a}>${b}`);
  }

  redirect(name: string, host: string | null): void {
    if (host === null) this.#redirects.delete(name);
    else this.#redirects.set(name, host);
  }

  /** A firewall forgot what is open between the two: it hangs, half-open; new connections work. */
  forgetConnections(a: string, b: string): void {
    for (const end of [...(this.#ends.get(a) ?? []), ...(this.#ends.get(b) ?? [])]) if (end.host !== end.other.host && [a, b].includes(end.other.host)) end.hangs = true;
  }

  /** Power-off: listeners and connections are gone, the other ends hear nothing. */
  powerOff(host: string): void {
    for (const [key, listener] of this.#listeners) if (listener.host === host) this.#listeners.delete(key);
    for (const end of this.#ends.get(host) ?? []) end.dead = true;
    this.#ends.delete(host);
  }

  /** The process ended, its host goes on: the other ends are told. */
  endProcess(host: string): void {
    const ends = [...(this.#ends.get(host) ?? [])];
    for (const end of ends) end.reset();
    this.powerOff(host);
  }

  passes(from: string, to: string): boolean {
    return this.#cut.size === 0 || !this.#cut.has(`${from}>${to}`);
  }

  cable(from: string, to: string): Cable {
    const way = `${from}>${to}`;
    const weather = (): Weather => this.#weather.get(way) ?? fine;
    return {
      isFine: () => this.#cut.size === 0 && this.#weather.size === 0,
      through: () => this.passes(from, to) && (weather().loss === 0 || this.#unit() >= weather().loss),
      delayMs: () => this.latencyMs + (weather().jitterMs === 0 ? 0 : this.#unit() * weather().jitterMs),
      doubled: () => weather().doubled > 0 && this.#unit() < weather().doubled,
    };
  }

  /** What arrived at `to` is read when its process reads. */
  read(to: End, frame: Frame): void {
    const read = this.#reads.get(to.host);
    const take = (): void => {
      if (!to.dead) to.take(frame);
    };
    if (read === undefined) take();
    else read(take);
  }

  #unit(): number {
    if (this.#random === null) throw new Error('Bad weather needs a seeded random.');
    return this.#random.unit();
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
    const there = this.#redirects.get(target.host) ?? target.host;
    const ways = [this.cable(host, there), this.cable(there, host)];
    const unreachable = (): UnderstudyError => new UnderstudyError('link.unreachable', `${target.host}:${target.port} does not answer.`);
    return new Promise((resolve, reject) => {
      let over = false;
      const read = this.#reads.get(host) ?? ((run: () => void) => run());
      const timeout = this.timers.after(target.timeoutMs, () => {
        over = true;
        reject(unreachable());
      });
      const attempt = (retryMs: number): void => {
        if (over) return;
        if (!ways.every((way) => way.through())) {
          this.timers.after(retryMs, () => attempt(retryMs * 2));
          return;
        }
        const delayMs = ways.reduce((sum, way) => sum + way.delayMs(), 0);
        this.timers.after(delayMs, () => read(() => arrive()));
      };
      const arrive = (): void => {
        const listener = this.#listeners.get(`${there}:${target.port}`);
        if (over || listener === undefined) return; // the time-out tells
        over = true;
        timeout();
        if (target.pin !== null && target.pin !== listener.fingerprint) {
          reject(new UnderstudyError('auth.pin-mismatch', `${target.host} shows another key than the paired one.`));
          return;
        }
        const [near, far] = pairOfEnds(this, { host, fingerprint }, { host: there, fingerprint: listener.fingerprint });
        this.#keep(near);
        this.#keep(far);
        listener.accept(far);
        resolve(near);
      };
      attempt(1000);
    });
  }

  #keep(end: End): void {
    const ends = this.#ends.get(end.host) ?? new Set<End>();
    this.#ends.set(end.host, ends.add(end));
  }

  forget(end: End): void {
    this.#ends.get(end.host)?.delete(end);
  }

  isUp(host: string): boolean {
    for (const listener of this.#listeners.values()) if (listener.host === host) return true;
    return false;
  }
}

interface Side {
  readonly host: string;
  readonly fingerprint: string;
}

function pairOfEnds(network: SimulatedNetwork, near: Side, far: Side): readonly [End, End] {
  const a = new End(network, near.host, far);
  const b = new End(network, far.host, near);
  a.towards(b);
  b.towards(a);
  return [a, b];
}

export class End implements Connection {
  readonly host: string;
  readonly peer: string;
  readonly peerFingerprint: string;
  other!: End;
  /** Its process or its host is gone. */
  dead = false;
  /** Half-open: nothing passes any more, nobody is told. */
  hangs = false;
  readonly #network: SimulatedNetwork;
  readonly #early: (string | Uint8Array)[] = [];
  #lane: Lane | null = null;
  #onMessage: ((data: string | Uint8Array) => void) | null = null;
  #onClose: ((reason: string) => void) | null = null;
  #closed: string | null = null;

  constructor(network: SimulatedNetwork, host: string, peer: Side) {
    this.#network = network;
    this.host = host;
    this.peer = `${peer.host}:1`;
    this.peerFingerprint = peer.fingerprint;
  }

  towards(other: End): void {
    this.other = other;
    const network = this.#network;
    this.#lane = new Lane(network.timers, network.cable(this.host, other.host), network.cable(other.host, this.host), {
      arrive: (frame) => {
        if (this.hangs || other.hangs) return;
        if (!other.dead) network.read(other, frame);
        // The host is there, the process that had this connection is not: it says so.
        else if (network.isUp(other.host)) network.timers.after(network.latencyMs, () => this.hangUp('reset by the other host'));
      },
      gaveUp: () => this.hangUp('the connection timed out'),
    });
  }

  send(text: string): void {
    this.#carry(text);
  }

  sendBytes(bytes: Uint8Array): Promise<void> {
    this.#carry(bytes.slice());
    return Promise.resolve();
  }

  waiting(): number {
    return this.#lane?.waitingBytes() ?? 0;
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
    this.#lane?.send({ end: reason });
    this.hangUp(reason, true);
  }

  /** Its process died: what it sent last may still arrive, then the end. */
  reset(): void {
    if (this.#closed === null && !this.dead) this.#lane?.send({ end: 'the other process ended' });
  }

  hangUp(reason: string, leaving = false): void {
    if (this.#closed !== null || this.dead) return;
    this.#closed = reason;
    this.#network.forget(this);
    if (!leaving) this.#lane?.stop();
    this.#onClose?.(reason);
  }

  take(frame: Frame): void {
    if (typeof frame === 'object' && 'end' in frame) {
      this.hangUp(frame.end);
      return;
    }
    if (this.#closed !== null) return;
    if (this.#onMessage === null) this.#early.push(frame);
    else this.#onMessage(frame);
  }

  #carry(data: string | Uint8Array): void {
    if (this.#closed === null && !this.dead) this.#lane?.send(data);
  }
}
