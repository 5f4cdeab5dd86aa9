import { expect, it } from 'vitest';
import { recoveryPoint } from './recovery-point.ts';

const look = (codec: 'h264' | 'h265', hex: string): number | null => {
  const bytes = Buffer.from(hex, 'hex');
  return recoveryPoint(codec, bytes, 0, bytes.length);
};

it('tells how many pictures it takes', () => {
  // 0 = '1', 9 = '0001010'; both as x264 writes them.
  expect(look('h264', '060601c480')).toBe(0);
  expect(look('h264', '0606021405' + '80')).toBe(9);
  expect(look('h265', '4e010601c080')).toBe(0);
});

it('finds it behind other messages, and nothing where there is none', () => {
  expect(look('h264', '06050311223306' + '01c480')).toBe(0);
  expect(look('h264', '060503112233' + '80')).toBeNull();
  expect(look('h264', '0605ff')).toBeNull();
  expect(look('h264', '06')).toBeNull();
});
