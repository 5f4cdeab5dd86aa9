import type { Socket } from 'node:net';
import { FRAMING } from './packets.ts';
import type { UdpPair } from './udp.ts';

/** Where the packets of one track go. `bytes` are packets in interleaved framing, already addressed. */
export interface Outlet {
  /** Memory to build packets in; to be handed to `send` before the next `take`. */
  take(length: number): Buffer;
  send(bytes: Buffer, starts: readonly number[]): void;
  report(rtcp: Buffer): void;
  /** Bytes that the client has not fetched yet. */
  backlog(): number;
}

const SLAB = 131_072;

/**
 * Memory for bytes on their way into one TCP socket, used again as soon as the kernel has them all:
 * a Buffer per frame would cost more than everything else together.
 */
class Slab {
  readonly memory = Buffer.allocUnsafeSlow(SLAB);
  used = 0;
  open = 0;
  readonly written = (): void => {
    this.open--;
  };
}

export class TcpOutlet implements Outlet {
  readonly #socket: Socket;
  readonly #rtcpChannel: number;
  #slab = new Slab();

  constructor(socket: Socket, rtcpChannel: number) {
    this.#socket = socket;
    this.#rtcpChannel = rtcpChannel;
  }

  take(length: number): Buffer {
    if (length > SLAB) return Buffer.allocUnsafe(length);
    if (this.#slab.open === 0) this.#slab.used = 0;
    // A slow reader keeps the old slab alive until it is written; its length is bounded by the session.
    if (this.#slab.used + length > SLAB) this.#slab = new Slab();
    const from = this.#slab.used;
    this.#slab.used += length;
    return this.#slab.memory.subarray(from, from + length);
  }

  send(bytes: Buffer): void {
    if (!this.#socket.writable) return;
    this.#slab.open++;
    this.#socket.write(bytes, this.#slab.written);
  }

  report(rtcp: Buffer): void {
    if (!this.#socket.writable) return;
    const framing = Buffer.from([0x24, this.#rtcpChannel, rtcp.length >> 8, rtcp.length & 0xff]);
    this.#socket.write(Buffer.concat([framing, rtcp]));
  }

  backlog(): number {
    return this.#socket.writableLength;
  }
}

export interface UdpAddress {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

/** Packets sent in one go, and how long until the next ones: about what a camera's 100 Mbit/s port does. */
const BURST = 16;
const BURST_MS = 2;

/**
 * Paces large frames: 80 packets at once overflow a receiver's default socket buffer, which no
 * client could help.
 */
export class UdpOutlet implements Outlet {
  readonly #ports: UdpPair;
  readonly #to: UdpAddress;
  #queue: { readonly bytes: Buffer; readonly from: number; readonly end: number }[] = [];
  #paused = false;

  constructor(ports: UdpPair, to: UdpAddress) {
    this.#ports = ports;
    this.#to = to;
  }

  take(length: number): Buffer {
    return Buffer.allocUnsafe(length);
  }

  send(bytes: Buffer, starts: readonly number[]): void {
    for (let i = 0; i < starts.length; i++)
      this.#queue.push({ bytes, from: starts[i]! + FRAMING, end: starts[i + 1] ?? bytes.length });
    if (!this.#paused) this.#drain();
  }

  report(rtcp: Buffer): void {
    this.#ports.rtcp.send(rtcp, this.#to.rtcpPort, this.#to.address);
  }

  backlog(): number {
    return 0;
  }

  #drain(): void {
    this.#paused = false;
    if (this.#ports.closed) return;
    for (const { bytes, from, end } of this.#queue.splice(0, BURST))
      this.#ports.rtp.send(bytes, from, end - from, this.#to.rtpPort, this.#to.address);
    if (this.#queue.length === 0) return;
    this.#paused = true;
    setTimeout(() => this.#drain(), BURST_MS);
  }
}
