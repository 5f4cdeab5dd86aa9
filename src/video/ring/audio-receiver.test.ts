import { expect, it } from 'vitest';
import type { StreamConfig } from '../contract.ts';
import { AudioReceiver } from './audio-receiver.ts';
import { HostClock } from './host-clock.ts';
import { Ring } from './ring.ts';
import { StreamTime } from './stream-time.ts';

const config: StreamConfig = { version: 1, video: { codec: 'h264', parameterSets: [], width: 1, height: 1, clockRate: 90_000 }, audio: { codec: 'aac', clockRate: 48_000, channels: 2 } };

function received(...frames: readonly Buffer[]): string[] {
  const ring = new Ring({ bytes: 1 << 16, audioBytes: 1 << 15, prerollUs: 1e12 });
  const time = new StreamTime(new HostClock({ monotonicMs: () => 0, wallMs: () => 0, uptimeMs: () => 0 }));
  time.session(90_000, 48_000);
  ring.beginNal();
  ring.put(Buffer.from([0x65]), 0, 1);
  ring.endNal();
  ring.keepVideo({ track: 'video', timeUs: 0, rtpTime: 0, key: true, vclBytes: 1, vclCrc: 0, gapBefore: false, epoch: 1 }, config);
  const description = { codec: 'aac', payloadType: 97, clockRate: 48_000, channels: 2, config: null, sizeBits: 13, indexBits: 3, control: null } as const;
  const receiver = new AudioReceiver({ description, ring, time, config: () => config });
  for (const [i, frame] of frames.entries()) {
    const head = Buffer.from([0x80, 97, 0, i, 0, 0, i * 4, 0, 0, 0, 0, 1, 0, 16, frame.length >> 5, (frame.length << 3) & 0xff]);
    receiver.packet(Buffer.concat([head, frame]), 0, head.length + frame.length, i * 21_333);
  }
  ring.startReading();
  const batch = ring.gather(1e12, 1e12);
  return (batch?.units ?? []).filter(({ track }) => track === 'audio').map(({ start, length }) => ring.memory.toString('hex', start, start + length));
}

it('takes the head of a file off frames that a camera sends with it', () => {
  const raw = Buffer.from('211b94a5b6c7d8e9fa0b', 'hex');
  const adts = (crc: boolean): Buffer => {
    const length = raw.length + (crc ? 9 : 7);
    const head = Buffer.from([0xff, crc ? 0xf0 : 0xf1, 0x4c, 0x80 | (length >> 11), (length >> 3) & 0xff, ((length & 7) << 5) | 31, 0xfc]);
    return Buffer.concat([head, ...(crc ? [Buffer.from([1, 2])] : []), raw]);
  };
  expect(received(raw, adts(false), adts(true))).toEqual([raw, raw, raw].map((frame) => frame.toString('hex')));
});
