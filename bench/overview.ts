import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { parseArgs } from 'node:util';
import { startFeed } from './overview-feed.ts';

/** Does the Overview stay fluid? 200 servers with 4,000 cameras, 50 changed servers a second: no frame over 50 ms. */
const { values } = parseArgs({ options: { servers: { type: 'string', default: '200' }, updates: { type: 'string', default: '50' }, seconds: { type: 'string', default: '20' } } });
const page = new URL('../web/', import.meta.url).pathname;

const feed = await startFeed(page, Number(values.servers), Number(values.updates));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const scripts: number[] = [];
  tab.on('response', (response) => {
    if (response.url().endsWith('.js')) void response.body().then((body) => scripts.push(gzipSync(body).length));
  });
  await tab.goto(feed.url);
  await tab.locator('tr[data-server]').nth(Number(values.servers) - 1).waitFor();
  const paintMs = await tab.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1");
  const usefulMs = await tab.evaluate<number>('performance.now()');
  await tab.waitForTimeout(2_000);
  const firstScreen = scripts.reduce((sum, size) => sum + size, 0);
  const sentBefore = feed.sent();
  const protocol = await tab.context().newCDPSession(tab);
  await protocol.send('Performance.enable');
  const metrics = async (): Promise<Record<string, number>> => Object.fromEntries((await protocol.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const before = await metrics();
  // What the main thread takes per frame: a frame that begins late was held up by the work before it.
  const frames = await tab.evaluate<number[]>(`new Promise((resolve) => {
    const frames = [];
    const end = performance.now() + ${Number(values.seconds) * 1_000};
    let last = performance.now();
    requestAnimationFrame(function frame(now) {
      frames.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(frame); else resolve(frames);
    });
  })`);
  const after = await metrics();
  const share = (name: string): number => Math.round((((after[name] ?? 0) - (before[name] ?? 0)) / Number(values.seconds)) * 1_000) / 10;
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (part: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 10) / 10;
  const updates = (feed.sent() - sentBefore) / Number(values.seconds);
  console.log(`${frames.length} frames, ${updates.toFixed(0)} updates a second; frame p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`);
  console.log(
    JSON.stringify({
      bench: 'overview', servers: Number(values.servers), cameras: Number(values.servers) * 20, updatesPerSecond: Math.round(updates), seconds: Number(values.seconds),
      firstContentfulPaintMs: Math.round(paintMs), allRowsShownMs: Math.round(usefulMs), firstScreenJsGzipBytes: firstScreen,
      frames: frames.length, frameMs: { p50: at(0.5), p99: at(0.99), max: at(1) }, framesOver50Ms: frames.filter((ms) => ms > 50).length,
      mainThreadPercent: { all: share('TaskDuration'), script: share('ScriptDuration'), layout: share('LayoutDuration'), style: share('RecalcStyleDuration') },
    }),
  );
} finally {
  await browser.close();
  feed.close();
}
