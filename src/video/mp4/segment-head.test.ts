import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StreamConfig } from '../contract.ts';
import { packConfig, unpackConfig } from './packed-config.ts';
import { readSegmentHead, segmentHead } from './segment-head.ts';

const sps = Buffer.from('6764000cacd94141fb0110000003001000', 'hex');
const config: StreamConfig = {
  version: 7,
  video: { codec: 'h264', parameterSets: [sps, Buffer.from('68ebecb22c', 'hex')], width: 320, height: 240, clockRate: 90_000 },
  audio: { codec: 'aac', clockRate: 16_000, channels: 1, config: Buffer.from([0x14, 0x08]) },
};
const head = { camera: { serverId: 'north', cameraId: 'gate' }, baseUs: 1.79e15, config };

it('a head tells whose footage follows and how to decode it', () => {
  const bytes = segmentHead(head);
  const found = readSegmentHead(Buffer.concat([bytes, Buffer.alloc(50)]));
  expect(found?.length).toBe(bytes.length);
  expect(found?.head.camera).toEqual(head.camera);
  expect(packConfig(found?.head.config ?? config)).toEqual(packConfig(config));
});

it('a torn head is no head', () => {
  const bytes = segmentHead(head);
  for (let length = 0; length < bytes.length; length++) expect(readSegmentHead(bytes.subarray(0, length))).toBeNull();
});

it('foreign bytes are no head and never throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => readSegmentHead(Buffer.from(bytes)) === null));
  const bytes = segmentHead(head);
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
      const damaged = Buffer.from(bytes);
      damaged[at] = value;
      readSegmentHead(damaged);
    }),
  );
});

it('a packed configuration that was cut or lengthened is refused', () => {
  const packed = packConfig(config);
  for (let length = 0; length < packed.length; length++)
    expect(() => unpackConfig(packed.subarray(0, length))).toThrow(expect.objectContaining({ code: 'store.damaged' }));
  expect(() => unpackConfig(Buffer.concat([packed, Buffer.of(0)]))).toThrow(expect.objectContaining({ code: 'store.damaged' }));
});
