import { describe, expect, it } from 'vitest';
import { growthOf } from './growth.ts';
import type { Sample } from './samples.ts';

const samples = (memory: (at: number) => number, handles: (at: number) => number = () => 50): readonly Sample[] =>
  Array.from({ length: 200 }, (_, at) => ({ atMs: at * 2000, residentMb: memory(at), handles: handles(at), heapMb: null, delayMs: at === 7 ? 120 : 3 }));

describe('growth', () => {
  it('a warm-up, noise and peaks are none', () => {
    expect(growthOf('steady', samples((at) => Math.min(150, 80 + at * 3) + (at % 7) + (at % 50 === 0 ? 200 : 0)))).toMatchObject({ problem: null, worstDelayMs: 120 });
  });
  it('memory that grows for ever is one', () => {
    expect(growthOf('leak', samples((at) => 100 + at)).problem).toMatch(/leak grew from 17\d to 27\d MB/);
  });
  it('handles that are never closed are one', () => {
    expect(growthOf('leak', samples(() => 100, (at) => 40 + Math.floor(at / 5))).problem).toMatch(/handles/);
  });
});
