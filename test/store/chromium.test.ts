/** Plays what `muxParts` makes in a real browser, over a change of parameter sets and over a gap. */
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { expect, it } from 'vitest';
import type { FootageBatch } from '../../src/video/contract.ts';
import { type MuxPart, muxParts } from '../../src/video/playback/mux.ts';
import { asRead, makeStream } from './streams.ts';

const START = Date.UTC(2026, 10, 22, 17, 4, 5) * 1000;
const BROWSER = '/usr/bin/chromium';

async function playInChromium(parts: readonly MuxPart[]): Promise<{ ends: number[][]; seen: number; width: number; error: string }> {
  const browser = await chromium.launch({
    executablePath: BROWSER,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'],
  });
  try {
    const page = await browser.newPage();
    const wire = parts.map((part) => ({ type: part.kind === 'init' ? part.mimeType : '', data: Buffer.from(part.bytes).toString('base64') }));
    // As text: this runs in the page, whose types this project does not load.
    const script = `(async (parts) => {
      const video = document.createElement('video');
      video.muted = true;
      document.body.append(video);
      const source = new MediaSource();
      video.src = URL.createObjectURL(source);
      await new Promise((done) => source.addEventListener('sourceopen', done, { once: true }));
      const buffer = source.addSourceBuffer(parts[0].type);
      for (const part of parts) {
        if (part.type !== '') buffer.changeType(part.type);
        buffer.appendBuffer(Uint8Array.from(atob(part.data), (c) => c.charCodeAt(0)));
        await new Promise((done, fail) => { buffer.onupdateend = done; buffer.onerror = () => fail(new Error('append refused')); });
      }
      source.endOfStream();
      const ends = Array.from({ length: video.buffered.length }, (_, at) => [video.buffered.start(at), video.buffered.end(at)]);
      video.currentTime = ends.at(-1)[1] - 1;
      await new Promise((done) => video.addEventListener('seeked', done, { once: true }));
      await video.play();
      await new Promise((done) => video.addEventListener('ended', done, { once: true }));
      return { ends, seen: video.getVideoPlaybackQuality().totalVideoFrames, width: video.videoWidth, error: video.error?.message ?? '' };
    })(${JSON.stringify(wire)})`;
    return (await page.evaluate(script)) as Awaited<ReturnType<typeof playInChromium>>;
  } finally {
    await browser.close();
  }
}

it('plays H.264 with AAC, a change of picture size and a gap through Media Source Extensions', async () => {
  if (!existsSync(BROWSER)) throw new Error(`${BROWSER} is needed: apt-get install chromium`);
  const parts: MuxPart[] = [];
  const streams = [
    makeStream({ codec: 'h264', seconds: 3, audio: 'aac', startUs: START }),
    makeStream({ codec: 'h264', seconds: 3, size: '160x120', audio: 'aac', startUs: START + 3_000_000, version: 2 }),
    makeStream({ codec: 'h264', seconds: 3, bFrames: 2, size: '160x120', audio: 'aac', startUs: START + 10_000_000, version: 2 }),
  ];
  for await (const part of muxParts(asRead(...streams), { forBrowser: true })) parts.push(part);
  const played = await playInChromium(parts);
  expect(played.error).toBe('');
  expect(played.width).toBe(160);
  expect(played.seen).toBeGreaterThan(15);
  expect(played.ends.map((range) => range.map((edge) => Math.round(edge)))).toEqual([
    [0, 6],
    [10, 13],
  ]);
});

it.each(['within', 'between'])('plays on behind pictures that were lost %s what is read at once, without a key frame', async (where) => {
  const stream = makeStream({ codec: 'h264', seconds: 4, gop: 250, startUs: START });
  const parts: MuxPart[] = [];
  async function* torn(): AsyncGenerator<FootageBatch> {
    let at = 0;
    for await (const { config, units } of asRead(stream)) {
      const numbered = units.map((unit) => ({ unit, at: at++ }));
      const before = numbered.filter((one) => one.at < 50).map((one) => one.unit);
      const behind = numbered.filter((one) => one.at >= 56).map((one) => (one.at === 56 ? { ...one.unit, gapBefore: true } : one.unit));
      for (const read of where === 'within' ? [[...before, ...behind]] : [before, behind]) yield { config, units: read };
    }
  }
  for await (const part of muxParts(torn(), { forBrowser: true })) parts.push(part);
  const played = await playInChromium(parts);
  expect(played.error).toBe('');
  expect(played.ends.map((range) => range.map((edge) => Math.round(edge * 10) / 10))).toEqual([[0, 4]]);
  expect(played.seen).toBeGreaterThan(15);
});
