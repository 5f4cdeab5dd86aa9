import type { VideoKind } from './nal.ts';

/**
 * RTP packets one behind the other, each already in RTSP's interleaved framing (RFC 2326 10.12):
 * `$ channel length(2)`, RTP header (12), payload. Channel, sequence number, timestamp and SSRC are
 * zero; a session fills them into its own copy. UDP sends the same bytes from offset 4 on.
 */
export interface PacketRun {
  readonly bytes: Buffer;
  /** Where each packet's `$` lies. */
  readonly starts: readonly number[];
}

export const FRAMING = 4;
export const RTP_HEADER = 12;

/** Collects packets; all media of the simulator are packed through it. */
export class PacketBuilder {
  readonly #payloadType: number;
  readonly #chunks: Uint8Array[] = [];
  readonly #starts: number[] = [];
  #length = 0;

  constructor(payloadType: number) {
    this.#payloadType = payloadType;
  }

  add(marker: boolean, ...payload: readonly Uint8Array[]): void {
    let size = RTP_HEADER;
    for (const part of payload) size += part.length;
    const header = Buffer.alloc(FRAMING + RTP_HEADER);
    header[0] = 0x24;
    header.writeUInt16BE(size, 2);
    header[4] = 0x80;
    header[5] = (marker ? 0x80 : 0) | this.#payloadType;
    this.#starts.push(this.#length);
    this.#chunks.push(header, ...payload);
    this.#length += FRAMING + size;
  }

  done(): PacketRun {
    return { bytes: Buffer.concat(this.#chunks, this.#length), starts: this.#starts };
  }
}

/** One NAL unit as a single packet, or cut into FU-A (RFC 6184 5.8) or FU (RFC 7798 4.4.3) packets. */
export function addNal(to: PacketBuilder, kind: VideoKind, nal: Uint8Array, mtu: number, last: boolean): void {
  if (nal.length <= mtu) return to.add(last, nal);
  const headerBytes = kind === 'h264' ? 1 : 2;
  const step = mtu - headerBytes - 1;
  for (let at = headerBytes; at < nal.length; at += step) {
    const end = Math.min(at + step, nal.length);
    const flags = (at === headerBytes ? 0x80 : 0) | (end === nal.length ? 0x40 : 0);
    to.add(last && end === nal.length, fragmentHeader(kind, nal, flags), nal.subarray(at, end));
  }
}

function fragmentHeader(kind: VideoKind, nal: Uint8Array, flags: number): Uint8Array {
  if (kind === 'h264') return Uint8Array.of((nal[0]! & 0xe0) | 28, flags | (nal[0]! & 0x1f));
  return Uint8Array.of((nal[0]! & 0x81) | (49 << 1), nal[1]!, flags | ((nal[0]! >> 1) & 0x3f));
}

/** Several small NAL units in one packet: STAP-A (RFC 6184 5.7.1) or AP (RFC 7798 4.4.2). */
export function addAggregate(to: PacketBuilder, kind: VideoKind, nals: readonly Uint8Array[]): void {
  const parts: Uint8Array[] = [kind === 'h264' ? Uint8Array.of(0x60 | 24) : Uint8Array.of(48 << 1, 1)];
  for (const nal of nals) parts.push(Uint8Array.of(nal.length >> 8, nal.length & 0xff), nal);
  to.add(false, ...parts);
}
