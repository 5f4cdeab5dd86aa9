/** Puts RTP packets that came over UDP back in order: a small buffer, bounded in packets and in time. */
import type { Cancel, Timers } from '../../platform/clock.ts';
import { isWithin, LateRun } from './rtp.ts';

const MAX_HELD = 128;

export interface ReorderOptions {
  readonly timers: Timers;
  /** How long a missing packet is waited for. */
  readonly waitMs: number;
  /** Packets of other types belong to the sequence only where they have the next number, as in `RtpReceiver`. */
  readonly payloadType: number;
  /** Packets in order; missing ones were given up. Those that are no part of the sequence go on as they come. */
  deliver(packet: Buffer): void;
}

export class ReorderBuffer {
  readonly #options: ReorderOptions;
  readonly #held = new Map<number, Buffer>();
  #expected = -1;
  #ssrc = 0;
  /** As in `RtpReceiver`. */
  #foreignFrom = -1;
  #cancel: Cancel | null = null;
  readonly #late = new LateRun();
  /** Packets that came after a later one. */
  reordered = 0;

  constructor(options: ReorderOptions) {
    this.#options = options;
  }

  push(packet: Buffer): void {
    if (packet.length < 12) return;
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    if (((packet[1] as number) & 0x7f) !== this.#options.payloadType) {
      if (sequence !== this.#expected || ssrc !== this.#ssrc) {
        this.#options.deliver(packet);
        return;
      }
      if (this.#foreignFrom < 0) this.#foreignFrom = sequence;
    } else {
      if (isWithin(sequence, this.#foreignFrom, this.#expected)) this.#expected = this.#foreignFrom;
      this.#foreignFrom = -1;
    }
    const distance = ((sequence - this.#expected + 0x8000) & 0xffff) - 0x8000;
    if (this.#expected < 0 || ssrc !== this.#ssrc || Math.abs(distance) > 3000) {
      // A new stream: what is held belongs to the old one.
      this.#drain();
      this.#ssrc = ssrc;
      this.#pass(packet, sequence);
    } else if (distance < 0) {
      this.reordered += 1;
      if (!this.#late.late(sequence)) return;
      this.#drain();
      this.#pass(packet, sequence);
    } else if (distance === 0) {
      if (this.#held.size > 0) this.reordered += 1;
      this.#pass(packet, sequence);
      this.#advance();
    } else {
      this.#held.set(sequence, packet);
      if (this.#held.size > MAX_HELD) this.#giveUp();
      else this.#cancel ??= this.#options.timers.after(this.#options.waitMs, () => this.#giveUp());
    }
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#held.clear();
  }

  #pass(packet: Buffer, sequence: number): void {
    this.#late.inOrder();
    this.#expected = (sequence + 1) & 0xffff;
    this.#options.deliver(packet);
  }

  /** Hands on what follows without a hole. */
  #advance(): void {
    let next = this.#held.get(this.#expected);
    while (next !== undefined) {
      this.#held.delete(this.#expected);
      this.#pass(next, this.#expected);
      next = this.#held.get(this.#expected);
    }
    if (this.#held.size > 0) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  /** The missing packet will not come: go on behind the hole. */
  #giveUp(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#held.size === 0) return;
    let nearest = 0x10000;
    for (const sequence of this.#held.keys()) nearest = Math.min(nearest, (sequence - this.#expected) & 0xffff);
    this.#expected = (this.#expected + nearest) & 0xffff;
    this.#advance();
    if (this.#held.size > 0) this.#cancel = this.#options.timers.after(this.#options.waitMs, () => this.#giveUp());
  }

  #drain(): void {
    while (this.#held.size > 0) this.#giveUp();
  }
}
