import { expect, it } from 'vitest';
import type { RingUnit, StreamConfig } from '../contract.ts';
import { needsNewSegment, splitAtGaps } from './rotation.ts';

const config: StreamConfig = { version: 1, video: { codec: 'h264', parameterSets: [], width: 1, height: 1, clockRate: 90_000 } };
const open = { startUs: 0, epoch: 1, config };
const unit = (more: Partial<RingUnit>): RingUnit => ({
  track: 'video', key: true, epoch: 1, rtpTime: 0, timeUs: 1, vclBytes: 1, vclCrc: 1, gapBefore: false, start: 0, length: 1, ...more,
});

it('begins a segment after a minute, at a key picture only', () => {
  expect(needsNewSegment(open, config, unit({ timeUs: 59_999_999 }))).toBe(false);
  expect(needsNewSegment(open, config, unit({ timeUs: 60_000_000 }))).toBe(true);
  expect(needsNewSegment(open, config, unit({ timeUs: 90_000_000, key: false }))).toBe(false);
});

it('begins a segment for a new epoch and for a new configuration', () => {
  expect(needsNewSegment(open, config, unit({ epoch: 2 }))).toBe(true);
  expect(needsNewSegment(open, { ...config, version: 2 }, unit({}))).toBe(true);
});

it('splits a batch at gaps and nowhere else', () => {
  const units = [unit({ gapBefore: true }), unit({}), unit({ gapBefore: true }), unit({ track: 'audio', gapBefore: true })];
  expect(splitAtGaps(units).map((part) => part.length)).toEqual([2, 2]);
  expect(splitAtGaps([unit({}), unit({})]).map((part) => part.length)).toEqual([2]);
});

it('splits a batch where an RTP clock jumps further than packed rows can tell', () => {
  const audio = (rtpTime: number) => unit({ track: 'audio', rtpTime });
  expect(splitAtGaps([unit({}), audio(5e12), audio(5e12 + 160), audio(1), unit({})]).map((part) => part.length)).toEqual([3, 2]);
});
