import type { Page } from '@playwright/test';
import type { RecorderSite, Site } from '../../src/cli/site/site.ts';
import { apart, shownFrames, watchPicture } from './frames.ts';
import { expect, logIn, test, until } from './site.ts';

interface Sample {
  readonly at: number;
  readonly shownUs: readonly number[];
}

/** What all pictures of the page show, many times a second, while the player says that it plays. */
async function samplesOf(page: Page, ms: number): Promise<Sample[]> {
  return await page.evaluate(
    (length) =>
      new Promise<Sample[]>((resolve) => {
        const samples: Sample[] = [];
        const end = performance.now() + length;
        requestAnimationFrame(function look(now) {
          const videos = [...document.querySelectorAll('video')];
          if (document.querySelector('[data-mode="playing"]')) samples.push({ at: now, shownUs: videos.map((video) => Number(video.dataset['shownUs'])) });
          if (now < end) requestAnimationFrame(look);
          else resolve(samples);
        });
      }),
    ms,
  );
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const minuteOf = (site: Site, recorder: RecorderSite): Promise<boolean> =>
  until('there is a minute of footage', 70_000, async () => {
    const nowUs = Date.now() * 1_000;
    const { cameras } = await site.api.call('footage.timeline', { params: { server: recorder.serverId }, query: { fromUs: nowUs - 60e6, toUs: nowUs } });
    return cameras.every(({ spans }) => spans.length === 1 && spans[0]!.fromUs < nowUs - 45e6);
  });

test('two cameras play in step, at every speed; the address keeps cameras, view, place, speed and selection', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  const url = `${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=${recorder.cameraIds.join(',')}`;
  await minuteOf(site, recorder);
  for (const speed of [0.25, 1, 4, 16]) {
    const atUs = Date.now() * 1_000 - 42e6;
    await ann.goto(`${url}&at=${atUs}&fromUs=${atUs - 30e6}&toUs=${atUs + 60e6}`);
    await expect(ann.locator('figure[data-state="ready"]')).toHaveCount(2);
    await ann.getByLabel('Speed').selectOption(String(speed));
    await ann.getByRole('button', { name: 'Play', exact: true }).click();
    await expect(ann.locator('[data-mode="playing"]')).toBeVisible();
    const samples = (await samplesOf(ann, speed === 16 ? 1_500 : 2_500)).filter(({ shownUs }) => shownUs.every(Number.isFinite));
    expect(samples.length, 'it plays').toBeGreaterThan(5);
    const [first, last] = [samples[0]!, samples.at(-1)!];
    const rate = (last.shownUs[0]! - first.shownUs[0]!) / 1_000 / (last.at - first.at);
    // A machine that is short of time shows less than was asked for, never more.
    expect(rate, `speed ${speed}`).toBeGreaterThan(speed * 0.3);
    expect(rate, `speed ${speed}`).toBeLessThan(speed * 1.4 + 0.1);
    const apart = median(samples.map(({ shownUs: [a = 0, b = 0] }) => Math.abs(a - b)));
    expect(apart, `both cameras show the same moment at speed ${speed}`).toBeLessThan((0.3 * Math.max(1, speed) + 0.3) * 1e6);
  }
  await ann.getByRole('button', { name: 'Pause' }).click();
  await expect(ann).toHaveURL(/at=\d+/);
  const at = Number(new URL(ann.url()).searchParams.get('at'));
  await ann.reload();
  await expect(ann.locator('figure[data-state="ready"]')).toHaveCount(2);
  await expect.poll(async () => Math.abs(Number(await ann.locator('video').first().getAttribute('data-shown-us')) - at)).toBeLessThan(200_000);

  // The last speed stands in the address too, and so does what is selected: for a colleague who gets it sent.
  await expect(ann.getByLabel('Speed')).toHaveValue('16');
  const line = (await ann.getByRole('slider', { name: /Timeline/ }).boundingBox())!;
  await ann.keyboard.down('Shift');
  await ann.mouse.move(line.x + line.width * 0.4, line.y + 40);
  await ann.mouse.down();
  await ann.mouse.move(line.x + line.width * 0.6, line.y + 40, { steps: 4 });
  await ann.mouse.up();
  await ann.keyboard.up('Shift');
  await expect(ann).toHaveURL(/selectedFromUs=\d+/);
  const selected = Number(new URL(ann.url()).searchParams.get('selectedFromUs'));
  await ann.reload();
  await expect(ann.getByLabel('Speed')).toHaveValue('16');
  await ann.getByRole('button', { name: /Download a clip/ }).click();
  const from = await ann.getByRole('dialog').getByLabel('From').inputValue();
  expect(new Date(from).getTime()).toBe(Math.floor(selected / 1e6) * 1_000);
  await ann.getByRole('button', { name: 'Close' }).click();
  // A click on the timeline takes the selection away.
  await ann.mouse.click(line.x + line.width * 0.5, line.y + 40);
  await expect(ann).not.toHaveURL(/selectedFromUs/);
  await ann.getByLabel('Speed').selectOption('1');
  await expect(ann).not.toHaveURL(/speed/);

  await ann.getByRole('checkbox', { name: 'Camera 4' }).uncheck();
  await expect(ann.locator('figure')).toHaveCount(1);
  await expect(ann).toHaveURL(/cameras=cam-3(&|$)/);
});

test('the timeline is worked by keyboard', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  const atUs = Date.now() * 1_000 - 30e6;
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=cam-3&at=${atUs}&fromUs=${atUs - 30e6}&toUs=${atUs + 30e6}`);
  const slider = ann.getByRole('slider', { name: /Timeline/ });
  const value = async (): Promise<number> => Number(await slider.getAttribute('aria-valuenow'));
  await expect.poll(value).toBe(Math.round(atUs / 1e6));
  await slider.focus();
  await ann.keyboard.press('ArrowLeft');
  await expect.poll(value).toBe(Math.round(atUs / 1e6 - 5));
  await ann.keyboard.press('+');
  await expect.poll(async () => Number(await slider.getAttribute('aria-valuemax')) - Number(await slider.getAttribute('aria-valuemin'))).toBeLessThan(35);
  await ann.keyboard.press(' ');
  await expect(ann.getByRole('button', { name: 'Pause' })).toBeVisible();
  await ann.keyboard.press(' ');
  await expect(ann.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await ann.keyboard.press('Home');
  await expect.poll(async () => Number(await slider.getAttribute('aria-valuenow')) - Number(await slider.getAttribute('aria-valuemin'))).toBeLessThanOrEqual(1);
  // Before the first footage there is a word, not a black picture.
  for (const key of ['-', '-', '-', '-', '-', '-', 'PageUp', 'PageUp']) await ann.keyboard.press(key);
  await ann.keyboard.press('Home');
  await expect(ann.getByText('No footage here: nothing was recorded yet.')).toBeVisible();
});

test('a stretch of the timeline is selected by keyboard, said in words, taken by a clip, and cleared', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  const atUs = Math.floor(Date.now() / 1_000) * 1e6 - 40e6;
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=cam-3&at=${atUs}&fromUs=${atUs - 30e6}&toUs=${atUs + 30e6}`);
  const slider = ann.getByRole('slider', { name: 'Timeline' });
  const seconds = async (name: string): Promise<number> => Number(await slider.getAttribute(name)) - atUs / 1e6;
  const cursor = (): Promise<number> => seconds('aria-valuenow');
  const selected = ann.getByRole('status').filter({ hasText: /selected/i });
  await expect(slider).toHaveAccessibleDescription(/with Shift they select, Escape clears/);
  await expect.poll(cursor).toBe(0);
  await slider.focus();
  for (const key of ['Shift+ArrowLeft', 'Shift+ArrowLeft']) await ann.keyboard.press(key);
  await expect(selected).toHaveText(/^Selected: 10\.000 s, from .+ to .+/);
  await expect.poll(cursor).toBe(-10);
  // Back and over the place where it began.
  for (const key of ['Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight']) await ann.keyboard.press(key);
  await expect(selected).toHaveText(/^Selected: 5\.000 s/);
  await ann.keyboard.press('Shift+Home');
  await expect(selected).toHaveText(/^Selected: 30\.000 s/);
  // It stays while the cursor moves and the view is zoomed.
  for (const key of ['ArrowRight', '+', '-']) await ann.keyboard.press(key);
  await expect(selected).toHaveText(/^Selected: 30\.000 s/);
  await expect.poll(cursor).toBe(-25);
  await expect(ann).toHaveURL(new RegExp(`selectedFromUs=${atUs - 30e6}&selectedToUs=${atUs}`));
  await ann.getByRole('button', { name: /Download a clip/ }).click();
  expect(new Date(await ann.getByRole('dialog').getByLabel('From').inputValue()).getTime()).toBe(atUs / 1_000 - 30_000);
  await ann.keyboard.press('Escape');
  await expect(ann.getByRole('dialog')).toHaveCount(0);
  await expect(selected, 'that Escape was the dialog’s').toHaveText(/^Selected/);
  await slider.focus();
  await ann.keyboard.press('Escape');
  await expect(selected).toHaveText('Nothing is selected.');
  await expect(ann).not.toHaveURL(/selectedFromUs/);
  // Anew from the cursor; what leaves the view takes it along.
  await ann.keyboard.press('Control+Shift+ArrowLeft');
  await expect(selected).toHaveText(/^Selected: 1 min 0\.000 s/);
  await expect.poll(cursor).toBe(-85);
  expect(await seconds('aria-valuemin')).toBeLessThanOrEqual(-85);
});

test('the controls below the pictures stand in whole rows, however wide the window is', async ({ ann, site }) => {
  await ann.goto(`${site.failover.ready.url}/footage?server=${site.recorders[1]!.serverId}&cameras=cam-3`);
  const topOf = async (name: string): Promise<number> => {
    const box = (await ann.getByRole('button', { name, exact: true }).boundingBox())!;
    return Math.round(box.y + box.height / 2);
  };
  for (const width of [1440, 1280, 1024]) {
    await ann.setViewportSize({ width, height: 800 });
    await expect.poll(async () => (await topOf('Lock as evidence …')) - (await topOf('Zoom in')), { message: `${width}` }).toBe(0);
    await expect.poll(async () => (await topOf('Go to a time')) - (await topOf('Play')), { message: `${width}` }).toBe(0);
  }
});

test('back to what was played a while ago: that picture is shown, nothing is jumped over', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  await minuteOf(site, recorder);
  // `minuteOf` waits for 45 s of it.
  const atUs = Date.now() * 1_000 - 42e6;
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=${recorder.cameraIds[0]}&at=${atUs}&fromUs=${atUs - 5e6}&toUs=${atUs + 50e6}`);
  const shows = async (us: number) => await expect.poll(async () => Math.abs(Number(await ann.locator('video').getAttribute('data-shown-us')) - us), { message: `${us} is shown` }).toBeLessThan(300_000);
  await shows(atUs);
  await ann.getByRole('slider', { name: /Timeline/ }).focus();
  // Far on, in steps that the buffer follows: it lets go of what lies behind.
  for (let step = 1; step <= 7; step++) {
    await ann.keyboard.press('ArrowRight');
    await shows(atUs + step * 5e6);
  }
  for (let step = 0; step < 6; step++) await ann.keyboard.press('ArrowLeft');
  await shows(atUs + 5e6);
});

test('the network of a recorder is cut: its failover recordings play, though its connection still stands', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  recorder.cable.cut();
  try {
    await until('it is taken over', 40_000, async () => (await site.server(recorder)).role.camerasRecording === 2);
    await until('there is something to play', 20_000, () => new Promise((resolve) => setTimeout(resolve, 8_000, true)));
    expect((await site.server(recorder)).link.state, 'nobody ends a connection that is cut').toBe('connected');
    const asked = Date.now();
    await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=cam-3&at=${asked * 1_000 - 4_000_000}&fromUs=${asked * 1_000 - 60_000_000}&toUs=${asked * 1_000}`);
    await expect(ann.locator('figure[data-state="ready"]')).toBeVisible({ timeout: 5_000 });
    await expect(ann.getByText('Monitored server cannot be asked for its footage now')).toBeVisible({ timeout: 5_000 });
    await expect.poll(async () => Math.abs(Number(await ann.locator('video').getAttribute('data-shown-us')) / 1_000 - asked)).toBeLessThan(6_000);
  } finally {
    recorder.cable.mend();
  }
  await until('the role is back', 60_000, async () => (await site.server(recorder)).role.state === 'standby');
});

test('a clock that was set is told where it touches the timeline', async ({ ann, site }) => {
  const [recorder] = site.recorders;
  // The clocks here are right: what the failover server tells of its timeline is added to.
  await ann.route('**/api/footage/*/timeline*', async (route) => {
    const answer = await route.fetch();
    const timeline = await answer.json();
    const middle = (timeline.span.fromUs + timeline.span.toUs) / 2;
    const mark = { fromUs: middle - 60e6, toUs: middle, host: 'monitored server', movedMs: 60_000, text: 'in the words of the server' };
    await route.fulfill({ response: answer, json: { ...timeline, clockMarks: [mark] } });
  });
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder!.serverId}&cameras=${recorder!.cameraIds[0]}`);
  await expect(ann.getByText('The clock of the monitored server was set ahead by 1 min 0.000 s')).toBeVisible();
});

test('a camera of a recorder that is well is watched live, some seconds behind', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  const [camera] = (await site.api.call('footage.cameras')).filter(({ serverId }) => serverId === recorder.serverId);
  expect(camera, 'cold: nothing of it is here').toMatchObject({ live: false, follows: true });
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=cam-3`);
  await ann.getByRole('button', { name: 'Live', exact: true }).click();
  await expect(ann.locator('figure[data-state="ready"]')).toBeVisible();
  await watchPicture(ann);
  const frames = await until('a few seconds of live pictures', 30_000, async () => {
    const shown = await shownFrames(ann);
    return shown.length > 40 && shown.at(-1)!.shownUs - shown[0]!.shownUs > 5e6 && shown;
  });
  expect(Date.now() * 1_000 - frames.at(-1)!.shownUs).toBeLessThan(10e6);
  for (const { burned, shownUs } of frames) if (burned !== null) expect(Math.abs(apart(burned, shownUs))).toBeLessThan(0.5);
});

test('Back and Forward: each deliberate move on the timeline is a step, with the view and the place that were left; what is dragged or played is none', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  const [one, two] = recorder.cameraIds as [string, string];
  await minuteOf(site, recorder);
  const atUs = Date.now() * 1_000 - 30e6;
  // Not by its role: below a dialog it is hidden from those who ask by that.
  const slider = ann.locator('canvas[role=slider]');
  const named = async (name: string): Promise<number> => Number(await slider.getAttribute(name));
  const length = async (): Promise<number> => (await named('aria-valuemax')) - (await named('aria-valuemin'));
  const place = (): Promise<number> => named('aria-valuenow');
  const says = (key: string): number => Number(new URL(ann.url()).searchParams.get(key));
  const steps = (): Promise<number> => ann.evaluate(() => history.length);

  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=${one}&at=${atUs}&fromUs=${atUs - 30e6}&toUs=${atUs + 30e6}`);
  await expect(ann.locator('figure[data-state="ready"]')).toHaveCount(1);
  await expect.poll(length).toBe(60);

  // Closer by a button, then the cursor elsewhere by keys: the cursor belongs to the closer view.
  await ann.getByRole('button', { name: 'Zoom in' }).click();
  await expect.poll(length).toBe(30);
  await slider.focus();
  await ann.keyboard.press('ArrowLeft');
  await ann.keyboard.press('ArrowLeft');
  await expect.poll(place).toBe(Math.round(atUs / 1e6 - 10));
  // Dragged: no step, but the address says where it came to rest.
  const before = await steps();
  const line = (await slider.boundingBox())!;
  await ann.mouse.move(line.x + line.width / 2, line.y + 40);
  await ann.mouse.down();
  await ann.mouse.move(line.x + line.width / 4, line.y + 40, { steps: 5 });
  await ann.mouse.up();
  const dragged = await named('aria-valuemin');
  expect(dragged).toBeGreaterThan(atUs / 1e6 - 15 + 5);
  await expect.poll(() => Math.round(says('fromUs') / 1e6)).toBe(dragged);
  expect(await steps()).toBe(before);

  // Another camera beside it, a day and a time, and live.
  await ann.getByRole('checkbox', { name: 'Camera 4' }).check();
  await expect(ann.locator('figure')).toHaveCount(2);
  await ann.getByRole('button', { name: /Go to a time/ }).click();
  const dialog = ann.getByRole('dialog', { name: 'Go to a time' });
  await dialog.getByLabel('Day and time').fill('2099-01-01T00:00:00');
  await expect(dialog.getByRole('alert')).toHaveText('That time has not come yet.');
  const yesterday = new Date(Date.now() - 86_400_000);
  const local = new Date(yesterday.getTime() - yesterday.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  await dialog.getByLabel('Day and time').fill(local);
  await ann.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect.poll(place).toBe(new Date(local).getTime() / 1_000);
  expect(await length()).toBe(30);

  await ann.goBack();
  await expect.poll(place).toBe(Math.round(atUs / 1e6 - 10));
  expect(await named('aria-valuemin')).toBe(dragged);
  await expect(dialog, 'what was done with does not come back').toHaveCount(0);
  await expect(ann.locator('figure')).toHaveCount(2);
  await ann.goBack();
  await expect(ann.locator('figure')).toHaveCount(1);
  expect(await named('aria-valuemin')).toBe(dragged);
  await ann.goBack();
  await expect.poll(length).toBe(60);
  await expect.poll(place, 'the place that was left, not the one that came later').toBe(Math.round(atUs / 1e6));
  await expect.poll(async () => Math.abs(Number(await ann.locator('video').getAttribute('data-shown-us')) - atUs), 'the picture is that of the place').toBeLessThan(300_000);
  await ann.goForward();
  await expect.poll(length).toBe(30);
  await expect.poll(place).toBe(Math.round(atUs / 1e6 - 10));
  expect(await named('aria-valuemin')).toBe(dragged);
  await ann.goForward();
  await expect(ann.locator('figure')).toHaveCount(2);
  await ann.goForward();
  await expect.poll(place).toBe(new Date(local).getTime() / 1_000);

  // Another server is a step as well.
  const other = site.recorders[0]!;
  await ann.getByLabel('Server').selectOption(other.serverId);
  await expect(ann).toHaveURL(new RegExp(`server=${other.serverId}`));
  await ann.goBack();
  await expect(ann.locator(`figure[data-camera="${two}"]`)).toHaveCount(1);
  await expect.poll(place).toBe(new Date(local).getTime() / 1_000);

  // While it plays, the address goes along; a dialog over it is closed by Back and nothing jumps.
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=${one}&at=${atUs}&fromUs=${atUs - 30e6}&toUs=${atUs + 30e6}`);
  await expect(ann.locator('figure[data-state="ready"]')).toHaveCount(1);
  const still = await steps();
  await ann.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(() => says('at')).toBeGreaterThan(atUs + 2e6);
  expect(await steps()).toBe(still);
  await ann.getByRole('button', { name: /Download a clip/ }).click();
  await expect(ann.getByRole('dialog')).toBeVisible();
  const asked = await place();
  await ann.waitForTimeout(2_500);
  await ann.goBack();
  await expect(ann.getByRole('dialog')).toHaveCount(0);
  expect(await place()).toBeGreaterThanOrEqual(asked + 1);
  await expect(ann.locator('[data-mode="playing"]')).toBeVisible();
  // Closed by its button: the step is taken back, and Back does not open it again.
  await ann.getByRole('button', { name: 'Pause' }).click();
  await ann.getByRole('button', { name: /Download a clip/ }).click();
  await ann.getByRole('button', { name: 'Close' }).click();
  await expect(ann.getByRole('dialog')).toHaveCount(0);
  await expect(ann).not.toHaveURL(/dialog/);
  await ann.goBack();
  await expect(ann.getByRole('dialog')).toHaveCount(0);
});

test('in the hour that daylight saving has twice, a time is read as the one that was looked at', async ({ browser, site }) => {
  const context = await browser.newContext({ timezoneId: 'Europe/Amsterdam' });
  const page = await context.newPage();
  await logIn(page, site);
  const recorder = site.recorders[1]!;
  // 2:30 in winter time; an hour before it was 2:30 in summer time.
  const secondMs = Date.parse('2025-10-26T01:30:00Z');
  await page.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=cam-3&at=${secondMs * 1_000}`);
  const at = () => new Date(Number(new URL(page.url()).searchParams.get('at')) / 1_000).toISOString();
  const field = page.getByRole('dialog').getByLabel('Day and time');
  for (const [typed, meant] of [[undefined, '2025-10-26T01:30:00.000Z'], ['2025-10-26T02:40:00', '2025-10-26T01:40:00.000Z'], ['2025-10-26T01:50:00', '2025-10-25T23:50:00.000Z'], ['2025-10-26T02:20:00', '2025-10-26T00:20:00.000Z']] as const) {
    await page.getByRole('button', { name: 'Go to a time' }).click();
    if (typed === undefined) await expect(field).toHaveValue('2025-10-26T02:30');
    else await field.fill(typed);
    // Said where the time comes twice, and only there.
    const note = page.getByText('This time comes twice that night.');
    if (meant.endsWith('23:50:00.000Z')) await expect(note).toHaveCount(0);
    else await expect(note).toHaveText(meant > '2025-10-26T01' ? /Meant is the second one, in UTC\+1\.$/ : /Meant is the first one, in UTC\+2\.$/);
    await page.getByRole('button', { name: 'Go there' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect.poll(at).toBe(meant);
  }
  await context.close();
});

test('an address that names a dialog opens it around the place that the address names', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  const atMs = Math.floor(Date.now() / 1_000) * 1_000 - 20_000;
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=cam-3&at=${atMs * 1_000}&dialog=lock`);
  await expect.poll(async () => new Date(await ann.getByRole('dialog').getByLabel('From').inputValue()).getTime()).toBe(atMs - 10_000);
});
