import { expect, it } from 'vitest';
import type { RingUnit, StreamConfig } from '../contract.ts';
import { needsNewSegment, splitFragments } from './rotation.ts';

const config: StreamConfig = { version: 1, video: { codec: 'h264', parameterSets: [], width: 1, height: 1, clockRate: 90_000 } };
const open = { startUs: 0, epoch: 1, config };
const unit = (more: Partial<RingUnit>): RingUnit => ({
  track: 'video', key: true, epoch: 1, rtpTime: 0, timeUs: 1, vclBytes: 1, vclCrc: 1, gapBefore: false, start: 0, length: 6, ...more,
});
const picture = (nal: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, nal.length / 2]), Buffer.from(nal, 'hex')]);
const IDR = picture('6588');

it('begins a segment after a minute, at a key picture only', () => {
  expect(needsNewSegment(open, config, unit({ timeUs: 59_999_999 }), IDR)).toBe(false);
  expect(needsNewSegment(open, config, unit({ timeUs: 60_000_000 }), IDR)).toBe(true);
  expect(needsNewSegment(open, config, unit({ timeUs: 90_000_000, key: false }), IDR)).toBe(false);
});

it('waits up to a minute more for a key picture that needs nothing from before', () => {
  const at = (seconds: number, codec: 'h264' | 'h265', ...nals: readonly string[]): boolean => {
    const memory = Buffer.concat([Buffer.alloc(5), ...nals.map((nal) => picture(nal))]);
    const of = { ...config, video: { ...config.video, codec } };
    return needsNewSegment({ ...open, config: of }, of, unit({ timeUs: seconds * 1e6, start: 5, length: memory.length - 5 }), memory);
  };
  // An I picture behind its sets and a recovery point, an IDR.
  expect([at(61, 'h264', '6742c0', '68ce0f', '0606018480', '6188'), at(61, 'h264', '6742c0', '68ce0f', '6588')]).toEqual([false, true]);
  // CRA with leading pictures behind it; IDR with and without; BLA.
  expect([at(61, 'h265', '40010c', '2a01af'), ...['2601af', '2801af', '2001af'].map((nal) => at(61, 'h265', '40010c', nal))]).toEqual([false, true, true, true]);
  expect([at(119.9, 'h265', '2a01af'), at(120, 'h265', '2a01af'), at(120, 'h264', '6188')]).toEqual([false, true, true]);
});

it('begins a segment for a new epoch and for a new configuration', () => {
  expect(needsNewSegment(open, config, unit({ epoch: 2 }), IDR)).toBe(true);
  expect(needsNewSegment(open, { ...config, version: 2 }, unit({}), IDR)).toBe(true);
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
