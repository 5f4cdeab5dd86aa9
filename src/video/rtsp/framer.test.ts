import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Framer, FramingError } from './framer.ts';
import { header } from './message.ts';

/** What a framer saw, as comparable values, when the bytes come in the given pieces. */
function see(bytes: Buffer, cuts: readonly number[], known: readonly number[] = [0, 1]): string[] {
  const seen: string[] = [];
  const framer = new Framer({
    packet: (channel, chunk, start, end) => seen.push(`$${channel} ${chunk.subarray(start, end).toString('hex')}`),
    message: (message) => {
      const start = message.kind === 'response' ? String(message.status) : `${message.method} ${message.uri}`;
      seen.push(`${start} cseq=${header(message, 'cseq')} body=${message.body.toString('latin1')}`);
    },
    isKnownChannel: (channel) => known.includes(channel),
  });
  let from = 0;
  for (const cut of [...cuts.map((c) => c % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
    // Each piece in a buffer of its own, overwritten after: nothing may be kept by reference.
    const piece = Buffer.from(bytes.subarray(from, cut));
    framer.push(piece, 0, piece.length);
    piece.fill(0xee);
    from = Math.max(from, cut);
  }
  return seen;
}

it.each(['RTSP/1.0 200 OK\r\nX: ', ''])('is not kept busy by a line of carriage returns behind %j', (before) => {
  const framer = new Framer({ packet: () => undefined, message: () => undefined, isKnownChannel: () => true });
  const bytes = Buffer.from(`${before}${'\r'.repeat(60_000)}x\n\n`);
  const cpu = process.cpuUsage(); // not by the clock: others may be using this machine
  framer.push(bytes, 0, bytes.length);
  expect(process.cpuUsage(cpu).user / 1000).toBeLessThan(500);
});

const packet = (channel: number, payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0x24, channel, payload.length >> 8, payload.length & 255]), payload]);

const response = (cseq: number, body: string, eol = '\r\n'): Buffer =>
  Buffer.from(`RTSP/1.0 200 OK${eol}CSeq: ${cseq}${eol}${body ? `Content-Length: ${body.length}${eol}` : ''}${eol}${body}`, 'latin1');

describe('Framer', () => {
  it('gives the same packets and messages however the network cuts the bytes', () => {
    const element = fc.oneof(
      fc.record({ channel: fc.constantFrom(0, 1, 7), payload: fc.uint8Array({ maxLength: 60 }) }).map((p) => packet(p.channel, p.payload)),
      fc.record({ cseq: fc.nat(99), body: fc.string({ maxLength: 30 }).map((t) => t.replace(/[^ -~]/g, '.')) }).map((m) => response(m.cseq, m.body)),
    );
    fc.assert(
      fc.property(fc.array(element, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (elements, cuts) => {
        const bytes = Buffer.concat(elements);
        const whole = see(bytes, []);
        expect(whole).toHaveLength(elements.length);
        expect(see(bytes, cuts)).toEqual(whole);
        expect(see(bytes, Array.from(bytes.keys()))).toEqual(whole);
      }),
    );
  });

  it('finds the next packet behind garbage that does not end with its line, however it is cut', () => {
    const garbage = fc.array(fc.constantFrom('a', 'RTSP', '$', ' ', '$q', 'x$'), { minLength: 1, maxLength: 6 }).map((parts) => Buffer.from(parts.join('')));
    const payload = fc.uint8Array({ minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(garbage, payload, payload, fc.array(fc.nat(), { maxLength: 8 }), (noise, first, second, cuts) => {
        const bytes = Buffer.concat([packet(0, first), noise, packet(1, second), response(5, '')]);
        // A `$` that ends the garbage begins what looks like a packet of channel 36.
        fc.pre(noise.at(-1) !== 0x24 && noise[0] !== 0x24);
        const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');
        expect(see(bytes, cuts)).toEqual([`$0 ${hex(first)}`, `$1 ${hex(second)}`, '200 cseq=5 body=']);
      }),
    );
  });

  it('reads anything, or gives up with a FramingError, the same however it is cut', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b)),
      fc.constantFrom('$', '\r\n', '\n', 'RTSP/1.0 ', '200', 'CSeq: 1', 'Content-Length: 3', 'OPTIONS * RTSP/1.0').map((t) => Buffer.from(t)),
    );
    const result = (bytes: Buffer, cuts: number[]): unknown => {
      try {
        return see(bytes, cuts);
      } catch (error) {
        expect(error).toBeInstanceOf(FramingError);
        return 'gave up';
      }
    };
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 10 }), (parts, cuts) => {
        const bytes = Buffer.concat(parts);
        expect(result(bytes, cuts)).toEqual(result(bytes, []));
      }),
    );
  });

  it('finds packets between the header lines of a response', () => {
    const bytes = Buffer.concat([Buffer.from('RTSP/1.0 200 OK\r\n'), packet(0, Buffer.from('ab')), Buffer.from('CSeq: 4\r\n\r\n')]);
    expect(see(bytes, [])).toEqual(['$0 6162', '200 cseq=4 body=']);
  });

  it('reads line ends of one kind only, blank lines before, and odd spacing', () => {
    expect(see(response(3, 'hello', '\n'), [])).toEqual(['200 cseq=3 body=hello']);
    expect(see(Buffer.from('\r\n\r\n RTSP/1.0  200   OK\r\nCSEQ  :  5 \r\nX: a\r\n b\r\n\r\n'), [])).toEqual(['200 cseq=5 body=']);
  });

  it('finds its way back after a packet whose length was wrong', () => {
    const lying = Buffer.concat([Buffer.from([0x24, 0, 0, 2]), Buffer.alloc(40, 0x80), packet(1, Buffer.from('ok'))]);
    expect(see(lying, [])).toEqual(['$0 8080', '$1 6f6b']);
  });

  it('gives up on a header without end and on a giant body', () => {
    expect(() => see(Buffer.from(`RTSP/1.0 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`), [])).toThrow(FramingError);
    expect(() => see(Buffer.from('RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n'), [])).toThrow(FramingError);
  });
});
