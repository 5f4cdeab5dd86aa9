import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, until } from './site.ts';

test('Events can be filtered, have an address, and are exported as they are shown', async ({ ann, site }) => {
  await ann.goto(`${site.failover.ready.url}/events`);
  await expect(ann.locator('tr[data-event]').first()).toBeVisible();
  await ann.getByLabel('Kind').selectOption('settings');
  await expect(ann).toHaveURL(/kind=settings/);
  const known = () => site.api.call('events.list', { query: { kind: 'settings', limit: 1_000 } });
  await expect(ann.locator('tr[data-event]')).toHaveCount(Math.min(200, (await known()).length));
  const saved = async (name: string): Promise<string> => {
    const [download] = await Promise.all([ann.waitForEvent('download'), ann.getByRole('link', { name }).click()]);
    return await readFile(await download.path(), 'utf8');
  };
  const [csv, json, events] = [await saved('Export CSV'), await saved('Export JSON'), (await known()).toReversed()];
  expect(events.length).toBeGreaterThan(0);
  const [head, ...lines] = csv.trim().split('\r\n');
  expect(head).toMatch(/^id,time,severity,kind,/);
  expect(lines.map((line) => [Number(line.split(',')[0]), line.split(',')[3]])).toEqual(events.map(({ id }) => [id, 'settings']));
  expect(JSON.parse(json)).toEqual(events);
  // The chosen kind hides no other one.
  await ann.getByLabel('Kind').selectOption('state');
  await expect(ann).toHaveURL(/kind=state/);
  await ann.getByLabel('Contains').fill('nothing has this text');
  await expect(ann.getByText('No event matches.')).toBeVisible();
});

test('Events: in the hour that daylight saving has twice, a filter leaves out nothing that may be meant, and says so', async ({ browser, site }) => {
  const context = await browser.newContext({ timezoneId: 'Europe/Amsterdam' });
  const page = await context.newPage();
  await page.goto(`${site.failover.ready.url}/events`);
  const [from, to] = [page.getByLabel('From'), page.getByLabel('To', { exact: true })];
  const asked = async (): Promise<readonly (string | null)[]> => {
    const { searchParams } = new URL((await page.getByRole('link', { name: 'Export CSV' }).getAttribute('href'))!, page.url());
    return ['fromMs', 'toMs'].map((name) => (searchParams.has(name) ? new Date(Number(searchParams.get(name))).toISOString().slice(0, 16) : null));
  };
  // The end is earlier on the clock, and later in time.
  await from.fill('2025-10-26T02:40');
  await to.fill('2025-10-26T02:20');
  await expect.poll(asked).toEqual(['2025-10-26T00:40', '2025-10-26T01:20']);
  await expect(from).toHaveAccessibleDescription('This time comes twice that night. Meant is the first one, in UTC+2.');
  await expect(to).toHaveAccessibleDescription('This time comes twice that night. Meant is the second one, in UTC+1.');
  await from.fill('2025-10-26T03:40');
  await expect(page.getByRole('alert')).toHaveText('The end lies before the beginning.');
  await to.fill('2025-10-26T04:20');
  await expect.poll(asked).toEqual(['2025-10-26T02:40', '2025-10-26T03:20']);
  await expect(page.getByText('comes twice')).toHaveCount(0);
  // A year that no calendar has is told, not left out of the filter without a word.
  await page.goto(`${site.failover.ready.url}/events?from=99999-01-01T00:00`);
  await expect(page.getByRole('alert')).toHaveText('A day and a time are needed.');
  await context.close();
});

test('Show older ones: how many events are shown stands in the address', async ({ ann, site }) => {
  // Each change of the settings is an event.
  const first = await site.api.call('settings.get');
  for (let seen = first; seen.version < first.version + 210; )
    seen = await site.api.call('settings.put', { body: { version: seen.version, settings: { ...seen.settings, eventDays: seen.settings.eventDays === 90 ? 91 : 90 } } });
  await ann.goto(`${site.failover.ready.url}/events?kind=settings`);
  await expect(ann.locator('tr[data-event]')).toHaveCount(200);
  await ann.getByRole('button', { name: 'Show older ones' }).click();
  await expect(ann).toHaveURL(/shown=400/);
  const shown = async () => await ann.locator('tr[data-event]').count();
  await expect.poll(shown).toBeGreaterThan(205);
  await ann.reload();
  await expect.poll(shown).toBeGreaterThan(205);
  const last = await site.api.call('settings.get');
  await site.api.call('settings.put', { body: { version: last.version, settings: { ...last.settings, eventDays: first.settings.eventDays } } });
});

test('Settings backups: back up, contents without passwords, sealed download, roll back with the typed name', async ({ ann, site }) => {
  const recorder = site.recorders[0]!;
  await ann.goto(`${site.failover.ready.url}/backups?server=${recorder.serverId}`);
  await ann.getByRole('button', { name: 'Back up now' }).click();
  const dialog = ann.getByRole('dialog');
  await expect(dialog.getByText(/^Done/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();

  const [newest] = await site.api.call('backups.list', { params: { server: recorder.serverId } });
  await ann.getByRole('button', { name: `Show (version ${newest!.version})` }).click();
  await expect(ann).toHaveURL(new RegExp(`version=${newest!.version}`));
  await expect(ann.getByRole('rowheader', { name: 'Camera 1' })).toBeVisible();

  await ann.getByRole('button', { name: `Download (version ${newest!.version})` }).click();
  await dialog.getByLabel('Passphrase').fill('short');
  await expect(dialog.getByRole('alert')).toHaveText('At least 8 characters.');
  await dialog.getByLabel('Passphrase').fill('a passphrase');
  const [download] = await Promise.all([ann.waitForEvent('download'), dialog.getByRole('button', { name: 'Download' }).click()]);
  const sealed = await readFile(await download.path());
  expect(sealed.length).toBeGreaterThan(100);
  expect(sealed.includes('rtsp://')).toBe(false);

  // Back to an older version than the one in use: the recorder's own file says whether it came about.
  const file = join(recorder.folder, 'settings.json');
  const before = await readFile(file, 'utf8');
  await writeFile(file, before.replace('"Camera 1"', '"Back door"'));
  try {
    const named = (name: string) => async () => {
      const { cameraList } = await site.api.call('servers.get', { params: { server: recorder.serverId } });
      return cameraList.some((camera) => camera.name === name);
    };
    await until('the change is backed up', 40_000, async () => ((await site.server(recorder)).backup.lastGood?.version ?? 0) > newest!.version);
    await until('the new name is used', 15_000, named('Back door'));
    await ann.getByRole('button', { name: `Roll back (version ${newest!.version})` }).click();
    await dialog.getByLabel(/Type .Recorder 1. to confirm/).fill('Recorder 1');
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await expect(dialog.getByText(/^Done/)).toBeVisible({ timeout: 20_000 });
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(before));
    await until('the old name is used again', 15_000, named('Camera 1'));
  } finally {
    if ((await readFile(file, 'utf8')) !== before) await writeFile(file, before);
  }

  // Both are found in the events by the name of who did it, which stands in none of their texts.
  await ann.goto(`${site.failover.ready.url}/events?kind=backup`);
  await ann.getByLabel('Contains').fill('ANN');
  for (const text of [`Settings backup ${newest!.version} was downloaded`, `The settings were rolled back to version ${newest!.version}`]) await expect(ann.locator('tr[data-event]').filter({ hasText: text })).toContainText('Ann');
  const backups = await site.api.call('events.list', { query: { kind: 'backup', limit: 1_000 } });
  const matching = backups.filter(({ text, reason, actor }) => [text, reason?.text ?? '', actor].some((each) => /ann/i.test(each)));
  expect(matching.length).toBeLessThan(backups.length);
  await expect(ann.locator('tr[data-event]')).toHaveCount(matching.length);
});

test('Protection: every camera is contacted from here', async ({ ann, site }) => {
  await ann.goto(`${site.failover.ready.url}/check`);
  await ann.getByRole('button', { name: 'Check now' }).click();
  const dialog = ann.getByRole('dialog');
  await expect(dialog.getByText(/^Done/).first()).toBeVisible({ timeout: 30_000 });
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(ann.getByText(/^Answered after/).first()).toBeVisible();
  // What is said of checks that come by themselves is what will come: a day after the oldest, not with the daily backup.
  await expect(ann.getByText('every 15 min while one of them does not answer')).toBeVisible();
  await expect(ann.getByText(/^Checked at/)).toHaveCount(site.recorders.length);
  const { nextMs, servers } = await site.api.call('check.get');
  expect(nextMs).toBe(Math.min(...servers.map(({ checkedMs, cameras }) => checkedMs! + (cameras.every(({ ok }) => ok) ? 86_400_000 : 900_000))));
  const report = await site.api.call('check.get');
  expect(report.servers.flatMap(({ cameras }) => cameras).filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(2);
});

test('Maintenance needs an end, is said loudly, and can be ended', async ({ ann, site }) => {
  const recorder = site.recorders[0]!;
  await ann.goto(`${site.failover.ready.url}/servers/${recorder.serverId}`);
  await ann.getByRole('button', { name: 'Maintenance …' }).click();
  const dialog = ann.getByRole('dialog');
  const start = dialog.getByRole('button', { name: 'Start maintenance' });
  await expect(start).toHaveAttribute('aria-disabled', 'true');
  await expect(start).toHaveAccessibleDescription('An end is needed.');
  await dialog.getByLabel('End', { exact: true }).fill('2020-01-01T00:00');
  await expect(dialog.getByRole('alert')).toHaveText('The end lies in the past.');
  const end = new Date(Date.now() + 7_200_000);
  await dialog.getByLabel('End', { exact: true }).fill(new Date(end.getTime() - end.getTimezoneOffset() * 60_000).toISOString().slice(0, 16));
  await dialog.getByLabel('Note').fill('<script>alert(1)</script>');
  await start.click();
  // One moment in one zone, which is named, in the notice and in the reason.
  const zone = await ann.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const until = await ann.evaluate((ms) => new Intl.DateTimeFormat(undefined, { timeStyle: 'short', hourCycle: 'h23' }).format(new Date(ms)), Math.floor(end.getTime() / 60_000) * 60_000);
  await expect(ann.getByText(`${until} (${zone}), by Ann: no automatic take-over`)).toBeVisible();
  await expect(ann.getByText(`${until} (${zone}): no automatic take-over`)).toBeVisible();
  await expect(ann.getByText('<script>alert(1)</script>')).toBeVisible();
  await expect.poll(async () => (await site.server(recorder)).maintenance?.by).toBe('Ann');
  await ann.goto(site.failover.ready.url);
  await expect(ann.locator(`[data-server="${recorder.serverId}"]`).getByText(/^Maintenance until/).first()).toBeVisible();
  await ann.goBack();
  await ann.getByRole('button', { name: 'End maintenance' }).click();
  await expect.poll(async () => (await site.server(recorder)).maintenance).toBeNull();
});

test('a camera whose clock is off is told on the server’s page and as an event, beside its state and since when', async ({ ann, site }) => {
  const recorder = site.recorders[0]!;
  await site.fault(1, { rtcp: { clock: 'offset', ms: -3000 } });
  try {
    await ann.goto(`${site.failover.ready.url}/servers/${recorder.serverId}`);
    const row = ann.locator('tr[data-camera]').first();
    await expect(row.getByText(/^Streaming since \d/)).toBeVisible();
    await expect(row.getByText(/^Its clock is (2\.[7-9]|3\.[0-3]) s behind$/)).toBeVisible({ timeout: 40_000 });
    await expect(ann.locator('tr[data-camera]').nth(1).getByText('Its clock')).toHaveCount(0);
    await ann.goto(`${site.failover.ready.url}/events?kind=clock`);
    await expect(ann.getByText(/whose clock is more than 1 s off: .* seconds behind\)/).first()).toBeVisible({ timeout: 20_000 });
  } finally {
    await site.fault(1, { rtcp: { clock: 'right' } });
  }
});

test('hot standby is chosen with its costs in sight, and every camera is then open here', async ({ ann, site }) => {
  const recorder = site.recorders[0]!;
  await ann.goto(`${site.failover.ready.url}/servers/${recorder.serverId}`);
  await ann.getByRole('button', { name: 'Hot standby: what it means' }).click();
  const dialog = ann.getByRole('dialog');
  await expect(dialog.getByText('Hot standby costs, for ever')).toBeVisible();
  await expect(dialog.getByText(/bit\/s$/).first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Choose Hot standby' }).click();
  await expect(dialog).toHaveCount(0);
  await until('hot standby streams', 20_000, async () => {
    const { standby, cameraList } = await site.api.call('servers.get', { params: { server: recorder.serverId } });
    return standby.mode === 'hot' && cameraList.every(({ here }) => here?.state === 'streaming');
  });
  await expect(ann.getByText('Streaming, pre-roll')).toHaveCount(2);
  await ann.getByRole('button', { name: 'Cold standby: what it means' }).click();
  await dialog.getByRole('button', { name: 'Choose Cold standby' }).click();
  await until('cold again', 10_000, async () => (await site.server(recorder)).standby.mode === 'cold');
});

test('a single camera is set hot, and goes back to what its server has', async ({ ann, site }) => {
  const recorder = site.recorders[0]!;
  const modes = async (): Promise<readonly unknown[]> => (await site.api.call('servers.get', { params: { server: recorder.serverId } })).cameraList.map(({ standby, standbyChoice }) => [standby, standbyChoice]);
  await ann.goto(`${site.failover.ready.url}/servers/${recorder.serverId}`);
  const choice = ann.getByRole('combobox', { name: 'Standby: Camera 1' });
  await expect(choice).toHaveValue('');
  await choice.selectOption('Hot standby');
  await expect.poll(modes).toEqual([['hot', 'hot'], ['cold', null]]);
  await expect(choice).toHaveValue('hot');
  // One on the list of what differs, told as chosen.
  await expect(ann.getByText('Camera 1: Hot standby')).toBeVisible();
  await choice.selectOption('As the server (Cold standby)');
  await expect.poll(modes).toEqual([['cold', null], ['cold', null]]);
});

test('Notifications: a webhook is saved and tested; secrets do not come back', async ({ ann, site }) => {
  const told: string[] = [];
  const receiver = createServer((request, response) => {
    request.on('data', (bytes: Buffer) => told.push(bytes.toString()));
    request.on('end', () => response.end('ok'));
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as { port: number };
  await ann.goto(`${site.failover.ready.url}/setup/notifications`);
  const webhook = ann.getByRole('region', { name: 'Webhook' });
  await webhook.getByLabel('Address').fill('ftp://wrong');
  await expect(webhook.getByRole('alert')).toContainText('http://');
  await webhook.getByLabel('Address').fill(`http://127.0.0.1:${port}/told`);
  await webhook.getByLabel('Secret').fill('only between us');
  await webhook.getByRole('switch', { name: 'On' }).click();
  await ann.getByRole('button', { name: 'Save' }).click();
  await expect(webhook.getByText('Is set. Leave empty to keep it.')).toBeVisible();
  await webhook.getByRole('button', { name: 'Send a test message' }).click();
  await expect(webhook.getByText(/^Sent after/)).toBeVisible();
  expect(told.join('')).not.toBe('');
  receiver.close();
});

test('Footage: a clip is downloaded, footage is locked and unlocked', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  const nowUs = Date.now() * 1_000;
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=cam-3&at=${nowUs - 12_000_000}`);
  await expect(ann.locator('figure[data-state="ready"]')).toBeVisible();
  await ann.getByRole('button', { name: 'Lock as evidence …' }).click();
  const dialog = ann.getByRole('dialog');
  await dialog.getByLabel('Why').fill('Case 7');
  await dialog.getByRole('button', { name: 'Lock as evidence' }).click();
  await expect(ann.locator('[data-lock]')).toContainText('Case 7');
  expect((await site.api.call('locks.list', { query: { server: recorder.serverId } })).map(({ reason }) => reason)).toEqual(['Case 7']);
  await ann.getByRole('button', { name: 'Unlock: Case 7' }).click();
  await expect(ann.locator('[data-lock]')).toHaveCount(0);

  await ann.getByRole('button', { name: 'Download a clip …' }).click();
  // Of a time without footage no download is offered: it would fail without a word.
  const was = [await dialog.getByLabel('From').inputValue(), await dialog.getByLabel('To').inputValue()] as const;
  await dialog.getByLabel('From').fill('2020-01-01T00:00:00');
  await expect(dialog.getByText('At most 31 days.')).toBeVisible();
  await dialog.getByLabel('To').fill('2020-01-01T00:01:00');
  await expect(dialog.getByText('Camera 3: no footage in this time.')).toBeVisible();
  await dialog.getByLabel('To').fill(was[1]);
  await dialog.getByLabel('From').fill(was[0]);
  const [download] = await Promise.all([ann.waitForEvent('download'), dialog.getByRole('link', { name: 'Clip of Camera 3' }).click()]);
  const clip = await readFile(await download.path());
  expect(clip.subarray(4, 8).toString('latin1')).toBe('ftyp');
  expect(clip.length).toBeGreaterThan(10_000);
});

test('a lost connection is shown, comes back by itself, and what was typed is kept', async ({ ann, site }) => {
  await ann.goto(`${site.failover.ready.url}/setup/failover`);
  await ann.getByLabel('Address in the server network').fill('192.0.2.77');
  await site.failover.end();
  await expect(ann.getByRole('alert').first()).toContainText('No connection to the failover server', { timeout: 10_000 });
  await expect(ann.getByRole('button', { name: 'Take over server' })).toHaveAccessibleDescription('No connection to the failover server.');
  // Ages grow all the same: nothing but the clock of the page draws them anew now.
  const age = ann.getByRole('row', { name: /Recorder 1/ }).getByText(/^\(.* ago\)$/);
  const first = await age.textContent();
  await expect.poll(() => age.textContent()).not.toBe(first);
  // What is typed while it is away is kept too: the field does not close under the typing hand.
  await ann.getByLabel('Address in the client network').click();
  await ann.keyboard.type('192.0.2.');
  await site.restartFailover();
  await expect(ann.getByText('No connection to the failover server')).toHaveCount(0, { timeout: 15_000 });
  await ann.keyboard.type('78');
  await expect(ann.getByLabel('Address in the server network')).toHaveValue('192.0.2.77');
  await expect(ann.getByLabel('Address in the client network')).toHaveValue('192.0.2.78');
});

test('a lost connection: a dialog says so too, other pages wait for it or open, and what failed is asked for again', async ({ ann, site }) => {
  await ann.goto(`${site.failover.ready.url}/setup/failover?dialog=advanced`);
  const dialog = ann.getByRole('dialog', { name: 'Advanced failover settings' });
  await dialog.getByLabel('Keep alive', { exact: true }).fill('9');
  // The other pages are loaded once this one stands.
  await expect.poll(() => ann.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => /assets\/outages-/.test(name)))).toBe(true);
  const script = /assets\/events-/;
  // Not loaded before the connection went, whatever the page has loaded beforehand.
  await ann.context().route(script, (route) => route.abort('connectionfailed'));
  const fresh = await ann.context().newPage();
  await fresh.goto(`${site.failover.ready.url}/setup/failover`);
  await fresh.getByLabel('Address in the server network').fill('192.0.2.77');
  await site.failover.end();
  // By its role: the bar of the page is hidden from screen readers while a dialog is open.
  await expect(dialog.getByRole('alert')).toContainText('No connection to the failover server', { timeout: 10_000 });
  await ann.keyboard.press('Escape');
  await ann.getByRole('link', { name: 'Outages', exact: true }).click();
  await expect(ann.getByRole('heading', { name: 'Outages' })).toBeVisible();
  await expect(ann.getByText('The failover server does not answer.')).toBeVisible();
  await fresh.getByRole('link', { name: 'Events', exact: true }).click();
  await fresh.waitForTimeout(2_000);
  await expect(fresh.getByLabel('Address in the server network'), 'the page that is open stays').toHaveValue('192.0.2.77');
  await ann.context().unroute(script);
  await site.restartFailover();
  await expect(ann.getByText('The failover server does not answer.')).toHaveCount(0, { timeout: 15_000 });
  await expect(fresh.locator('tr[data-event]').first()).toBeVisible({ timeout: 15_000 });
  await fresh.close();
});

test('what an address names and is not there: told, and never shown as something else', async ({ ann, site }) => {
  const { url } = site.failover.ready;
  await ann.goto(`${url}/?job=nope`);
  await expect(ann.getByRole('dialog', { name: 'Work' }).getByRole('alert')).toContainText('There is no such work');
  await ann.goto(`${url}/backups?server=nope`);
  await expect(ann.getByLabel('Server')).toHaveValue('nope');
  await expect(ann.getByRole('button', { name: 'Back up now' })).toHaveAccessibleDescription('This server is not monitored (any more).');
  await ann.goto(`${url}/outages?server=nope`);
  await expect(ann.getByLabel('Server')).toHaveValue('nope');
});

test('a browser without the Internet: the failover server is there all the same', async ({ ann, site }) => {
  await ann.goto(site.failover.ready.url);
  await expect(ann.locator('tr[data-server]')).toHaveCount(2);
  await ann.evaluate(() => window.dispatchEvent(new Event('offline')));
  await ann.getByRole('link', { name: 'Events', exact: true }).click();
  await expect(ann.locator('tr[data-event]').first()).toBeVisible();
  await ann.getByRole('link', { name: 'Protection', exact: true }).click();
  await ann.getByRole('button', { name: 'Check now' }).click();
  await expect(ann.getByRole('dialog').getByText(/^Done/).first()).toBeVisible({ timeout: 30_000 });
});

test('work under way is shown to everybody, and a second start is told', async ({ ann, site }) => {
  // A camera that does not answer makes the check take its time.
  await site.fault(1, { clients: { allow: ['agent:Understudy recorder'], deny: [], how: 'mute' } });
  try {
    const { title } = await site.api.call('check.run');
    await ann.goto(site.failover.ready.url);
    const work = ann.getByRole('region', { name: 'Work under way' });
    await expect(work).toContainText(title);
    await expect(work).toContainText(/\d of \d done/);
    await work.getByRole('button', { name: `Show: ${title}` }).click();
    await expect(ann).toHaveURL(/job=/);
    await expect(ann.getByRole('dialog', { name: title })).toBeVisible();
    await ann.goto(`${site.failover.ready.url}/check`);
    await expect(ann.getByRole('button', { name: 'Check now' })).toBeEnabled();
    // On a busy machine the first one may be over by now: then this one is under way.
    await site.api.call('check.run').catch((error: unknown) => expect(String(error)).toContain('already under way'));
    await ann.getByRole('button', { name: 'Check now' }).click();
    await expect(ann.getByRole('alert')).toContainText('already under way');
  } finally {
    await site.fault(1, { clients: { allow: null, deny: [], how: 'reset' } });
  }
});

test('on a phone nothing is wider than the screen, and the lists are cards', async ({ ann, site }) => {
  await ann.setViewportSize({ width: 390, height: 844 });
  for (const path of ['/', '/setup/failover', '/footage', '/events', '/outages', '/backups', '/check', '/setup/notifications']) {
    await ann.goto(site.failover.ready.url + path);
    await expect(ann.getByRole('main')).not.toBeEmpty();
    await ann.waitForLoadState('networkidle').catch(() => undefined /* the live connection never rests */);
    const wide = await ann.evaluate(() => document.querySelector('main')!.scrollWidth - document.querySelector('main')!.clientWidth);
    expect(wide, path).toBeLessThanOrEqual(1);
  }
});

test('who has logged in stays so, though an answer of before comes late', async ({ page, site }) => {
  let hear = (): void => undefined;
  const heard = new Promise<void>((resolve) => (hear = resolve));
  let asked = 0;
  await page.route('**/api/session', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const answer = await route.fetch();
    // The second question follows when the live connection stands: answered before the log-in, heard after it.
    if (++asked === 2) await heard;
    await route.fulfill({ response: answer }).catch(() => undefined);
  });
  await page.goto(`${site.failover.ready.url}/login#token=${site.token}`);
  await expect.poll(() => asked).toBe(2);
  await page.getByLabel('Your name').fill('Ann');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible();
  hear();
  await page.waitForTimeout(500);
  await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible();
});
