/** RTP packets of coded pictures, as odd as a camera may make them. */
export interface Picture {
  readonly nals: readonly Buffer[];
  readonly key: boolean;
  /** Ticks of 90 kHz since the first picture, time of showing. */
  readonly ticks: number;
}

export interface PacketShape {
  /** Longest payload; NAL units beyond it are fragmented. */
  readonly mtu?: number;
  /** Everything of a picture in one aggregation packet (STAP-A, AP). */
  readonly aggregate?: boolean;
  /** H.264: the parameter sets in one aggregation packet, the picture behind it as usual. */
  readonly aggregateSets?: boolean;
  readonly extension?: boolean;
  readonly padding?: number;
  readonly csrc?: number;
  readonly marker?: 'last' | 'never' | 'every';
  /** The marker of parameter sets, which some cameras send as a "picture" of their own. */
  readonly markSets?: boolean;
  readonly firstSequence?: number;
  readonly firstTimestamp?: number;
  /** Moves a picture's timestamp, in ticks. */
  readonly jitter?: (index: number) => number;
  /** An access unit delimiter and a user data SEI in front of each picture. */
  readonly decorated?: boolean;
  /** Start codes within the payload, as some cheap encoders leave them. */
  readonly startCodes?: boolean;
  /** Packets (counted from 0) that are never sent. */
  readonly lose?: (packet: number) => boolean;
  readonly ssrc?: number;
  /** Parameter sets and picture as one NAL unit, start codes of so many bytes between. */
  readonly glued?: 3 | 4;
  /** H.265: a decoding order number in each payload. */
  readonly numbered?: boolean;
  /** H.265: each payload within another one that tells about it (PACI). */
  readonly carried?: boolean;
}

export class Packer {
  readonly #codec: 'h264' | 'h265';
  readonly #shape: PacketShape;
  #sequence: number;
  #packet = 0;
  sent = 0;

  constructor(codec: 'h264' | 'h265', shape: PacketShape) {
    this.#codec = codec;
    this.#shape = shape;
    this.#sequence = shape.firstSequence ?? 1;
  }

  /** The packets of one picture, those that are lost left out. */
  picture(picture: Picture, index: number): Buffer[] {
    const { decorated, aggregate, mtu = 1400, marker = 'last', markSets = false } = this.#shape;
    const h264 = this.#codec === 'h264';
    const front = decorated ? (h264 ? ['09f0', '0605081122334455667788'] : ['460150', '4e0105081122334455667788']).map((hex) => Buffer.from(`${hex}80`, 'hex')) : [];
    const nals = this.#glue([...front, ...picture.nals]);
    const sets = this.#shape.aggregateSets ? nals.filter((nal) => this.#isSet(nal)) : [];
    const alone = nals.slice(sets.length).flatMap((nal) => this.#payloads(nal, mtu));
    const payloads = aggregate ? [this.#aggregate(nals)] : sets.length > 0 ? [this.#aggregate(sets), ...alone] : alone;
    const ends = nals.map((_, at) => nals.slice(0, at + 1).flatMap((nal) => this.#payloads(nal, mtu)).length - 1);
    const timestamp = (this.#shape.firstTimestamp ?? 1000) + picture.ticks + (this.#shape.jitter?.(index) ?? 0);
    return payloads.flatMap((payload, at) => {
      const endsSets = markSets && ends.includes(at) && this.#isSet(nals[ends.indexOf(at)] as Buffer);
      const marked = endsSets || (marker === 'every' ? ends.includes(at) : marker === 'last' && at === payloads.length - 1);
      const packet = this.#packetOf(this.#wrap(payload), timestamp, marked);
      return this.#shape.lose?.(this.#packet++) ? [] : [packet];
    });
  }

  #glue(nals: readonly Buffer[]): readonly Buffer[] {
    const { glued } = this.#shape;
    if (glued === undefined || nals.length === 1) return nals;
    const code = Buffer.from([0, 0, 0, 1]).subarray(4 - glued);
    return [Buffer.concat(nals.flatMap((nal, at) => (at === 0 ? [nal] : [code, nal])))];
  }

  #wrap(payload: Buffer): Buffer {
    const { numbered, carried } = this.#shape;
    if (!numbered && !carried) return payload;
    const [first = 0, second = 0] = payload;
    const type = (first >> 1) & 63;
    if (carried) {
      const about = Buffer.from('a1b2c3', 'hex');
      const word = ((first & 0x80) << 8) | (type << 9) | (about.length << 4) | 8;
      return Buffer.concat([Buffer.from([(first & 0x81) | (50 << 1), second]), u16(word), about, payload.subarray(2)]);
    }
    if (type === 49) return ((payload[2] ?? 0) & 0x80) === 0 ? payload : Buffer.concat([payload.subarray(0, 3), u16(9), payload.subarray(3)]);
    if (type !== 48) return Buffer.concat([payload.subarray(0, 2), u16(7), payload.subarray(2)]);
    const parts = [payload.subarray(0, 2)];
    for (let at = 2; at < payload.length; at += 2 + payload.readUInt16BE(at)) parts.push(at === 2 ? u16(5) : Buffer.from([1]), payload.subarray(at, at + 2 + payload.readUInt16BE(at)));
    return Buffer.concat(parts);
  }

  #isSet(nal: Buffer): boolean {
    const first = nal[0] ?? 0;
    return this.#codec === 'h264' ? [7, 8].includes(first & 31) : [32, 33, 34].includes((first >> 1) & 63);
  }

  #aggregate(nals: readonly Buffer[]): Buffer {
    const head = this.#codec === 'h264' ? Buffer.from([0x78]) : Buffer.from([48 << 1, 1]);
    return Buffer.concat([head, ...nals.flatMap((nal) => [u16(nal.length), nal])]);
  }

  #payloads(nal: Buffer, mtu: number): Buffer[] {
    if (this.#shape.startCodes) return [Buffer.concat([Buffer.from([0, 0, 0, 1]), nal])];
    if (nal.length <= mtu) return [nal];
    const h264 = this.#codec === 'h264';
    const head = h264 ? 1 : 2;
    const first = nal[0] as number;
    const type = h264 ? first & 31 : (first >> 1) & 63;
    const parts: Buffer[] = [];
    for (let at = head; at < nal.length; at += mtu) {
      const bits = (at === head ? 0x80 : 0) | (at + mtu >= nal.length ? 0x40 : 0) | type;
      const front = h264 ? [(first & 0xe0) | 28, bits] : [(first & 0x81) | (49 << 1), nal[1] as number, bits];
      parts.push(Buffer.concat([Buffer.from(front), nal.subarray(at, at + mtu)]));
    }
    return parts;
  }

  #packetOf(payload: Buffer, timestamp: number, marked: boolean): Buffer {
    const { extension = false, padding = 0, csrc = 0, ssrc = 0x1234 } = this.#shape;
    const head = Buffer.alloc(12 + 4 * csrc);
    head[0] = 0x80 | (padding > 0 ? 0x20 : 0) | (extension ? 0x10 : 0) | csrc;
    head[1] = 96 | (marked ? 0x80 : 0);
    head.writeUInt16BE(this.#sequence & 0xffff, 2);
    head.writeUInt32BE(timestamp >>> 0, 4);
    head.writeUInt32BE(ssrc, 8);
    this.#sequence += 1;
    this.sent += 1;
    // A one-byte-header extension (RFC 8285) of two words, as ONVIF replay and WebRTC encoders send.
    const more = extension ? Buffer.from('bede0002a1010203040506f7', 'hex') : Buffer.alloc(0);
    const pad = padding > 0 ? Buffer.alloc(padding) : Buffer.alloc(0);
    if (padding > 0) pad[padding - 1] = padding;
    return Buffer.concat([head, more, payload, pad]);
  }
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
