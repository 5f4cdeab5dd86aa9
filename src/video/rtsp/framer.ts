/**
 * Splits the bytes of an RTSP connection into interleaved packets (RFC 2326 §10.12) and messages,
 * however the network cut them.
 *
 * A packet that lies whole in a chunk is handed on in place, without a copy; only one that straddles
 * chunks is put together in a carry buffer. Cameras send packets between, and some of them within,
 * the lines of a response, so a `$` at the start of any line is a packet.
 */
import { addHeaderLine, parseStartLine, type RtspMessage, type StartLine } from './message.ts';

const DOLLAR = 0x24;
const LF = 0x0a;
const CR = 0x0d;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_GARBAGE_BYTES = 1024 * 1024;

export interface FramerHandlers {
  /** `bytes[start, end)` is one RTP or RTCP packet; valid only during the call. */
  packet(channel: number, bytes: Buffer, start: number, end: number): void;
  message(message: RtspMessage): void;
  /** True for channels that were agreed on: the only ones believed after garbage. */
  isKnownChannel(channel: number): boolean;
}

/** Thrown by `push` when the peer cannot be understood any more; the connection must be closed. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

export class Framer {
  readonly #handlers: FramerHandlers;
  #carry: Buffer | null = null;
  #carried = 0;
  /** Packet under way in the carry buffer (header included), or none. */
  #inPacket = false;
  #line = '';
  #start: StartLine | null = null;
  #headers = new Map<string, string[]>();
  #lastHeader: string | null = null;
  #headerBytes = 0;
  #body: Buffer | null = null;
  #bodyFilled = 0;
  #garbage = 0;

  constructor(handlers: FramerHandlers) {
    this.#handlers = handlers;
  }

  /** Takes `bytes[from, to)`; nothing of it is kept by reference. */
  push(bytes: Buffer, from: number, to: number): void {
    let at = from;
    while (at < to) {
      if (this.#inPacket) at = this.#continuePacket(bytes, at, to);
      else if (this.#body !== null) at = this.#continueBody(this.#body, bytes, at, to);
      else if (bytes[at] === DOLLAR && this.#line === '') at = this.#beginPacket(bytes, at, to);
      else at = this.#text(bytes, at, to);
    }
  }

  #beginPacket(bytes: Buffer, at: number, to: number): number {
    if (to - at >= 4) {
      const channel = bytes[at + 1] as number;
      if (this.#garbage > 0 && !this.#handlers.isKnownChannel(channel)) return this.#skip(1, at);
      const end = at + 4 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
      if (end <= to) {
        this.#garbage = 0;
        this.#handlers.packet(channel, bytes, at + 4, end);
        return end;
      }
    }
    this.#inPacket = true;
    this.#carried = 0;
    return at;
  }

  #continuePacket(bytes: Buffer, at: number, to: number): number {
    const carry = this.#carryBuffer();
    let from = at;
    while (this.#carried < 4 && from < to) carry[this.#carried++] = bytes[from++] as number;
    if (this.#carried < 4) return from;
    if (this.#garbage > 0 && !this.#handlers.isKnownChannel(carry[1] as number)) {
      // No packet after all: look at the three bytes behind the `$` again, as if they lay in one chunk.
      this.#inPacket = false;
      this.#skip(1, 0);
      this.push(Buffer.from(carry.subarray(1, 4)), 0, 3);
      return from;
    }
    const size = 4 + carry.readUInt16BE(2);
    const part = Math.min(size - this.#carried, to - from);
    bytes.copy(carry, this.#carried, from, from + part);
    this.#carried += part;
    if (this.#carried === size) {
      this.#inPacket = false;
      this.#garbage = 0;
      this.#handlers.packet(carry[1] as number, carry, 4, size);
    }
    return from + part;
  }

  #carryBuffer(): Buffer {
    return (this.#carry ??= Buffer.allocUnsafeSlow(4 + 0xffff));
  }

  #continueBody(body: Buffer, bytes: Buffer, at: number, to: number): number {
    const part = Math.min(body.length - this.#bodyFilled, to - at);
    bytes.copy(body, this.#bodyFilled, at, at + part);
    this.#bodyFilled += part;
    if (this.#bodyFilled === body.length) this.#finish(body);
    return at + part;
  }

  #text(bytes: Buffer, at: number, to: number): number {
    const first = bytes[at] as number;
    // Between messages only a letter can begin one; anything else is garbage (a wrong packet length).
    if (this.#start === null && this.#line === '' && first !== CR && first !== LF && !isLetterOrBlank(first))
      return this.#skip(1, at);
    if (this.#start === null && this.#line.endsWith('$') && this.#isChannel(first)) {
      // As below, where the `$` was the last byte of the chunk before.
      this.#giveUpLine(this.#line.length - 1);
      this.#inPacket = true;
      this.#carryBuffer()[0] = DOLLAR;
      this.#carried = 1;
      return at;
    }
    const lineEnd = bytes.indexOf(LF, at);
    const end = lineEnd === -1 || lineEnd >= to ? to : lineEnd + 1;
    const packet = this.#start === null ? this.#packetWithin(bytes, at, end) : -1;
    if (packet >= 0) {
      this.#giveUpLine(this.#line.length + packet - at);
      return packet;
    }
    this.#headerBytes += end - at;
    if (this.#headerBytes > MAX_HEADER_BYTES) throw new FramingError('The header is longer than 64 KiB.');
    this.#line += bytes.toString('latin1', at, end);
    if (end === to && bytes[end - 1] !== LF) return end;
    const line = withoutEnd(this.#line);
    this.#line = '';
    this.#takeLine(line);
    return end;
  }

  /**
   * Where a packet begins in text that is no message yet, or -1: garbage need not end with its line.
   */
  #packetWithin(bytes: Buffer, from: number, end: number): number {
    for (let at = bytes.indexOf(DOLLAR, from); at >= 0 && at + 1 < end; at = bytes.indexOf(DOLLAR, at + 1))
      if (this.#isChannel(bytes[at + 1] as number)) return at;
    return -1;
  }

  /** No first line of a message holds a control character, and the channels that cameras use are ones. */
  #isChannel(byte: number): boolean {
    return byte < 0x20 && this.#handlers.isKnownChannel(byte);
  }

  #giveUpLine(garbage: number): void {
    this.#skip(garbage, 0);
    this.#line = '';
    this.#headerBytes = 0;
  }

  #takeLine(line: string): void {
    if (this.#start === null) {
      if (line.trim() === '') this.#headerBytes = 0;
      else {
        this.#start = parseStartLine(line);
        if (this.#start === null) {
          this.#headerBytes = 0;
          this.#skip(line.length + 1, 0);
        }
      }
      return;
    }
    if (line !== '') {
      this.#lastHeader = addHeaderLine(this.#headers, line, this.#lastHeader);
      return;
    }
    const length = Number.parseInt(this.#headers.get('content-length')?.[0] ?? '0', 10);
    if (length > MAX_BODY_BYTES) throw new FramingError('The body is longer than 1 MiB.');
    const body = Buffer.alloc(length > 0 ? length : 0);
    if (body.length === 0) this.#finish(body);
    else {
      this.#body = body;
      this.#bodyFilled = 0;
    }
  }

  #finish(body: Buffer): void {
    const start = this.#start;
    const headers = this.#headers;
    this.#start = null;
    this.#headers = new Map();
    this.#lastHeader = null;
    this.#headerBytes = 0;
    this.#body = null;
    this.#garbage = 0;
    if (start !== null) this.#handlers.message({ ...start, headers, body });
  }

  #skip(count: number, at: number): number {
    this.#garbage += count;
    if (this.#garbage > MAX_GARBAGE_BYTES) throw new FramingError('1 MiB of bytes that are no RTSP.');
    return at + count;
  }
}

/** Without its line feed and what stands before that. No pattern: those take hours over lines that are made for it. */
function withoutEnd(line: string): string {
  let end = line.length - 1;
  while (end > 0 && line.charCodeAt(end - 1) === CR) end -= 1;
  return line.slice(0, end);
}

function isLetterOrBlank(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x20 || byte === 0x09;
}
