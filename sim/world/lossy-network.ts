import { UnderstudyError } from '../../src/contract/errors.ts';
import type { Cancel, Clock, Timers } from '../../src/platform/clock.ts';
import type { Random } from '../../src/platform/random.ts';
import type { Connection, DialTarget, Transport } from '../../src/platform/transport.ts';

/** A network that loses packets (N12), each way independently. */
export interface Weather {
  readonly loss: number;
  readonly delayMs: number;
  readonly jitterMs: number;
}

interface Around {
  readonly time: Clock & Timers;
  readonly random: Random;
  readonly weather: Weather;
}

/** Linux: at least 200 ms above the round trip at first, doubled by every loss, at most two minutes. */
const firstRetryMs = 400;
const longestRetryMs = 120_000;
const synRetryMs = 1000;

/**
 * One direction of a TCP connection: messages arrive in order; a lost one is sent again after a
 * time-out that doubles until an acknowledgement comes through, and everything behind it waits.
 */
class Stream {
  readonly #around: Around;
  readonly #deliver: (data: string | Uint8Array) => void;
  #queue: (string | Uint8Array)[] = [];
  #arrivesMs = 0;
  #retryMs = firstRetryMs;
  #retry: Cancel | null = null;

  constructor(around: Around, deliver: (data: string | Uint8Array) => void) {
    this.#around = around;
    this.#deliver = deliver;
  }

  send(data: string | Uint8Array): void {
    this.#queue.push(data);
    if (this.#retry === null) this.#transmit();
  }

  stop(): void {
    this.#retry?.();
    this.#retry = () => undefined;
    this.#queue = [];
  }

  #transmit(): void {
    const { time } = this.#around;
    const sent = this.#queue;
    const arrived = passes(this.#around);
    if (arrived) {
      this.#queue = [];
      this.#arrivesMs = Math.max(this.#arrivesMs, time.monotonicMs() + delay(this.#around));
      time.after(this.#arrivesMs - time.monotonicMs(), () => sent.forEach((data) => this.#deliver(data)));
    }
    if (arrived && passes(this.#around)) {
      this.#retryMs = firstRetryMs;
      this.#retry = null;
      return;
    }
    this.#retry = time.after(this.#retryMs, () => this.#transmit());
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2);
  }
}

const passes = ({ random, weather }: Around): boolean => random.unit() >= weather.loss;
const delay = ({ random, weather }: Around): number => weather.delayMs + random.unit() * weather.jitterMs;

/** Hosts by name; each listens at most once. */
export class LossyNetwork {
  readonly #around: Around;
  readonly #listeners = new Map<string, { readonly fingerprint: string; readonly accept: (connection: Connection) => void }>();
  dials = 0;

  constructor(around: Around) {
    this.#around = around;
  }

  transport(host: string, fingerprint: string): Transport {
    return {
      fingerprint,
      dial: async (target) => await this.#dial(host, fingerprint, target),
      listen: async (at, accept) => {
        this.#listeners.set(host, { fingerprint, accept });
        return { port: at.port, close: async () => void this.#listeners.delete(host) };
      },
    };
  }

  async #dial(host: string, fingerprint: string, target: DialTarget): Promise<Connection> {
    this.dials++;
    const { time } = this.#around;
    const until = time.monotonicMs() + target.timeoutMs;
    // SYN, TLS, upgrade: three exchanges, each of which must come through both ways.
    for (const first of [synRetryMs, firstRetryMs, firstRetryMs])
      if (!(await this.#exchange(first, until))) throw new UnderstudyError('link.unreachable', `${target.host} does not answer.`);
    const listener = this.#listeners.get(target.host);
    if (listener === undefined) throw new UnderstudyError('link.unreachable', `${target.host} does not answer.`);
    const [near, far] = connect(this.#around, { host, fingerprint }, { host: target.host, fingerprint: listener.fingerprint });
    listener.accept(far);
    return near;
  }

  async #exchange(firstMs: number, untilMs: number): Promise<boolean> {
    const { time } = this.#around;
    for (let retryMs = firstMs; ; retryMs *= 2) {
      const through = passes(this.#around) && passes(this.#around);
      const waitMs = through ? delay(this.#around) + delay(this.#around) : retryMs;
      const leftMs = untilMs - time.monotonicMs();
      await new Promise<void>((go) => time.after(Math.min(waitMs, leftMs), go));
      if (waitMs > leftMs) return false;
      if (through) return true;
    }
  }
}

interface Side {
  readonly host: string;
  readonly fingerprint: string;
}

class End implements Connection {
  readonly peer: string;
  readonly peerFingerprint: string;
  readonly #around: Around;
  readonly #early: (string | Uint8Array)[] = [];
  #out: Stream | null = null;
  #listener: ((data: string | Uint8Array) => void) | null = null;
  #onClose: ((reason: string) => void) | null = null;
  #ended: string | null = null;

  constructor(around: Around, peer: Side) {
    this.#around = around;
    this.peer = `${peer.host}:1`;
    this.peerFingerprint = peer.fingerprint;
  }

  towards(other: End): void {
    // The end of a connection travels like everything else: behind what was sent before.
    this.#out = new Stream(this.#around, (data) => (typeof data === 'string' && data.startsWith(farewell) ? other.end(data.slice(1)) : other.receive(data)));
  }
  send(text: string): void {
    if (this.#ended === null) this.#out?.send(text);
  }
  async sendBytes(bytes: Uint8Array): Promise<void> {
    if (this.#ended === null) this.#out?.send(bytes);
  }
  waiting(): number {
    return 0;
  }
  onMessage(listener: (data: string | Uint8Array) => void): void {
    this.#listener = listener;
    for (const data of this.#early.splice(0)) listener(data);
  }
  onClose(listener: (reason: string) => void): void {
    this.#onClose = listener;
    const ended = this.#ended;
    if (ended !== null) this.#around.time.after(0, () => listener(ended));
  }
  pause(): void {
    // The world's messages are small; nothing in it needs back pressure.
  }
  resume(): void {
    // See pause.
  }
  close(reason: string): void {
    if (this.#ended !== null) return;
    this.#out?.send(farewell + reason);
    this.end(reason);
  }
  end(reason: string): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    this.#onClose?.(reason);
  }
  receive(data: string | Uint8Array): void {
    if (this.#ended !== null) return;
    if (this.#listener === null) this.#early.push(data);
    else this.#listener(data);
  }
}

const farewell = '\u0004';

function connect(around: Around, near: Side, far: Side): readonly [End, End] {
  const a = new End(around, far);
  const b = new End(around, near);
  a.towards(b);
  b.towards(a);
  return [a, b];
}
