// `npm run bench -- seek`: from a click on the timeline of a month with 100 cameras to the first picture, in Chromium.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { z } from 'zod';
import { apiAt } from '../src/cli/site/api.ts';
import { startChild } from '../src/cli/site/child.ts';
import { until } from '../src/cli/site/site.ts';
import { percentile } from './process-figures.ts';
import { cameraId, makeMonthStore, minuteUs, type MonthStore } from './seek-store.ts';

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '100' },
    days: { type: 'string', default: '30' },
    clicks: { type: 'string', default: '20' },
    /** On whose disk the month lies. */
    at: { type: 'string', default: 'recorder' },
    folder: { type: 'string', default: tmpdir() },
    /** A folder that stays: a month that was made in it once is used again. */
    keep: { type: 'string' },
  },
});
const cameras = Number(values.cameras);
const atRecorder = values.at === 'recorder';
const understudy = new URL('../../bin/understudy.js', import.meta.url).pathname;
const folder = values.keep ?? (await mkdtemp(join(values.folder, 'understudy-seek-')));
const planFile = join(folder, `plan-${values.at}.json`);
const known = existsSync(planFile) ? (JSON.parse(await readFile(planFile, 'utf8')) as MonthStore) : null;
const at = { recorder: join(folder, 'recorder'), failover: join(folder, 'failover'), recorderStore: join(folder, 'recorder', 'footage'), failoverStore: join(folder, 'failover', 'footage') };
const note = (text: string): void => console.error(text);

async function writeSettings(): Promise<void> {
  await mkdir(at.recorder, { recursive: true });
  await writeFile(
    join(at.recorder, 'settings.json'),
    JSON.stringify({
      schema: 1, name: 'Month', storePath: at.recorderStore, retention: { days: 366, maxBytes: null },
      // Switched off but for one, which is silent: nothing is recorded meanwhile, so that only reading is measured.
      cameras: Array.from({ length: cameras }, (_, index) => ({ id: cameraId(index + 1), name: `Camera ${index + 1}`, url: `rtsp://127.0.0.1:9/${index + 1}`, enabled: index === 0 })),
    }),
  );
}
if (known === null) await writeSettings();

const startAgent = (port: number) =>
  startChild({ name: 'agent', args: [understudy, 'agent', '--folder', at.recorder, '--port', String(port), '--json'], logFile: join(folder, 'agent.log'), group: true, ready: z.object({ ready: z.literal(true), port: z.number(), pairingSecret: z.string() }) });
const startFailover = () =>
  startChild({ name: 'failover', args: [understudy, 'failover', '--folder', at.failover, '--store-path', at.failoverStore, '--http-port', '0', '--port', '0', '--json'], logFile: join(folder, 'failover.log'), ready: z.object({ ready: z.literal(true), url: z.string(), tokenFile: z.string() }) });

let agent = await startAgent(0);
let failover = await startFailover().catch(async (error: unknown) => {
  await agent.end();
  throw error;
});
const token = (await readFile(failover.ready.tokenFile, 'utf8')).trim();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

interface Clicked {
  readonly pictureMs: number;
}

/** For the page (bench code is compiled without the browser's types): from the release of the button to the frame of that moment. */
const watchFor = (us: number): string => `{
  const video = document.querySelector('video');
  const seen = window.seen = { clickedAt: 0, pictureMs: 0 };
  document.querySelector('canvas').addEventListener('pointerup', () => (seen.clickedAt = performance.now()), { once: true, capture: true });
  video.requestVideoFrameCallback(function shown() {
    if (seen.clickedAt === 0 || Math.abs(Number(video.dataset.shownUs) - ${us}) > 2.1e6) return video.requestVideoFrameCallback(shown);
    seen.pictureMs = performance.now() - seen.clickedAt;
  });
}`;

/** Clicks and waits for the first picture of that moment. */
async function click(page: Page, x: number, us: number): Promise<Clicked> {
  await page.evaluate(watchFor(us));
  const box = (await page.locator('canvas').boundingBox())!;
  await page.mouse.click(box.x + x, box.y + 45);
  return await until('the picture', 30_000, () => page.evaluate<Clicked | null>('window.seen.pictureMs > 0 ? window.seen : null'));
}

const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });

async function logIn(): Promise<void> {
  await page.goto(`${failover.ready.url}/login#token=${token}`);
  await page.getByLabel('Your name').fill('Bench');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

async function open({ serverId, fromUs, toUs }: Omit<MonthStore, 'played' | 'storePath' | 'cameras'>, camera: number): Promise<void> {
  await page.goto(`${failover.ready.url}/footage?server=${serverId}&cameras=${cameraId(camera)}&fromUs=${fromUs}&toUs=${toUs}&at=${toUs - 60e6}`);
  await page.locator('canvas').waitFor();
}

/** Pairs, looks how wide the timeline is, and so knows which moments will be clicked; then makes the footage. */
async function makeMonth(): Promise<MonthStore> {
  const toUs = Math.floor((Date.now() * 1_000) / minuteUs) * minuteUs - 60 * minuteUs;
  const fromUs = toUs - Number(values.days) * 1_440 * minuteUs;
  const api = apiAt(failover.ready.url, token);
  const { id } = await api.call('servers.add', { body: { address: `127.0.0.1:${agent.ready.port}`, pairingSecret: agent.ready.pairingSecret, name: 'Month' } });
  await until('the cameras are known', 30_000, async () => (await api.call('footage.cameras')).length === cameras);
  await logIn();
  await open({ serverId: id, fromUs, toUs }, 1);
  await page.waitForTimeout(500);
  const width = Math.round((await page.locator('canvas').boundingBox())!.width);
  await Promise.all([agent.end(), failover.end()]);
  // Spread over the month and the cameras, never two on one minute.
  const played = Array.from({ length: Number(values.clicks) }, (_, index) => {
    const x = Math.round(20 + ((width - 40) * ((index * 7 + 3) % Number(values.clicks))) / Number(values.clicks));
    return { x, camera: 1 + ((index * 37) % cameras), atUs: fromUs + (x / width) * (toUs - fromUs) };
  });
  const month = { storePath: atRecorder ? at.recorderStore : at.failoverStore, serverId: atRecorder ? id : 'month', cameras, fromUs, toUs, played };
  note(`Making the month: ${cameras} cameras, ${values.days} days, on the ${values.at}`);
  await makeMonthStore(month, note);
  await writeFile(planFile, JSON.stringify(month));
  agent = await startAgent(0);
  failover = await startFailover();
  return month;
}

try {
  const month = known ?? (await makeMonth());
  const api = apiAt(failover.ready.url, token);
  // A month that was kept: the agent listens on another port now.
  for (const { id, version } of await api.call('servers.list')) await api.call('servers.change', { params: { server: id }, body: { version, address: `127.0.0.1:${agent.ready.port}` } });
  await until('the monitored server is alive', 120_000, async () => (await api.call('servers.list')).every(({ state }) => state === 'alive'));
  await logIn();

  const timelineMs: number[] = [];
  const clicked: Clicked[] = [];
  for (const { x, camera, atUs } of month.played) {
    const asked = performance.now();
    await api.call('footage.timeline', { params: { server: month.serverId }, query: { fromUs: month.fromUs, toUs: month.toUs, cameras: cameraId(camera), pixels: 1_200 } });
    timelineMs.push(performance.now() - asked);
    // A person clicks on what the timeline shows: not before it is there.
    const shown = page.waitForResponse((response) => response.url().includes('/timeline'), { timeout: 30_000 });
    await open(month, camera);
    await shown;
    await page.waitForTimeout(500);
    const one = await click(page, x, atUs);
    clicked.push(one);
    note(`camera ${camera}: timeline ${timelineMs.at(-1)!.toFixed(0)} ms, picture ${one.pictureMs.toFixed(0)} ms`);
  }
  const listed = performance.now();
  await api.call('footage.cameras');
  const camerasMs = performance.now() - listed;
  const of = (list: readonly number[]) => ({ p50: Math.round(percentile(list, 0.5)), p95: Math.round(percentile(list, 0.95)), max: Math.round(Math.max(...list)) });
  console.log(JSON.stringify({ bench: 'seek', cameras, days: Number(values.days), at: values.at, clicks: clicked.length, firstPictureMs: of(clicked.map(({ pictureMs }) => pictureMs)), timelineOfAMonthMs: of(timelineMs), camerasMs: Math.round(camerasMs), aimMs: 500 }));
} finally {
  await browser.close();
  await Promise.all([agent.end(), failover.end()]);
  if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
}
