import type { Outlet } from './outlet.ts';
import { FRAMING, RTP_HEADER, type PacketRun } from './packets.ts';
import { senderReport } from './rtcp.ts';
import type { Transport } from './rtsp.ts';
import { random32, type Surroundings } from './surroundings.ts';

export interface TrackMedia {
  readonly clockRate: number;
  /** Error of the media clock. */
  readonly ppm: number;
}

/** One RTP stream of one session; SSRC, first sequence number and first timestamp are random (RFC 3550 5.1). */
export class Track {
  readonly transport: Transport;
  readonly ssrc: number;
  readonly #media: TrackMedia;
  readonly #outlet: Outlet;
  #base: number;
  #sequence: number;
  #packets = 0;
  #octets = 0;

  constructor(media: TrackMedia, transport: Transport, outlet: Outlet, surroundings: Surroundings) {
    this.transport = transport;
    this.#media = media;
    this.#outlet = outlet;
    this.ssrc = random32(surroundings);
    this.#base = random32(surroundings);
    this.#sequence = Math.floor(surroundings.random() * 65_536);
  }

  get nextSequence(): number {
    return this.#sequence;
  }

  /** RTP timestamp of `ticks` of the media clock since 1970. */
  rtpTime(ticks: number): number {
    return (this.#base + Math.round(ticks * (1 + this.#media.ppm / 1e6))) % 2 ** 32;
  }

  /** The media clock starts anew somewhere else, as after a restart of an encoder. */
  jump(surroundings: Surroundings): void {
    this.#base = random32(surroundings);
  }

  backlog(): number {
    return this.#outlet.backlog();
  }

  /** Counts packets that are never sent, so that the client can see that something is missing. */
  skip(packets: number): void {
    this.#sequence = (this.#sequence + packets) & 0xffff;
  }

  /** Sends one access unit; `pick` may drop or reorder its packets. */
  send(runs: readonly PacketRun[], ticks: number, pick: ((packet: Buffer) => readonly Buffer[]) | null): void {
    let length = 0;
    for (const run of runs) length += run.bytes.length;
    const bytes = this.#outlet.take(length);
    const starts: number[] = [];
    let at = 0;
    for (const run of runs) {
      bytes.set(run.bytes, at);
      for (const start of run.starts) starts.push(at + start);
      at += run.bytes.length;
    }
    this.#address(bytes, starts, this.rtpTime(ticks));
    this.#packets += starts.length;
    this.#octets += length - starts.length * (FRAMING + RTP_HEADER);
    if (!pick) return this.#outlet.send(bytes, starts);
    for (let i = 0; i < starts.length; i++)
      for (const packet of pick(bytes.subarray(starts[i], starts[i + 1] ?? length))) this.#outlet.send(Buffer.from(packet), [0]);
  }

  report(clockMs: number, nowMs: number): void {
    const rtpTime = this.rtpTime((nowMs / 1000) * this.#media.clockRate);
    this.#outlet.report(senderReport(clockMs, { ssrc: this.ssrc, rtpTime, packets: this.#packets, octets: this.#octets }));
  }

  /** Written by hand because this runs for every packet of every camera. */
  #address(bytes: Buffer, starts: readonly number[], time: number): void {
    const channel = this.transport.kind === 'tcp' ? this.transport.rtp : 0;
    const { ssrc } = this;
    let sequence = this.#sequence;
    for (const at of starts) {
      bytes[at + 1] = channel;
      bytes[at + 6] = sequence >> 8;
      bytes[at + 7] = sequence;
      bytes[at + 8] = time >>> 24;
      bytes[at + 9] = time >>> 16;
      bytes[at + 10] = time >>> 8;
      bytes[at + 11] = time;
      bytes[at + 12] = ssrc >>> 24;
      bytes[at + 13] = ssrc >>> 16;
      bytes[at + 14] = ssrc >>> 8;
      bytes[at + 15] = ssrc;
      sequence = (sequence + 1) & 0xffff;
    }
    this.#sequence = sequence;
  }
}
