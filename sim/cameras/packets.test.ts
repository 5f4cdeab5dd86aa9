import { expect, test } from 'vitest';
import type { VideoKind } from './nal.ts';
import { addAggregate, addNal, FRAMING, PacketBuilder, RTP_HEADER, type PacketRun } from './packets.ts';

/** Payloads and markers of a run, its framing checked. */
function unpack(run: PacketRun): { payload: Buffer; marker: boolean }[] {
  return run.starts.map((start, index) => {
    const end = run.starts[index + 1] ?? run.bytes.length;
    expect(run.bytes[start]).toBe(0x24);
    expect(run.bytes.readUInt16BE(start + 2)).toBe(end - start - FRAMING);
    return { payload: run.bytes.subarray(start + FRAMING + RTP_HEADER, end), marker: (run.bytes[start + 5]! & 0x80) !== 0 };
  });
}

function cut(kind: VideoKind, nal: Uint8Array, mtu: number): ReturnType<typeof unpack> {
  const builder = new PacketBuilder(96);
  addNal(builder, kind, nal, mtu, true);
  return unpack(builder.done());
}

const long = (header: readonly number[]): Buffer => Buffer.from([...header, ...Array.from({ length: 1000 }, (_unused, i) => i & 0xff)]);

test('a NAL unit that fits is one packet with the marker', () => {
  expect(cut('h264', Buffer.from([0x65, 1, 2]), 100)).toEqual([{ payload: Buffer.from([0x65, 1, 2]), marker: true }]);
});

test.each([101, 102, 333, 1000])('FU-A fragments of at most %d bytes join to the NAL unit', (mtu) => {
  const nal = long([0x65]);
  const packets = cut('h264', nal, mtu);
  expect(packets.every(({ payload }) => payload.length <= mtu && payload[0] === (0x60 | 28))).toBe(true);
  expect(packets.map(({ payload }) => payload[1]! >> 6)).toEqual([2, ...Array(packets.length - 2).fill(0), 1]);
  expect(packets.map(({ marker }) => marker)).toEqual([...Array(packets.length - 1).fill(false), true]);
  const joined = Buffer.concat(packets.map(({ payload }) => payload.subarray(2)));
  expect(Buffer.concat([Buffer.from([(packets[0]!.payload[0]! & 0xe0) | (packets[0]!.payload[1]! & 0x1f)]), joined])).toEqual(nal);
});

test('H.265 fragments keep type, layer and temporal id', () => {
  const nal = long([19 << 1, 1]);
  const packets = cut('h265', nal, 300);
  for (const { payload } of packets) expect([payload[0], payload[1], payload[2]! & 0x3f]).toEqual([49 << 1, 1, 19]);
  expect(Buffer.concat([nal.subarray(0, 2), ...packets.map(({ payload }) => payload.subarray(3))])).toEqual(nal);
});

test('aggregates hold each NAL unit behind its length', () => {
  for (const [kind, header] of [['h264', [0x78]], ['h265', [0x60, 1]]] as const) {
    const builder = new PacketBuilder(96);
    addAggregate(builder, kind, [Buffer.from([7, 7]), Buffer.from([8])]);
    expect(unpack(builder.done())).toEqual([{ payload: Buffer.from([...header, 0, 2, 7, 7, 0, 1, 8]), marker: false }]);
  }
});
