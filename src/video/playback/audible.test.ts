import { expect, it } from 'vitest';
import type { FootageBatch, FootageUnit, StreamConfig } from '../contract.ts';
import { audible } from './audible.ts';

const video: StreamConfig['video'] = { codec: 'h264', parameterSets: [], width: 1, height: 1, clockRate: 90_000 };
const config = (codec: 'aac' | 'pcmu'): StreamConfig => ({ version: 1, video, audio: { codec, clockRate: 16_000, channels: 1 } });
const unit = (track: 'video' | 'audio', ms: number): FootageUnit => ({ track, rtpTime: ms * 90, timeUs: ms * 1000, key: true, vclBytes: 1, vclCrc: 0, gapBefore: false, data: new Uint8Array(1) });

/** Batches of 200 ms, with sound from `soundMs` on. */
async function played(soundMs: number, codec: 'aac' | 'pcmu' = 'aac', count = 20): Promise<FootageBatch[]> {
  async function* batches(): AsyncGenerator<FootageBatch> {
    for (let i = 0; i < count; i += 1) {
      const ms = i * 200;
      yield await Promise.resolve({ config: config(codec), units: [unit('video', ms), unit('video', ms + 100), ...(ms >= soundMs ? [unit('audio', ms + 150)] : [])] });
    }
  }
  const all: FootageBatch[] = [];
  for await (const batch of audible(batches())) all.push(batch);
  return all;
}

const told = (batches: readonly FootageBatch[]): string => [...new Set(batches.map((batch) => batch.config.audio?.codec ?? 'silent'))].join();
const count = (batches: readonly FootageBatch[], track: 'video' | 'audio'): number => batches.flatMap(({ units }) => units).filter((one) => one.track === track).length;

it.each([
  ['sound from the beginning', 0, 'aac', 'aac', 20],
  ['sound a second later', 1000, 'aac', 'aac', 15],
  ['no sound', 1e9, 'aac', 'silent', 0],
  ['sound much later', 3000, 'aac', 'silent', 0],
  ['sound that no browser plays', 0, 'pcmu', 'silent', 0],
] as const)('%s: promises what it keeps, and loses no picture', async (_what, from, codec, promised, frames) => {
  const batches = await played(from, codec);
  expect([told(batches), count(batches, 'video'), count(batches, 'audio')]).toEqual([promised, 40, frames]);
});

it('gives out what ends before it could be told', async () => {
  const batches = await played(1e9, 'aac', 2);
  expect([told(batches), count(batches, 'video')]).toEqual(['silent', 4]);
});
