import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, logIn, quick, settingsOf, test, until } from './site.ts';

const understudy = new URL('../../bin/understudy.js', import.meta.url).pathname;
const run = promisify(execFile);

test.describe('Setup › Failover: every label and button of the seed', () => {
  test('a wrong token is refused in words; without a token everything can be read and nothing pressed', async ({ page, site }) => {
    await page.goto(`${site.failover.ready.url}/login`);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect(page.getByRole('alert')).toContainText(/token/i);

    await page.goto(`${site.failover.ready.url}/setup/failover`);
    const takeOver = page.getByRole('button', { name: 'Take over server' });
    await expect(takeOver).toHaveAttribute('aria-disabled', 'true');
    await expect(takeOver).toHaveAccessibleDescription('Log in first: changes need a token.');
    await expect(page.getByRole('cell', { name: 'Alive', exact: true })).toHaveCount(2);
    // A field says so itself, to the ear and, once it has the focus, to the eye.
    for (const label of ['UTC time', 'Storepath', 'Cameras at most']) {
      const field = page.getByLabel(label, { exact: true });
      await expect(field, label).toHaveAccessibleDescription(/^Log in first: changes need a token\./);
      await field.focus();
      await expect(page.getByRole('note').filter({ visible: true })).toHaveText('Log in first: changes need a token.');
      const was = await field.inputValue();
      await page.keyboard.type('7');
      await expect(field).toHaveValue(was);
    }
    await page.goto(`${site.failover.ready.url}/setup/notifications`);
    await expect(page.getByLabel('Receivers')).toHaveAccessibleDescription(/^Log in first: changes need a token\./);
  });

  test('Daily Backup, Automatically take over server, Automatically restore server', async ({ ann, site }) => {
    await ann.goto(`${site.failover.ready.url}/setup/failover`);
    for (const [label, key] of [
      ['Daily Backup', 'dailyBackup'],
      ['Automatically take over server', 'automaticTakeOver'],
      ['Automatically restore server', 'automaticRestore'],
    ] as const) {
      const toggle = ann.getByRole('switch', { name: label, exact: true });
      await expect(toggle).toBeChecked();
      await toggle.click();
      await expect(toggle).not.toBeChecked();
      await expect.poll(async () => (await settingsOf(site))[key]).toBe(false);
      await toggle.click();
      await expect.poll(async () => (await settingsOf(site))[key]).toBe(true);
      await expect(toggle).toBeChecked();
    }
  });

  test('UTC time is refused while it is wrong; Local time is the same moment in the browser’s zone', async ({ browser, site }) => {
    const context = await browser.newContext({ timezoneId: 'Europe/Amsterdam' });
    const page = await context.newPage();
    await logIn(page, site);
    await page.goto(`${site.failover.ready.url}/setup/failover`);
    const utc = page.getByLabel('UTC time');
    await utc.fill('25:00');
    await expect(page.getByRole('alert')).toHaveText('A time from 00:00 to 23:59.');
    await expect(page.getByRole('button', { name: 'Save' })).toHaveCount(0);
    await utc.fill('02:30');
    const offset = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Amsterdam', hour: '2-digit', minute: '2-digit' }).format(new Date(new Date().setUTCHours(2, 30, 0, 0)));
    await expect(page.getByText('Local time')).toContainText('Local time');
    await expect(page.locator('output')).toHaveText(offset);
    await expect(page.getByText('Daylight saving moves it to')).toBeVisible();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await settingsOf(site)).utcTime).toBe('02:30');
    await context.close();
  });

  test('Backup all servers shows the progress of each and makes a good backup', async ({ ann, site }) => {
    const started = Date.now();
    await ann.goto(`${site.failover.ready.url}/setup/failover`);
    await ann.getByRole('button', { name: 'Backup all servers' }).click();
    const dialog = ann.getByRole('dialog');
    await expect(dialog.getByText(/^Done/)).toHaveCount(2);
    await expect(ann).toHaveURL(/dialog=job/);
    const servers = await site.api.call('servers.list');
    for (const { backup } of servers) {
      expect(backup.error).toBeNull();
      expect(backup.lastAttempt?.ok).toBe(true);
      expect(backup.lastAttempt!.atMs).toBeGreaterThan(started - 1_000);
    }
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(dialog).toHaveCount(0);
  });

  test('Advanced: the five time-outs are checked while typing, saved, and reset to their defaults', async ({ ann, site }) => {
    await ann.goto(`${site.failover.ready.url}/setup/failover`);
    await ann.getByRole('button', { name: 'Advanced' }).click();
    const dialog = ann.getByRole('dialog', { name: 'Advanced failover settings' });
    for (const label of ['Connected', 'Started', 'Keep alive', 'Normal shutdown', 'Abnormal shutdown', 'Hold-down']) await expect(dialog.getByLabel(label, { exact: true })).toBeVisible();

    await dialog.getByRole('button', { name: 'Reset to defaults' }).click();
    await expect(dialog.getByLabel('Keep alive', { exact: true })).toHaveValue('30');
    await expect(dialog.getByLabel('Normal shutdown', { exact: true })).toHaveValue('15');
    await dialog.getByLabel('Keep alive', { exact: true }).fill('301');
    await expect(dialog.getByRole('alert')).toContainText('between 30 s and 5 min');
    await expect(dialog.getByRole('button', { name: 'OK' })).toHaveAttribute('aria-disabled', 'true');
    // A row without a number says so, and hides nothing of the others.
    await dialog.getByLabel('Connected', { exact: true }).fill('');
    await expect(dialog.getByText('A number is needed.')).toBeVisible();
    await expect(dialog.getByText('between 30 s and 5 min')).toBeVisible();
    await dialog.getByLabel('Connected', { exact: true }).fill('5');
    await dialog.getByLabel('Keep alive', { exact: true }).fill('10');
    await expect(dialog.getByRole('alert')).toContainText('shorter ones must be allowed first');
    await dialog.getByRole('switch', { name: 'Allow shorter time-outs' }).click();
    await expect(dialog.getByRole('alert')).toHaveCount(0);
    await dialog.getByRole('button', { name: 'OK' }).click();
    await expect(dialog).toHaveCount(0);
    expect((await settingsOf(site)).timeouts).toMatchObject({ allowShorter: true, keepAliveMs: 10_000, connectedMs: 300_000, normalShutdownMs: 900_000 });

    const seen = await site.api.call('settings.get');
    await site.api.call('settings.put', { body: { version: seen.version, settings: { ...seen.settings, timeouts: quick } } });
  });

  test('two people edit the same settings: the second is told, and nothing is overwritten', async ({ ann, site }) => {
    await ann.goto(`${site.failover.ready.url}/setup/failover`);
    const field = ann.getByLabel('Address in the client network');
    await field.fill('198.51.100.7');
    const seen = await site.api.call('settings.get');
    await site.api.call('settings.put', { body: { version: seen.version, settings: { ...seen.settings, addresses: { ...seen.settings.addresses, clientNetwork: '198.51.100.99' } } } });
    await ann.getByRole('button', { name: 'Save' }).click();
    await expect(ann.getByText('Somebody else changed this meanwhile.')).toBeVisible();
    await expect(field).toHaveValue('198.51.100.7');
    expect((await settingsOf(site)).addresses.clientNetwork).toBe('198.51.100.99');
    await ann.getByRole('button', { name: 'Take the other change' }).click();
    await expect(field).toHaveValue('198.51.100.99');
  });

  test('UTC time: what another person saved meanwhile is told, not overwritten; what one changed oneself is no conflict', async ({ ann, site }) => {
    await ann.goto(`${site.failover.ready.url}/setup/failover`);
    const utc = ann.getByLabel('UTC time');
    await expect(utc).toBeVisible();
    const before = (await settingsOf(site)).utcTime;
    await utc.fill('04:44');
    const seen = await site.api.call('settings.get');
    const theirs = await site.api.call('settings.put', { body: { version: seen.version, settings: { ...seen.settings, utcTime: '03:33' } } });
    // The page hears of it before Ann presses Save.
    await expect.poll(() => ann.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/settings')).length)).toBeGreaterThan(1);
    await ann.getByRole('button', { name: 'Save' }).click();
    await expect(ann.getByText('Somebody else changed this meanwhile.')).toBeVisible();
    await expect(utc).toHaveValue('04:44');
    expect((await settingsOf(site)).utcTime).toBe('03:33');
    await ann.getByRole('button', { name: 'Take the other change' }).click();
    await expect(utc).toHaveValue('03:33');

    // Nothing typed: the field follows.
    await site.api.call('settings.put', { body: { version: theirs.version, settings: { ...theirs.settings, utcTime: '05:55' } } });
    await expect(utc).toHaveValue('05:55');

    // Typed, then a switch of one's own: the typed time is kept, and both are saved.
    await utc.fill(before);
    const toggle = ann.getByRole('switch', { name: 'Daily Backup', exact: true });
    await toggle.click();
    await expect.poll(async () => (await settingsOf(site)).dailyBackup).toBe(false);
    await expect(toggle).not.toBeChecked();
    await expect(utc).toHaveValue(before);
    await utc.press('Enter');
    await expect.poll(async () => (await settingsOf(site)).utcTime).toBe(before);
    const address = ann.getByLabel('Address in the server network');
    await address.fill('192.0.2.10');
    await toggle.click();
    await expect.poll(async () => (await settingsOf(site)).dailyBackup).toBe(true);
    await expect(toggle).toBeChecked();
    await ann.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await settingsOf(site)).addresses.serverNetwork).toBe('192.0.2.10');
    await expect(ann.getByText('Somebody else changed this meanwhile.')).toHaveCount(0);
    await address.fill('');
    await ann.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await settingsOf(site)).addresses.serverNetwork).toBe('');
  });

  test('Storepath, Directory, addresses, and what it takes on at most: wrong ones are refused at the field, in words', async ({ ann, site }) => {
    await ann.goto(`${site.failover.ready.url}/setup/failover`);
    const configuration = ann.getByRole('region', { name: 'Configuration' });
    const save = configuration.getByRole('button', { name: 'Save' });
    const before = await settingsOf(site);
    for (const [label, wrong, words] of [
      ['Storepath', 'footage', 'An absolute folder'],
      ['Directory', '/a/../b', 'An absolute folder'],
      ['Address in the client network', '999.1.1.1', 'An IPv4 address has four numbers'],
      ['Bit rate at most', '9'.repeat(30), 'At most 100000 Mbit/s.'],
      ['Bit rate at most', '1e3', 'A number is needed.'],
      ['Address in the server network', 'host:99999', 'The port lies between'],
      ['Cameras at most', '', 'A number is needed.'],
      ['Cameras at most', '0x10', 'A number is needed.'],
      ['Cameras at most', '0', 'At least 1.'],
      ['Bit rate at most', 'fast', 'A number is needed.'],
      ['Settings backups kept', '0', 'At least 1.'],
      ['Events kept', '4000', 'At most 3660.'],
    ] as const) {
      const field = configuration.getByLabel(label);
      const was = await field.inputValue();
      await field.fill(wrong);
      await expect(configuration.getByRole('alert'), `${label} ${wrong}`).toContainText(words);
      await expect(save).toHaveAttribute('aria-disabled', 'true');
      await field.fill(was);
      await expect(save).toHaveCount(0);
    }
    // Only the failover server knows whether a folder can be made there; and it records there after its next start only.
    const inUse = before.storePath;
    await configuration.getByLabel('Storepath').fill('/proc/understudy');
    await save.click();
    await expect(configuration.getByRole('alert')).toContainText('cannot be made');
    expect((await settingsOf(site)).storePath).toBe(inUse);
    await configuration.getByLabel('Storepath').fill(`${inUse}-2`);
    await save.click();
    await expect(configuration.getByText(`Until then it records to ${inUse}.`)).toBeVisible();
    await configuration.getByLabel('Storepath').fill(inUse);
    await save.click();
    await expect(configuration.getByText('Until then it records to')).toHaveCount(0);
    await configuration.getByLabel('Cameras at most').fill('77');
    await configuration.getByLabel('Bit rate at most').fill('512');
    await configuration.getByLabel('Settings backups kept').fill('12');
    await configuration.getByLabel('Events kept').fill('90');
    await save.click();
    await expect.poll(async () => (await settingsOf(site)).capacity).toEqual({ ...before.capacity, cameras: 77, bitsPerSecond: 512_000_000 });
    await expect(configuration.getByText('of 77')).toBeVisible();
    expect(await settingsOf(site)).toMatchObject({ backupVersions: 12, eventDays: 90, whenNotRecording: 'take over' });
    await configuration.getByLabel('Alive, but records no camera').selectOption('Raise the alarm only');
    await expect.poll(async () => (await settingsOf(site)).whenNotRecording).toBe('alarm only');
    const seen = await site.api.call('settings.get');
    await site.api.call('settings.put', { body: { version: seen.version, settings: before } });
  });

  test('minus asks for the name and removes a monitored server; plus adds it with a new pairing secret', async ({ ann, site }) => {
    const recorder = site.recorders[1]!;
    await ann.goto(`${site.failover.ready.url}/setup/failover`);
    await ann.getByRole('button', { name: 'Recorder 2' }).click();
    await ann.getByRole('button', { name: 'Remove the monitored server' }).click();
    const dialog = ann.getByRole('dialog');
    await expect(dialog).toContainText('settings backups are kept');
    await dialog.getByLabel(/Type .Recorder 2. to confirm/).fill('Recorder 1');
    await expect(dialog.getByRole('alert')).toHaveText('That is not its name.');
    await expect(dialog.getByRole('button', { name: 'Remove' })).toHaveAttribute('aria-disabled', 'true');
    await dialog.getByLabel(/Type .Recorder 2. to confirm/).fill('Recorder 2');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    // Below an open dialog nothing has a role: its end is what tells.
    await expect(dialog).toHaveCount(0);
    await expect(ann.getByRole('button', { name: 'Recorder 2' })).toHaveCount(0);
    expect((await site.api.call('servers.list')).map(({ name }) => name)).toEqual(['Recorder 1']);

    const { stdout } = await run(process.execPath, [understudy, 'agent', 'pair', '--new', '--folder', recorder.folder, '--json']);
    const { pairingSecret } = JSON.parse(stdout) as { pairingSecret: string };
    await ann.getByRole('button', { name: 'Add a monitored server' }).click();
    await dialog.getByLabel('Address').fill('not an address');
    await expect(dialog.getByRole('alert')).toContainText('An address like');
    await dialog.getByLabel('Address').fill(`127.0.0.1:${recorder.agent.ready.port}`);
    await dialog.getByLabel('Pairing secret').fill(pairingSecret);
    await dialog.getByLabel('Name').fill('Recorder 2');
    await dialog.getByRole('button', { name: 'Authorize' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(ann.getByRole('row', { name: /Recorder 2/ }).getByText('Alive', { exact: true })).toBeVisible();
    await until('the new server is alive', 10_000, async () => (await site.api.call('servers.list')).find(({ name, state, authorized }) => name === 'Recorder 2' && state === 'alive' && authorized));
  });

  test('plus adds another failover server by its address; its lists are reached through this one', async ({ ann, site }) => {
    const { startChild } = (await import(new URL('../../dist/src/cli/site/child.js', import.meta.url).href)) as typeof import('../../src/cli/site/child.ts');
    const { z } = await import('zod');
    const folder = join(site.recorders[0]!.folder, '..', 'failover-2');
    const other = await startChild({
      name: 'failover-2',
      args: [understudy, 'failover', '--folder', folder, '--store-path', join(folder, 'footage'), '--name', 'Failover 2', '--http-port', '0', '--port', '0', '--json'],
      logFile: `${folder}.log`,
      ready: z.object({ ready: z.literal(true), url: z.string(), tokenFile: z.string() }),
    });
    let third: Awaited<ReturnType<typeof startChild<{ readonly port: number; readonly pairingSecret: string }>>> | null = null;
    try {
      await ann.goto(`${site.failover.ready.url}/setup/failover`);
      await ann.getByRole('button', { name: 'Add a failover server' }).click();
      const dialog = ann.getByRole('dialog');
      await dialog.getByLabel('Address').fill(new URL(other.ready.url).host);
      await dialog.getByLabel('Token').fill((await readFile(other.ready.tokenFile, 'utf8')).trim());
      await ann.keyboard.press('Enter');
      await expect(dialog).toHaveCount(0);
      await ann.getByRole('button', { name: /Failover 2/ }).click();
      await expect(ann.getByText('No server is monitored yet')).toBeVisible();
      await expect(ann.getByLabel('Storepath')).toHaveValue(join(folder, 'footage'));

      // Its own monitored server, added and set up through the one that serves the page.
      await mkdir(`${folder}-recorder`, { recursive: true });
      const camera = { id: 'cam-1', name: 'Camera 1', url: site.cameras.ready.urls[0]! };
      await writeFile(join(`${folder}-recorder`, 'settings.json'), JSON.stringify({ schema: 1, name: 'Recorder 3', storePath: join(`${folder}-recorder`, 'footage'), retention: { days: 7, maxBytes: null }, cameras: [camera] }));
      third = await startChild({ name: 'recorder-3', args: [understudy, 'agent', '--folder', `${folder}-recorder`, '--port', '0', '--json'], logFile: `${folder}-recorder.log`, group: true, ready: z.object({ ready: z.literal(true), port: z.number(), pairingSecret: z.string() }) });
      await ann.getByRole('button', { name: 'Add a monitored server' }).click();
      await dialog.getByLabel('Address').fill(`127.0.0.1:${third.ready.port}`);
      await dialog.getByLabel('Pairing secret').fill(third.ready.pairingSecret);
      await dialog.getByRole('button', { name: 'Authorize' }).click();
      await expect(dialog).toHaveCount(0);
      await expect(ann.getByRole('row', { name: /Recorder 3/ }).getByText('Alive', { exact: true })).toBeVisible({ timeout: 20_000 });
      const { apiAt } = (await import(new URL('../../dist/src/cli/site/api.js', import.meta.url).href)) as typeof import('../../src/cli/site/api.ts');
      const there = apiAt(other.ready.url, (await readFile(other.ready.tokenFile, 'utf8')).trim());
      await ann.getByRole('switch', { name: 'Daily Backup', exact: true }).click();
      await expect.poll(async () => (await there.call('settings.get')).settings.dailyBackup).toBe(false);
      expect((await settingsOf(site)).dailyBackup, 'this one is as it was').toBe(true);
      await ann.getByRole('button', { name: 'Backup all servers' }).click();
      await expect(dialog.getByText(/^Done/)).toHaveCount(1, { timeout: 15_000 });
      await dialog.getByRole('button', { name: 'Close' }).click();
      // A backup because its settings changed may have come after it.
      const backup = (await there.call('servers.list'))[0]!.backup;
      expect(backup.lastAttempt?.ok).toBe(true);
      expect(backup.lastGood!.atMs).toBeGreaterThan(Date.now() - 120_000);
      await ann.goto(`${site.failover.ready.url}/`);
      await expect(ann.getByRole('region', { name: 'Failover 2' })).toContainText('0 / 1');
      // What it stands by for is on the first screen; once it is gone, that is what needs a person.
      const theirs = ann.getByRole('table', { name: 'Monitored servers of Failover 2' });
      await expect(theirs.getByRole('row', { name: /Recorder 3/ }).getByText('Alive', { exact: true })).toBeVisible();
      await expect(ann.getByText('cannot be reached from this one')).toHaveCount(0);
      await other.end();
      await expect(ann.getByRole('region', { name: 'Needs you' })).toContainText('The failover server Failover 2 cannot be reached from this one', { timeout: 25_000 });
      await expect(theirs).toHaveCount(0);
      await ann.getByRole('region', { name: 'Failover 2' }).getByRole('link', { name: 'Failover 2' }).click();
      await ann.getByRole('button', { name: 'Remove the failover server' }).click();
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await expect(ann.getByRole('button', { name: /Failover 2/ })).toHaveCount(0);
      expect(await site.api.call('failovers.list')).toHaveLength(1);
    } finally {
      await third?.end();
      await other.end();
    }
  });
});
