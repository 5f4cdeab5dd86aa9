import { expect, test } from './site.ts';

const paths = ['/', '/setup/failover', '/setup/failover?dialog=advanced', '/setup/failover?dialog=add-server', '/footage', '/events', '/outages', '/backups', '/check', '/setup/notifications', '/nowhere'];

test('screen reader: every page has one heading of the first level, everything to press or fill has a name, no id is there twice', async ({ ann, site }) => {
  for (const path of [...paths, `/servers/${site.recorders[0]!.serverId}`]) {
    await ann.goto(site.failover.ready.url + path);
    await expect(ann.locator('h1, h2').first()).toBeVisible();
    const found = await ann.evaluate(() => {
      const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
      const nameless = [...document.querySelectorAll('button, a[href], input, select, textarea, [role=switch], [role=slider], video, canvas')]
        .filter((element) => element.closest('[aria-hidden=true]') === null)
        .filter((element) => {
          const labelled = (element.getAttribute('aria-labelledby') ?? '').split(' ').some((id) => document.getElementById(id)?.textContent);
          const label = element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? [...(element.labels ?? [])].some((each) => each.textContent) : false;
          return !labelled && !label && !element.getAttribute('aria-label') && !element.textContent?.trim();
        });
      return { twice: ids.filter((id, index) => ids.indexOf(id) !== index), nameless: nameless.map((element) => element.outerHTML.slice(0, 120)), language: document.documentElement.lang, title: document.title };
    });
    expect(found.twice, path).toEqual([]);
    expect(found.nameless, path).toEqual([]);
    expect(found.language).toBe('en');
    expect(found.title, path).not.toBe('');
  }
});

test('keyboard: the first stop skips to the content; every stop is seen; Escape closes a dialog and the focus is back', async ({ ann, site }) => {
  await ann.goto(`${site.failover.ready.url}/setup/failover`);
  await expect(ann.getByRole('button', { name: 'Advanced' })).toBeVisible();
  await ann.keyboard.press('Tab');
  await expect(ann.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  for (let stops = 0; stops < 60; stops++) {
    await ann.keyboard.press('Tab');
    if (await ann.getByRole('button', { name: 'Advanced' }).evaluate((button) => button === document.activeElement)) break;
    const seen = await ann.evaluate(() => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement!);
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
    });
    expect(seen, 'where the focus is can be seen').toBe(true);
  }
  await ann.keyboard.press('Enter');
  const dialog = ann.getByRole('dialog', { name: 'Advanced failover settings' });
  await expect(dialog.getByLabel('Connected', { exact: true })).toBeFocused();
  await ann.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(ann.getByRole('button', { name: 'Advanced' })).toBeFocused();
});

test('what is typed wrong is refused at the field in words; a script in a name is shown as text', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  await ann.goto(`${site.failover.ready.url}/servers/${recorder.serverId}`);
  let alerts = 0;
  ann.on('dialog', (dialog) => (alerts++, void dialog.dismiss()));
  const name = ann.getByLabel('Name', { exact: true });
  await name.fill('x'.repeat(500));
  await expect(ann.getByRole('alert')).toContainText('At most 200 characters');
  await expect(ann.getByRole('button', { name: 'Save' })).toHaveAttribute('aria-disabled', 'true');
  await ann.getByLabel('Address').fill('recorder:99999');
  await expect(ann.getByRole('alert')).toHaveCount(2);
  await ann.getByLabel('Address').fill(`127.0.0.1:${recorder.cable.port}`);
  const evil = '<img src=x onerror=alert(1)> "quoted" ' + 'ü'.repeat(120);
  await name.fill(evil);
  await ann.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await site.server(recorder)).name).toBe(evil);
  for (const path of ['/', '/setup/failover', '/events', '/check', `/backups?server=${recorder.serverId}`, `/footage?server=${recorder.serverId}`, `/servers/${recorder.serverId}`]) {
    await ann.goto(site.failover.ready.url + path);
    await expect(ann.getByText('<img src=x onerror=alert(1)>').first()).toBeAttached();
    const wide = await ann.evaluate(() => document.querySelector('main')!.scrollWidth - document.querySelector('main')!.clientWidth);
    expect(wide, `${path} is no wider than the screen`).toBeLessThanOrEqual(1);
  }
  expect(alerts).toBe(0);
  await expect(name).toHaveValue(evil);
  await name.fill('Recorder 2');
  await ann.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await site.server(recorder)).name).toBe('Recorder 2');
});
