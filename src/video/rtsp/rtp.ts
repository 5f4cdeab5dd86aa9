/** RTP and RTCP (RFC 3550), parsed in place: no object per packet. */

/**
 * Late packets that follow each other without a hole: a sender that began anew a little below where it
 * was (RFC 3550 §A.1), and no packets that were delayed.
 */
export class LateRun {
  #next = -1;
  #length = 0;

  /** A late packet; true if so many followed each other that it is a new beginning. */
  late(sequence: number): boolean {
    this.#length = sequence === this.#next ? this.#length + 1 : 1;
    this.#next = (sequence + 1) & 0xffff;
    return this.#length >= 32;
  }

  inOrder(): void {
    this.#length = 0;
  }
}

/** So far ahead of ours a packet of another type may come and still be one of the same sequence. */
const MOST_AHEAD = 128;

/**
 * One RTP stream's view of its packets. `parse` leaves its result in the fields; sequence numbers and
 * timestamps are unwrapped, losses counted.
 */
export class RtpReceiver {
  marker = false;
  payloadType = 0;
  /** RTP timestamp as sent, 32 bits. */
  timestamp = 0;
  sequence = 0;
  ssrc = 0;
  payloadStart = 0;
  payloadEnd = 0;
  /** Packets are missing directly before this one, or the sender started anew. */
  gap = false;
  /** The sender began a new stream (another SSRC with numbers of its own, or a far jump of them): its clock is new too. */
  restarted = false;

  lost = 0;
  reordered = 0;
  received = 0;
  #expected = -1;
  #cycles = 0;
  /** From this number up to the next one packets of another type took it; if one of ours has one of those too, they are numbered apart. */
  #foreignFrom = -1;
  #foreignCycles = 0;
  /** Packets of another type were seen to take numbers that none of ours has. */
  #sharesNumbers = false;
  /** Numbers that they took beyond the next one: not missing, once ours have come so far. */
  readonly #takenAhead = new Set<number>();
  readonly #late = new LateRun();

  /**
   * False if the packet must be ignored: malformed, a duplicate, too late, or of another payload type.
   * A packet of another type and another source (retransmissions, error correction) is no part of this
   * stream's sequence; one of our own source is if it has the next number, and once that was seen one that lies a
   * little ahead (behind a loss, or overtaking). Some number their private data apart.
   */
  parse(bytes: Buffer, start: number, end: number, wanted: number): boolean {
    if (end - start < 12) return false;
    const first = bytes[start] as number;
    if (first >> 6 !== 2) return false;
    const second = bytes[start + 1] as number;
    const isWanted = (second & 0x7f) === wanted;
    const sequence = ((bytes[start + 2] as number) << 8) | (bytes[start + 3] as number);
    const ssrc = bytes.readUInt32BE(start + 8);
    if (isWanted && isWithin(sequence, this.#foreignFrom, this.#expected)) this.#forgetForeign();
    if (this.#takenAhead.size > 0 && this.#takenAhead.delete(sequence) && isWanted) this.#numberedApart();
    if (!isWanted && (sequence !== this.#expected || ssrc !== this.ssrc)) {
      this.#noteAhead(sequence, ssrc);
      return false;
    }
    let payload = start + 12 + 4 * (first & 15);
    if ((first & 0x10) !== 0) {
      if (payload + 4 > end) return false;
      payload += 4 + 4 * bytes.readUInt16BE(payload + 2);
    }
    const padding = (first & 0x20) === 0 ? 0 : (bytes[end - 1] as number);
    if (payload + padding > end) return false;
    this.marker = second >= 0x80;
    this.payloadType = second & 0x7f;
    this.payloadStart = payload;
    this.payloadEnd = end - padding;
    this.timestamp = bytes.readUInt32BE(start + 4);
    if (!isWanted && this.#foreignFrom < 0) {
      this.#foreignFrom = sequence;
      this.#foreignCycles = this.#cycles;
    }
    const inOrder = this.#order(sequence, ssrc);
    if (isWanted) {
      this.#sharesNumbers ||= inOrder && this.#foreignFrom >= 0 && !this.gap;
      this.#foreignFrom = -1;
    }
    return inOrder && isWanted;
  }

  /** Extended highest sequence number, for receiver reports. */
  get extendedSequence(): number {
    return (this.#cycles * 0x10000 + this.sequence) >>> 0;
  }

  #noteAhead(sequence: number, ssrc: number): void {
    if (!this.#sharesNumbers || ssrc !== this.ssrc || !isWithin(sequence, this.#expected, this.#expected + MOST_AHEAD)) return;
    if (this.#takenAhead.size >= MOST_AHEAD) this.#takenAhead.clear();
    this.#takenAhead.add(sequence);
  }

  /** How many of the numbers up to this one, not included, packets of another type took. */
  #takenUpTo(sequence: number): number {
    let taken = 0;
    for (const one of this.#takenAhead) {
      if (isWithin(one, this.#expected, sequence)) taken += 1;
      if (!isWithin(one, sequence + 1, sequence + MOST_AHEAD)) this.#takenAhead.delete(one);
    }
    return taken;
  }

  #numberedApart(): void {
    this.#sharesNumbers = false;
    this.#takenAhead.clear();
  }

  #forgetForeign(): void {
    this.#numberedApart();
    this.#expected = this.#foreignFrom;
    this.sequence = (this.#foreignFrom - 1) & 0xffff;
    this.#cycles = this.#foreignCycles;
  }

  #order(sequence: number, ssrc: number): boolean {
    this.gap = false;
    this.restarted = false;
    const distance = this.#expected < 0 ? 0 : ((sequence - this.#expected + 0x8000) & 0xffff) - 0x8000;
    // Another source whose numbers go on where the last one's ended is the same stream: nothing is missing.
    if (this.#expected >= 0 && ((ssrc !== this.ssrc && distance !== 0) || distance < -1000 || distance > 3000)) {
      this.restarted = true;
      this.gap = true;
      this.#numberedApart();
    } else if (distance < 0) {
      this.reordered += 1;
      if (!this.#late.late(sequence)) return false;
      this.restarted = true;
      this.gap = true;
      this.#numberedApart();
    } else if (distance > 0) {
      const taken = this.#takenAhead.size === 0 ? 0 : this.#takenUpTo(sequence);
      this.lost += distance - taken;
      this.received += taken;
      this.gap = distance > taken;
    }
    this.#late.inOrder();
    this.ssrc = ssrc;
    if (sequence < this.sequence && this.#expected >= 0) this.#cycles += 1;
    this.sequence = sequence;
    this.#expected = (sequence + 1) & 0xffff;
    this.received += 1;
    return true;
  }
}

/** Is this sequence number one of those from `from` on, before `to`? `from` below 0: there are none. */
export const isWithin = (sequence: number, from: number, to: number): boolean => from >= 0 && ((sequence - from) & 0xffff) < ((to - from) & 0xffff);

/** Unwraps 32-bit RTP timestamps to growing numbers; steps back (B-frames) stay steps back. */
export class TimestampUnwrapper {
  #last = -1;
  #value = 0;

  unwrap(timestamp: number): number {
    this.#value = this.#last < 0 ? timestamp : this.#value + ((timestamp - this.#last) | 0);
    this.#last = timestamp;
    return this.#value;
  }

  reset(): void {
    this.#last = -1;
  }
}

export interface SenderReport {
  readonly ssrc: number;
  /** The camera's wall clock, microseconds since 1970. */
  readonly ntpUs: number;
  readonly rtpTimestamp: number;
  /** Middle 32 bits of the NTP time, echoed in receiver reports. */
  readonly lsr: number;
}

const NTP_EPOCH_SECONDS = 2_208_988_800;

/** The sender report in a compound RTCP packet, or null. */
export function findSenderReport(bytes: Buffer, start: number, end: number): SenderReport | null {
  let at = start;
  while (at + 8 <= end) {
    const size = 4 * (bytes.readUInt16BE(at + 2) + 1);
    if ((bytes[at] as number) >> 6 !== 2) return null;
    if (bytes[at + 1] === 200 && size >= 28 && at + 28 <= end) {
      const seconds = bytes.readUInt32BE(at + 8);
      const fraction = bytes.readUInt32BE(at + 12);
      // RFC 2030 §3: seconds below 2^31 belong to the era that begins in 2036.
      const era = seconds < 0x8000_0000 ? 0x1_0000_0000 : 0;
      return {
        ssrc: bytes.readUInt32BE(at + 4),
        ntpUs: (seconds + era - NTP_EPOCH_SECONDS) * 1e6 + Math.floor((fraction * 1e6) / 0x1_0000_0000),
        rtpTimestamp: bytes.readUInt32BE(at + 16),
        lsr: bytes.readUInt32BE(at + 10),
      };
    }
    at += size;
  }
  return null;
}

/** Does a compound RTCP packet tell that this source's stream is over (BYE)? */
export function saysGoodbye(bytes: Buffer, start: number, end: number, ssrc: number): boolean {
  for (let at = start; at + 8 <= end; at += 4 * (bytes.readUInt16BE(at + 2) + 1)) {
    const first = bytes[at] as number;
    if (first >> 6 !== 2) return false;
    if (bytes[at + 1] !== 203) continue;
    for (let source = 0; source < (first & 31) && at + 8 + 4 * source <= end; source += 1) if (bytes.readUInt32BE(at + 4 + 4 * source) === ssrc) return true;
  }
  return false;
}

/** A receiver report with a canonical name: the sign of life that some cameras wait for. */
export function receiverReport(ownSsrc: number, from: RtpReceiver, lsr: number, dlsr: number): Buffer {
  const packet = Buffer.alloc(32 + 24);
  packet.writeUInt32BE(0x81c9_0007, 0);
  packet.writeUInt32BE(ownSsrc, 4);
  packet.writeUInt32BE(from.ssrc, 8);
  packet.writeUInt32BE(from.lost & 0xff_ffff, 12);
  packet.writeUInt32BE(from.extendedSequence, 16);
  packet.writeUInt32BE(lsr, 24);
  packet.writeUInt32BE(dlsr >>> 0, 28);
  packet.writeUInt32BE(0x81ca_0005, 32);
  packet.writeUInt32BE(ownSsrc, 36);
  packet.writeUInt16BE(0x010a, 40);
  packet.write('understudy', 42, 'latin1');
  return packet;
}
