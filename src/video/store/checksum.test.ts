import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import type { FootageUnit } from '../contract.ts';
import { checkUnit } from './checksum.ts';

const nal = (...bytes: number[]): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), Buffer.from(bytes)]);
const slice = [0x65, 1, 2, 3];
const picture: FootageUnit = { track: 'video', rtpTime: 1, timeUs: 1_000_000, key: true, gapBefore: false, vclBytes: 4, vclCrc: crc32(Buffer.from(slice)), data: Buffer.concat([nal(0x67, 9), nal(...slice)]) };

test('a unit is what its row says, parameter sets and SEI apart', () => {
  expect(() => checkUnit('h264', picture)).not.toThrow();
  expect(() => checkUnit('h264', { ...picture, data: nal(...slice) })).not.toThrow();
});

test('a changed or missing byte is found', () => {
  expect(() => checkUnit('h264', { ...picture, data: nal(0x65, 1, 2, 4) })).toThrow(/does not match its checksum/);
  expect(() => checkUnit('h264', { ...picture, data: nal(0x65, 1, 2) })).toThrow(/checksum/);
  expect(() => checkUnit('h264', { ...picture, data: new Uint8Array() })).toThrow(/checksum/);
  const sound: FootageUnit = { ...picture, track: 'audio', data: Buffer.from([7, 7]), vclBytes: 2, vclCrc: crc32(Buffer.from([7, 7])) };
  expect(() => checkUnit('h264', sound)).not.toThrow();
  expect(() => checkUnit('h264', { ...sound, data: Buffer.from([7, 8]) })).toThrow(/A sound/);
});
