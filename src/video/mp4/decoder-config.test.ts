import { expect, it } from 'vitest';
import { avcC, codecString, hvcC } from './decoder-config.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
// Parameter sets of x264 (High, level 1.2) and x265 (Main, level 2) at 320x240.
const h264 = [hex('6764000cacd94141fb011000000300100000030320f14299'.slice(0, 46)), hex('68ebecb22c')];
const h265 = [
  hex('40010c01ffff01600000030090000003000003003c95940900'.slice(0, 48)),
  hex('42010101600000030090000003000003003ca00a080f165942932bc05a02000003000200000300641000'.slice(0, 80)),
  hex('4401c172b46240'),
];

it('repeats profile, compatibility and level of H.264 and names chroma of High', () => {
  const box = avcC(h264);
  expect(box.toString('latin1', 4, 8)).toBe('avcC');
  expect([...box.subarray(8, 14)]).toEqual([1, 0x64, 0x00, 0x0c, 0xff, 0xe1]);
  expect([...box.subarray(-4)]).toEqual([0xfd, 0xf8, 0xf8, 0]);
  expect(codecString('avc3', h264)).toBe('avc3.64000c');
});

it('repeats profile, tier and level of H.265 behind emulation prevention bytes', () => {
  const box = hvcC(h265, true);
  expect([...box.subarray(8, 21)]).toEqual([1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x3c]);
  expect(codecString('hev1', h265)).toBe('hev1.1.6.L60.90');
  // Three arrays, marked complete.
  expect(box[30]).toBe(3);
  expect(box[31]).toBe(0x80 | 32);
});

it('says what is missing', () => {
  expect(() => avcC([])).toThrow(/sequence parameter set/);
  expect(() => hvcC([], false)).toThrow(/sequence parameter set/);
});
