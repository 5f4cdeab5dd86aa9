import { expect, it } from 'vitest';
import type { RingUnit, StreamConfig } from '../contract.ts';
import { needsNewSegment, splitFragments } from './rotation.ts';

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

it('splits a batch at gaps and at key pictures', () => {
  const units = [unit({ gapBefore: true }), unit({ key: false }), unit({ key: false, gapBefore: true }), unit({ track: 'audio', gapBefore: true })];
  expect(splitFragments(units, 90_000).map((part) => part.length)).toEqual([2, 2]);
  expect(splitFragments([unit({}), unit({ key: false })], 90_000).map((part) => part.length)).toEqual([2]);
  expect(splitFragments([unit({}), unit({}), unit({ key: false })], 90_000).map((part) => part.length)).toEqual([1, 2]);
});

it('splits a batch where an RTP clock jumps further than packed rows can tell', () => {
  const audio = (rtpTime: number) => unit({ track: 'audio', rtpTime });
  expect(splitFragments([unit({}), audio(5e12), audio(5e12 + 160), audio(1), unit({ key: false })], 90_000).map((part) => part.length)).toEqual([3, 2]);
});

it('makes no fragment longer than 250 ms of a batch that catches up', () => {
  const batch = Array.from({ length: 50 }, (_, i) => unit({ key: i === 0, timeUs: i * 40_000, rtpTime: i * 3600 }));
  expect(splitFragments(batch, 90_000).map((part) => part.length)).toEqual([6, 6, 6, 6, 6, 6, 6, 6, 2]);
  const squeezed = Array.from({ length: 13 }, (_, i) => unit({ key: i === 0, timeUs: i * 20_000, rtpTime: i * 3600 }));
  expect(splitFragments(squeezed, 90_000).map((part) => part.length)).toEqual([6, 6, 1]);
  const slow = Array.from({ length: 3 }, (_, i) => unit({ key: i === 0, timeUs: i * 1_000_000 }));
  expect(splitFragments(slow, 90_000).map((part) => part.length)).toEqual([1, 1, 1]);
});
