import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Timers } from '../../platform/clock.ts';
import { ReorderBuffer } from './reorder.ts';
import { findSenderReport, receiverReport, RtpReceiver, saysGoodbye, TimestampUnwrapper } from './rtp.ts';

const rtp = (sequence: number, timestamp = 0, ssrc = 7): Buffer => {
  const packet = Buffer.alloc(13);
  packet[0] = 0x80;
  packet[1] = 96;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
};

describe('RtpReceiver', () => {
  it('counts what is missing, across the wrap of the sequence, and drops what comes twice', () => {
    const receiver = new RtpReceiver();
    const take = (sequence: number): boolean => receiver.parse(rtp(sequence), 0, 13, 96);
    expect([65_533, 65_534, 2, 2, 1, 3].map(take)).toEqual([true, true, true, false, false, true]);
    expect([receiver.lost, receiver.reordered, receiver.gap]).toEqual([3, 2, false]);
  });

  it('takes a new SSRC or a far jump for a new stream', () => {
    const receiver = new RtpReceiver();
    receiver.parse(rtp(10), 0, 13, 96);
    receiver.parse(rtp(40_000, 0, 8), 0, 13, 96);
    expect([receiver.restarted, receiver.gap, receiver.lost]).toEqual([true, true, 0]);
    receiver.parse(rtp(40_001, 0, 8), 0, 13, 96);
    expect([receiver.restarted, receiver.gap]).toEqual([false, false]);
  });

  it('takes a sequence that begins anew a little lower for a new stream, soon', () => {
    const receiver = new RtpReceiver();
    for (let i = 500; i < 520; i++) receiver.parse(rtp(i), 0, 13, 96);
    const taken = Array.from({ length: 100 }, (_, i) => receiver.parse(rtp(i), 0, 13, 96));
    expect(taken.indexOf(true)).toBe(31);
    expect(taken.slice(31)).not.toContain(false);
    // Single late packets, and some of them in a row, are only late.
    for (let i = 100; i < 120; i++) receiver.parse(rtp(i), 0, 13, 96);
    expect(Array.from({ length: 20 }, (_, i) => receiver.parse(rtp(90 + i), 0, 13, 96))).not.toContain(true);
    expect(receiver.parse(rtp(120), 0, 13, 96)).toBe(true);
    expect(receiver.restarted).toBe(false);
  });

  it('steps over contributing sources, extension and padding', () => {
    const packet = Buffer.concat([Buffer.from([0xb1, 0x80, 0, 1]), Buffer.alloc(12), Buffer.from([0, 0, 0, 1, 9, 9, 9, 9]), Buffer.from('data'), Buffer.from([0, 2])]);
    const receiver = new RtpReceiver();
    expect(receiver.parse(packet, 0, packet.length, packet[1]! & 0x7f)).toBe(true);
    expect(packet.toString('latin1', receiver.payloadStart, receiver.payloadEnd)).toBe('data');
    expect(receiver.marker).toBe(true);
  });

  it('leaves packets of another type and source out of the sequence, and counts those of its own source', () => {
    const receiver = new RtpReceiver();
    const other = (sequence: number, ssrc: number): boolean => {
      const packet = rtp(sequence, 0, ssrc);
      packet[1] = 97;
      return receiver.parse(packet, 0, 13, 96);
    };
    const take = (sequence: number): boolean => receiver.parse(rtp(sequence), 0, 13, 96);
    expect([other(900, 8), take(1), other(901, 8), take(2), other(3, 7), take(4)]).toEqual([false, true, false, true, false, true]);
    expect([receiver.gap, receiver.lost, receiver.restarted]).toEqual([false, 0, false]);
    expect([other(6, 7), take(7), receiver.gap, receiver.lost]).toEqual([false, true, true, 1]);
  });

  it('counts as lost only what is missing where private packets share the numbers of ours', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ own: fc.boolean(), lost: fc.boolean() }), { minLength: 20, maxLength: 300 }), fc.nat(0xffff), (packets, first) => {
        const receiver = new RtpReceiver();
        let [lost, kept] = [0, 0];
        // The first private packet comes whole: it shows how they are numbered.
        const all = [false, true, false].map((own) => ({ own, lost: false })).concat(packets, { own: false, lost: false });
        for (const [i, one] of all.entries()) {
          if (one.lost) {
            lost += 1;
            continue;
          }
          const packet = rtp(first + i);
          if (one.own) packet[1] = 112;
          kept += 1;
          expect(receiver.parse(packet, 0, packet.length, 96)).toBe(!one.own);
        }
        expect([receiver.lost, receiver.received]).toEqual([lost, kept]);
      }),
    );
  });

  it('misses nothing where a private packet overtakes one of ours', () => {
    const receiver = new RtpReceiver();
    const own = (sequence: number): boolean => {
      const packet = rtp(sequence);
      packet[1] = 112;
      return receiver.parse(packet, 0, 13, 96);
    };
    const take = (sequence: number): boolean => receiver.parse(rtp(sequence), 0, 13, 96) && !receiver.gap;
    expect([take(1), own(2), take(3), own(5), take(4), take(6), take(7)]).toEqual([true, false, true, false, true, true, true]);
    expect([own(9), take(10), receiver.lost]).toEqual([false, false, 1]);
    // One of ours has the number too: they are numbered apart after all.
    expect([own(12), take(11), take(12), own(14), take(13), take(15), receiver.lost]).toEqual([false, true, true, false, true, false, 2]);
  });

  it('hides no loss behind numbers that private packets took before the sender began anew', () => {
    const receiver = new RtpReceiver();
    const own = (sequence: number): boolean => {
      const packet = rtp(sequence);
      packet[1] = 112;
      return receiver.parse(packet, 0, 13, 96);
    };
    const take = (sequence: number): boolean => receiver.parse(rtp(sequence), 0, 13, 96);
    expect([take(500), own(501), take(502), own(510)]).toEqual([true, false, true, false]);
    for (let i = 400; i < 510; i++) take(i);
    expect([take(511), receiver.gap, receiver.lost]).toEqual([true, true, 1]);
  });

  it('bears private packets of its own source that are numbered apart, also where the numbers meet', () => {
    const receiver = new RtpReceiver();
    const taken = Array.from({ length: 40 }, (_, i) => {
      const own = rtp(20 + i);
      own[1] = 112;
      receiver.parse(own, 0, 13, 96);
      return [receiver.parse(rtp(2 * i), 0, 13, 96), receiver.gap, receiver.parse(rtp(2 * i + 1), 0, 13, 96), receiver.gap];
    });
    expect(taken.flat().filter((_, i) => i % 2 === 0)).not.toContain(false);
    expect([taken.flat().filter((_, i) => i % 2 === 1).includes(true), receiver.lost, receiver.restarted]).toEqual([false, 0, false]);
  });

  it('counts nothing as lost where nothing is, however many private packets come in a row and wherever the numbers meet', () => {
    const stream = fc.record({ first: fc.nat(0xffff), away: fc.integer({ min: -20, max: 20 }), apart: fc.boolean(), isPrivate: fc.array(fc.boolean(), { minLength: 20, maxLength: 200 }) });
    fc.assert(
      fc.property(stream, ({ first, away, apart, isPrivate }) => {
        const receiver = new RtpReceiver();
        const out: number[] = [];
        const buffer = new ReorderBuffer({ timers: { after: () => () => undefined, every: () => () => undefined }, waitMs: 50, payloadType: 96, deliver: (p) => p[1] === 96 && out.push(p.readUInt16BE(2)) });
        const wanted: number[] = [];
        let [next, own] = [first, first + away];
        for (const other of [false, ...isPrivate, false]) {
          const packet = rtp(other && apart ? own++ : next++);
          if (other) packet[1] = 112;
          buffer.push(packet);
          const taken = receiver.parse(packet, 0, packet.length, 96);
          if (other) continue;
          wanted.push(packet.readUInt16BE(2));
          expect([taken, receiver.gap]).toEqual([true, false]);
        }
        expect([receiver.lost, receiver.restarted, receiver.extendedSequence, out]).toEqual([0, false, next - 1, wanted]);
      }),
      { numRuns: 500 },
    );
  });

  it('takes another source whose numbers go on for the same stream', () => {
    const receiver = new RtpReceiver();
    const taken = Array.from({ length: 70 }, (_, i) => receiver.parse(rtp(65_500 + i, 0, i), 0, 13, 96) && !receiver.gap && !receiver.restarted);
    expect(taken).not.toContain(false);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void new RtpReceiver().parse(Buffer.from(bytes), 0, bytes.length, 96)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void [findSenderReport(Buffer.from(bytes), 0, bytes.length), saysGoodbye(Buffer.from(bytes), 0, bytes.length, 7)]));
  });
});

it('unwraps timestamps, also when they step back a little', () => {
  const unwrapper = new TimestampUnwrapper();
  expect([0xffff_fff0, 0x10, 0xffff_fff8, 0x20].map((t) => unwrapper.unwrap(t) - 0xffff_fff0)).toEqual([0, 32, 8, 48]);
});

it('reads the time of a sender report and answers with a receiver report', () => {
  const report = Buffer.alloc(28);
  report.set([0x80, 200, 0, 6]);
  report.writeUInt32BE(2_208_988_800 + 1000, 8);
  report.writeUInt32BE(0x8000_0000, 12);
  report.writeUInt32BE(1234, 16);
  expect(findSenderReport(Buffer.concat([Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1]), report]), 0, 36)).toMatchObject({ ntpUs: 1_000_500_000, rtpTimestamp: 1234 });
  const answer = receiverReport(5, new RtpReceiver(), 1, 2);
  expect([answer.length, answer[1], 4 * (answer.readUInt16BE(2) + 1), answer[33]]).toEqual([56, 201, 32, 202]);
});

it('hears a goodbye of its own source, behind a report too', () => {
  const words = (...hex: string[]): Buffer => Buffer.from(hex.join(''), 'hex');
  const said = (bytes: Buffer): boolean => saysGoodbye(bytes, 0, bytes.length, 0x77);
  const report = words('80c90001', '00000077');
  expect([report, words('81cb0001', '00000077'), words('81cb0001', '00000078'), Buffer.concat([report, words('82cb0002', '00000078', '00000077')]), words('82cb0002', '00000078')].map(said)).toEqual([false, true, false, true, false]);
});

describe('ReorderBuffer', () => {
  const manual = (): { timers: Timers; fire: () => void } => {
    let pending: (() => void)[] = [];
    const timers: Timers = {
      after: (_ms, run) => {
        pending.push(run);
        return () => (pending = pending.filter((p) => p !== run));
      },
      every: () => () => undefined,
    };
    return { timers, fire: () => pending.splice(0).forEach((run) => run()) };
  };

  it('puts packets that were swapped within its window back in order, losing none', () => {
    const shuffle = fc.array(fc.nat(20), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(0xffff), shuffle, (first, keys) => {
        const { timers } = manual();
        const out: number[] = [];
        const buffer = new ReorderBuffer({ timers, waitMs: 50, payloadType: 96, deliver: (p) => out.push(p.readUInt16BE(2)) });
        // A packet is delayed by at most 20 places; the very first one sets the beginning.
        const order = keys.map((delay, i) => ({ i: i + 1, at: i + delay })).toSorted((a, b) => a.at - b.at || a.i - b.i);
        for (const { i } of [{ i: 0 }, ...order]) buffer.push(rtp(first + i));
        expect(out).toEqual([...keys, 0].map((_, i) => (first + i) & 0xffff));
      }),
    );
  });

  it('lets a sequence that begins anew a little lower pass, soon', () => {
    const { timers } = manual();
    const out: number[] = [];
    const buffer = new ReorderBuffer({ timers, waitMs: 50, payloadType: 96, deliver: (p) => out.push(p.readUInt16BE(2)) });
    for (let i = 500; i < 510; i++) buffer.push(rtp(i));
    for (let i = 0; i < 100; i++) buffer.push(rtp(i));
    expect(out.slice(10)).toEqual(Array.from({ length: 69 }, (_, i) => i + 31));
  });

  it('holds no packet back for private ones of the same source, numbered apart or with the rest', () => {
    const { timers } = manual();
    const out: number[] = [];
    const buffer = new ReorderBuffer({ timers, waitMs: 50, payloadType: 96, deliver: (p) => p[1] === 96 && out.push(p.readUInt16BE(2)) });
    const own = (sequence: number): void => {
      const packet = rtp(sequence);
      packet[1] = 112;
      buffer.push(packet);
    };
    for (let i = 0; i < 40; i++) {
      buffer.push(rtp(2 * i));
      own(i < 20 ? 500 + i : 20 + i);
      buffer.push(rtp(2 * i + 1));
    }
    own(80);
    buffer.push(rtp(81));
    expect(out).toEqual([...Array.from({ length: 80 }, (_, i) => i), 81]);
    expect(buffer.reordered).toBe(0);
  });

  it('gives a missing packet up after its time, and tells the late one as reordered', () => {
    const { timers, fire } = manual();
    const out: number[] = [];
    const buffer = new ReorderBuffer({ timers, waitMs: 50, payloadType: 96, deliver: (p) => out.push(p.readUInt16BE(2)) });
    for (const sequence of [1, 3, 4]) buffer.push(rtp(sequence));
    expect(out).toEqual([1]);
    fire();
    buffer.push(rtp(2));
    expect([out, buffer.reordered]).toEqual([[1, 3, 4], 1]);
  });
});
