import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnitRow } from '../../core/units.ts';
import { stallReason } from '../engine/reasons.ts';
import { ConfigMaker } from '../rtsp/parameter-sets.ts';
import { HostClock } from './host-clock.ts';
import { Ring } from './ring.ts';
import { StreamTime } from './stream-time.ts';
import { VideoReceiver } from './video-receiver.ts';

// 320x240 baseline, from x264.
const SPS = Buffer.from('6742c00cda0507e84000000300400000c8a3c50aa8', 'hex');
const PPS = Buffer.from('68ce0fc8', 'hex');

interface Packet {
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
  readonly ssrc?: number;
  readonly sequence?: number;
  /** Microseconds; by the timestamp unless told. */
  readonly arrivalUs?: number;
}

/** A slice; `first` sets first_mb_in_slice = 0. */
const slice = (key: boolean, first: boolean, size: number): Buffer => Buffer.concat([Buffer.from([key ? 0x65 : 0x41, first ? 0x88 : 0x48, 0x84]), Buffer.alloc(size, 7)]);

type Marker = 'last' | 'never' | 'every';

function stream(frames: number, marker: Marker, slices = 2): Packet[] {
  return Array.from({ length: frames }, (_, i) => {
    const key = i % 5 === 0;
    const nals = [...(key ? [SPS, PPS] : []), ...Array.from({ length: slices }, (_s, s) => slice(key, s === 0, 10 + i + s))];
    return nals.map((payload, n) => ({ timestamp: i * 3600, payload, marker: marker === 'every' || (marker === 'last' && n === nals.length - 1) }));
  }).flat();
}

function receive(packets: readonly Packet[], lost: ReadonlySet<number> = new Set(), described: Buffer[] = [], type = 96, ringBytes = 1 << 20): { units: UnitRow[]; receiver: VideoReceiver; bytes: string[] } {
  const ring = new Ring({ bytes: ringBytes, audioBytes: 0, prerollUs: 1e12 });
  const clock = { monotonicMs: () => 1000, wallMs: () => 1e12, uptimeMs: () => 0 };
  const receiver = new VideoReceiver({
    description: { codec: 'h264', payloadType: 96, clockRate: 90_000, control: null, parameterSets: described, numbered: false },
    audio: undefined,
    ring,
    configs: new ConfigMaker(),
    time: new StreamTime(new HostClock(clock)),
    kept: () => undefined,
  });
  packets.forEach((packet, i) => {
    if (lost.has(i)) return;
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = type | (packet.marker ? 0x80 : 0);
    header.writeUInt16BE((packet.sequence ?? i) & 0xffff, 2);
    header.writeUInt32BE(packet.timestamp, 4);
    header.writeUInt32BE(packet.ssrc ?? 0, 8);
    const bytes = Buffer.concat([header, packet.payload]);
    receiver.packet(bytes, 0, bytes.length, packet.arrivalUs ?? 1e6 + packet.timestamp * 11);
  });
  ring.startReading();
  const units: UnitRow[] = [];
  const bytes: string[] = [];
  for (let batch = ring.gather(1e12, 1e12); batch !== null; batch = ring.gather(1e12, 1e12)) {
    for (const unit of batch.units) {
      units.push(unit);
      bytes.push(batch.memory.toString('hex', unit.start, unit.start + unit.length));
    }
    ring.settle();
  }
  return { units, receiver, bytes };
}

/** Without a marker the last unit is only known to be over when the next begins. */
const end: Packet = { timestamp: 1_000_000, marker: false, payload: slice(false, true, 5) };

describe('VideoReceiver', () => {
  it('makes the same units whether the marker is set rightly, never, or on every slice', () => {
    const [last, never, every] = (['last', 'never', 'every'] as const).map((marker) => receive([...stream(40, marker), end]));
    expect(last?.units).toHaveLength(40);
    expect(never?.bytes).toEqual(last?.bytes);
    expect(every?.bytes).toEqual(last?.bytes);
  });

  it('gives out a unit at its marker once markers proved true', () => {
    expect(receive(stream(40, 'last')).units).toHaveLength(40);
    expect(receive(stream(40, 'never')).units).toHaveLength(39);
  });

  it('drops exactly the units that lost a packet, and marks the next one', () => {
    const packets = [...stream(40, 'last'), end];
    const whole = receive(packets);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 60, max: 85 }), { maxLength: 4 }), (lost) => {
        // A lost parameter set costs no picture: the sets are known from before.
        const slices = lost.filter((i) => packets[i]?.payload !== SPS && packets[i]?.payload !== PPS);
        const hit = new Set(slices.map((i) => packets[i]?.timestamp));
        const { units, receiver } = receive(packets, new Set(lost));
        const kept = units.map((u) => u.vclCrc);
        for (const unit of whole.units) {
          // Nothing incomplete is ever kept; a neighbour may go too where its own beginning is in doubt.
          if (hit.has(unit.rtpTime)) expect(kept).not.toContain(unit.vclCrc);
        }
        expect(kept.every((crc) => whole.units.some((u) => u.vclCrc === crc))).toBe(true);
        expect(receiver.rtp.lost).toBe(lost.length);
        for (let i = 1; i < units.length; i += 1) {
          const jumps = (units[i] as UnitRow).rtpTime - (units[i - 1] as UnitRow).rtpTime !== 3600;
          if (jumps) expect((units[i] as UnitRow).gapBefore).toBe(true);
        }
      }),
    );
  });

  it('keeps the neighbours of a unit whose middle was lost', () => {
    const packets = stream(40, 'last', 3);
    const at = packets.findIndex((p) => p.timestamp === 22 * 3600) + 1;
    const { units } = receive(packets, new Set([at]));
    expect(units).toHaveLength(39);
    expect(units.filter((u) => u.gapBefore).map((u) => u.rtpTime / 3600)).toEqual([0, 23]);
  });

  it('names the size and a new version when parameter sets change at a key frame', () => {
    const other = Buffer.from('68ce3c80', 'hex');
    const packets = stream(20, 'last').map((p) => (p.timestamp >= 10 * 3600 && p.payload === PPS ? { ...p, payload: other } : p));
    const { receiver } = receive(packets);
    expect(receiver.config).toMatchObject({ version: 2, video: { width: 320, height: 240 } });
    expect(receiver.config?.video.parameterSets.map((s) => Buffer.from(s).toString('hex'))).toEqual([SPS, other].map((s) => s.toString('hex')));
  });

  it('waits for a key frame, and uses the sets of the description when none come in band', () => {
    const packets = stream(20, 'last').filter((p) => p.payload !== SPS && p.payload !== PPS).slice(4);
    expect(receive(packets).units).toHaveLength(0);
    expect(receive(packets, new Set(), [SPS, PPS]).units.map((u) => u.rtpTime / 3600)[0]).toBe(5);
  });

  it.each([5_000_000, 2_000_000_000, 10_000])('lies on the clock of this host when the sender begins anew with B-frames, its time at %d', (base) => {
    const pictures = (from: number, ssrc: number, startTicks: number): Packet[] =>
      Array.from({ length: 40 }, (_, i) => {
        // Decoded I P B P P: the third is shown before the second.
        const shown = i % 5 === 1 ? i + 1 : i % 5 === 2 ? i - 1 : i;
        const payload = slice(i % 5 === 0, true, 20);
        if (i % 5 === 2) payload[1] = 0xa8;
        return { timestamp: startTicks + shown * 3600, marker: true, payload, ssrc, sequence: from + i, arrivalUs: 1e6 + (from + i) * 40_000 };
      });
    const { units } = receive([...pictures(0, 1, 10_000_000), ...pictures(40, 2, base)], new Set(), [SPS, PPS]);
    expect(units).toHaveLength(80);
    const start = units[0]?.timeUs ?? 0;
    for (const [i, { timeUs }] of units.entries()) expect(Math.abs(timeUs - start - i * 40_000)).toBeLessThanOrEqual(80_000);
  });

  it.each([
    ['a picture each, with one slice', SPS, PPS, 1, 80],
    ['a picture each, with three slices', SPS, PPS, 3, 80],
    // Interlaced: two pictures with one time may be the fields of one.
    ['a field each', Buffer.from('674d4015f40a087e5c0440000003004000000c87c50aa8', 'hex'), Buffer.from('68de0fc8', 'hex'), 1, 40],
  ])('takes what comes in pairs under one timestamp for %s', (_what, sps, pps, slices, units) => {
    for (const marker of ['last', 'never'] as const) {
      const packets = stream(80, marker, slices).map(({ payload, ...packet }) => ({ ...packet, payload: payload === SPS ? sps : payload === PPS ? pps : payload, timestamp: Math.floor(packet.timestamp / 7200) * 7200, arrivalUs: 1e6 + packet.timestamp * 11 }));
      const received = receive([...packets, end]);
      expect(received.units).toHaveLength(units);
      expect(received.units.slice(1).every((unit, i) => unit.timeUs > (received.units[i] as UnitRow).timeUs)).toBe(true);
    }
  });

  it('never throws, whatever the payloads', () => {
    const packet = fc.record({ timestamp: fc.constantFrom(0, 3600, 7200), marker: fc.boolean(), payload: fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b)) });
    fc.assert(fc.property(fc.array(packet, { maxLength: 60 }), (packets) => void receive(packets, new Set(), [SPS, PPS])));
  });
});

it.each([25, 26, 27, 29])('says that packets of an interleaved stream (type %d) cannot be recorded', (type) => {
  const packets = Array.from({ length: 6 }, (_, i): Packet => ({ timestamp: i * 3600, marker: true, payload: Buffer.from([0x60 | type, 0, i, 0, 4, 0x65, 0x88, 0x84, 7]) }));
  expect(receive(packets).receiver.lacking).toBe('plain packets');
});

it('says what is wrong with packets that are not what was described, or hold no picture', () => {
  const packets = (payload: Buffer): Packet[] => Array.from({ length: 6 }, (_, i) => ({ timestamp: i * 3600, marker: true, payload }));
  const other = receive(packets(slice(true, true, 9)), new Set(), [SPS, PPS], 97).receiver.lacking;
  expect([other, receive(packets(Buffer.from('1e0102', 'hex'))).receiver.lacking]).toEqual(['described packets', 'pictures']);
  expect(stallReason(other)).toMatchObject({ code: 'camera.codec', text: expect.stringContaining('another payload type') });
});

it.each(['last', 'never'] as const)('keeps a picture whole that has SEI between its slices, marked %s', (marker) => {
  const sei = Buffer.from('0605081122334455667788 80'.replace(' ', ''), 'hex');
  const packets = stream(20, marker, 3).flatMap((packet) => ((packet.payload[1] as number) === 0x48 ? [{ ...packet, marker: false, payload: sei }, packet] : [packet]));
  const { units, receiver } = receive([...packets, { timestamp: 20 * 3600, marker: false, payload: slice(false, true, 9) }]);
  expect([units.length, receiver.damaged]).toEqual([20, 0]);
});

it.each([
  ['start codes within an SEI', [Buffer.concat([Buffer.from('0605', 'hex'), ...Array.from({ length: 15_000 }, () => Buffer.from('00000106', 'hex'))])]],
  ['NAL units of two bytes', Array.from({ length: 4 }, () => Buffer.concat([Buffer.from([24]), ...Array.from({ length: 18_000 }, () => Buffer.from([0, 2, 6, 5]))]))],
])('drops a picture of %s without number, and is not kept busy by it', (_, made) => {
  const packets = (n: number, key: boolean, more: readonly Buffer[] = []): Packet[] => [...(key ? [SPS, PPS] : []), ...more, slice(key, true, 50)].map((payload) => ({ timestamp: n * 3600, marker: false, payload }));
  const before = process.cpuUsage(); // not by the clock: others may be using this machine
  const { units, receiver } = receive([...packets(0, true), ...packets(1, false, made), ...packets(2, true), ...packets(3, false)]);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1500);
  expect([units.map((unit) => [unit.rtpTime / 3600, unit.gapBefore]), receiver.damaged]).toEqual([[[0, true], [2, true]], 1]);
});

it('keeps nothing that refers to a picture too large for memory, and says what is lacking', () => {
  const picture = (n: number, key: boolean, size: number): Packet[] =>
    [...(key ? [SPS, PPS] : []), slice(key, true, size)].map((payload) => ({ timestamp: n * 3600, marker: false, payload }));
  const whole = [0, 1, 2].flatMap((n) => picture(n, n === 0, 100));
  const large = [...whole, ...picture(3, true, 60_000), ...picture(4, false, 100), ...picture(5, false, 100)];
  const end_: Packet[] = [{ ...end, timestamp: 6 * 3600 }];
  const cut = receive([...large, ...end_], new Set(), [], 96, 32 << 10);
  expect([cut.units.map((unit) => unit.rtpTime / 3600), cut.receiver.lacking]).toEqual([[0, 1, 2], 'smaller pictures']);
  expect(stallReason(cut.receiver.lacking, null, [60_003, 32 << 10]).text).toContain('A picture of 0.1 MiB came');
  // Also where no key frame was ever small enough.
  const never = receive([...picture(0, true, 60_000), ...picture(1, false, 100), ...picture(2, false, 100), ...end_], new Set(), [], 96, 32 << 10);
  expect([never.units, never.receiver.lacking]).toEqual([[], 'smaller pictures']);
  const again = receive([...large, ...picture(6, true, 100), ...picture(7, false, 100), ...picture(8, false, 100)], new Set(), [], 96, 32 << 10);
  expect(again.units.map((unit) => [unit.rtpTime / 3600, unit.gapBefore]).slice(3)).toEqual([[6, true], [7, false]]);
  expect(again.receiver.lacking).toBeNull();
});
