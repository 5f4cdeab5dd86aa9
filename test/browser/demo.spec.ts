import { expect, test, until } from './site.ts';

const { openDesk } = (await import(new URL('../../dist/src/cli/demo/desk.js', import.meta.url).href)) as typeof import('../../src/cli/demo/desk.ts');
const { Faults } = (await import(new URL('../../dist/src/cli/demo/faults.js', import.meta.url).href)) as typeof import('../../src/cli/demo/faults.ts');

test('the page of the demo: a slow press counts, the focus stays, the alarm arrives, the outage stands there', async ({ page, site }) => {
  const recorder = site.recorders[1]!;
  const desk = await openDesk({ site, faults: new Faults(site, new Set()), port: 0, logInUrl: `${site.failover.ready.url}/login#token=${site.token}`, notProtected: 'Camera 4 answers its recorder only.' });
  try {
    await page.goto(desk.url);
    const freeze = page.getByRole('button', { name: 'Freeze: Recorder 2' });
    await expect(page.getByRole('button', { name: 'Fill the disk: Recorder 2' })).toHaveAttribute('aria-disabled', 'true');
    await freeze.focus();
    // The page asks anew each second: what has not changed must not be drawn again under the finger.
    await page.waitForTimeout(2_500);
    await expect(freeze).toBeFocused();
    await freeze.hover();
    await page.mouse.down();
    await page.waitForTimeout(1_500);
    await page.mouse.up();
    await expect(page.getByText('Broken: Freeze')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Alarms' })).toContainText('Recorder 2: The server failed', { timeout: 30_000 });
    await expect(page.getByRole('region', { name: 'Alarms' })).toContainText('Recorder 2 is taken over: Failover 1 records its cameras.', { timeout: 30_000 });
    await expect(page.getByRole('region', { name: 'Outages' })).toContainText('still open', { timeout: 15_000 });
    await page.getByRole('button', { name: 'Mend it: Recorder 2' }).click();
    await until('the role is back', 60_000, async () => (await site.server(recorder)).role.state === 'standby');
    await expect(page.getByRole('region', { name: 'Outages' })).toContainText(/\d ms|\d s/, { timeout: 60_000 });
  } finally {
    const { version, kinds, smtp, syslog } = await site.api.call('notifications.get');
    const { passwordSet: _passwordSet, ...mail } = smtp;
    await site.api.call('notifications.put', { body: { version, kinds, smtp: mail, webhook: { enabled: false, url: '' }, syslog } });
    await desk.close();
  }
});
