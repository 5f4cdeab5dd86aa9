import type { Clock } from '../../platform/clock.ts';
import { addSample, leastSuspendMs, noOffset, offsetNow, type OffsetState, roundTripOf } from './clock-offset.ts';
import type { ClockOffset } from './contract.ts';

const pingEveryMs = 10_000;
const firstPings = 3;
const offsetNewsMs = 50;

/** The clock of the other side, as pings and their answers tell it. */
export class OtherClock {
  readonly #clock: Clock;
  readonly #suspendedMs: () => number;
  readonly #news: (offset: ClockOffset, atMs: number) => void;
  #offset: OffsetState = noOffset;
  #toldOffset: number | null = null;
  #pings = { sent: 0, nextMs: 0, sentMs: 0, suspendedMs: 0 };

  /** `suspendedMs`: how long this machine has been suspended since it booted. `news`: the offset is another one than was told last. */
  constructor(clock: Clock, suspendedMs: () => number, news: (offset: ClockOffset, atMs: number) => void) {
    this.#clock = clock;
    this.#suspendedMs = suspendedMs;
    this.#news = news;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#pings.nextMs;
  }

  /** A first connection: asked at once. */
  dueNow(nowMs: number): void {
    this.#pings = { ...this.#pings, nextMs: nowMs };
  }

  ping(nowMs: number, timeoutMs: number, send: (text: string) => void): void {
    const everyMs = this.#pings.sent < firstPings ? 1000 : Math.min(pingEveryMs, timeoutMs / 3);
    this.#pings = { sent: this.#pings.sent + 1, sentMs: nowMs, nextMs: nowMs + everyMs, suspendedMs: this.#suspendedMs() };
    send(JSON.stringify({ type: 'ping', id: this.#pings.sent }));
  }

  pong({ id, wallMs }: { readonly id: number; readonly wallMs: number }): void {
    if (id !== this.#pings.sent) return; // an older answer would measure too long
    const nowMs = this.#clock.monotonicMs();
    const suspendedMs = this.#suspendedMs();
    // Asked before we were suspended, answered after it: the way took nobody knows how long.
    if (Math.abs(suspendedMs - this.#pings.suspendedMs) > leastSuspendMs) return;
    this.#offset = addSample(this.#offset, { sentMs: this.#pings.sentMs, receivedMs: nowMs, remoteWallMs: wallMs, suspendedMs });
    const now = offsetNow(this.#offset, nowMs, this.#clock.wallMs(), suspendedMs);
    if (now === null || (this.#toldOffset !== null && Math.abs(now.offsetMs - this.#toldOffset) <= offsetNewsMs + now.plusMinusMs)) return;
    this.#toldOffset = now.offsetMs;
    this.#news(now, nowMs);
  }

  status(): { readonly clockOffset: ClockOffset | null; readonly roundTripMs: number | null } {
    const nowMs = this.#clock.monotonicMs();
    const clockOffset = offsetNow(this.#offset, nowMs, this.#clock.wallMs(), this.#suspendedMs());
    return { clockOffset, roundTripMs: roundTripOf(this.#offset) };
  }
}
