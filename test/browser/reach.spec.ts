import { expect, logIn, settingsOf, test } from './site.ts';

const paths = ['/', '/setup/failover', '/setup/failover?dialog=advanced', '/setup/failover?dialog=add-server', '/footage', '/events', '/outages', '/backups', '/check', '/setup/notifications', '/nowhere'];

test('screen reader: every page has one heading of the first level, everything to press or fill has a name, no id is there twice', async ({ ann, site }) => {
  for (const path of [...paths, `/servers/${site.recorders[0]!.serverId}`]) {
    await ann.goto(site.failover.ready.url + path);
    await expect(ann.locator('h1')).toHaveCount(1);
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

test('screen reader: what a link says is in its name, alarms are told in words, a figure with its unit', async ({ ann, site }) => {
  const recorder = site.recorders[0]!;
  await ann.goto(`${site.failover.ready.url}/setup/failover?server=${recorder.serverId}`);
  await expect(ann.getByRole('link', { name: 'Cameras, standby, maintenance … (Recorder 1)' })).toBeVisible();
  await expect(ann.getByRole('status', { name: 'Local time' })).toHaveText(/^\d\d:\d\d$/);
  await expect(ann.getByLabel('Bit rate at most')).toHaveAccessibleDescription(/^Mbit\/s /);
  await ann.getByRole('button', { name: 'Advanced' }).click();
  await expect(ann.getByLabel('Connected', { exact: true })).toHaveAccessibleDescription(/^seconds A network connection/);
  // An alarm of this page's own making: what the failover server tells is added to.
  await ann.routeWebSocket(/\/api\/live/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const told = JSON.parse(String(message)) as { attention?: unknown[] };
      if (told.attention) told.attention = [{ id: 'a', severity: 'alarm', serverId: null, reason: { code: 'x', text: 'x' }, advice: '', sinceMs: null }];
      socket.send(JSON.stringify(told));
    });
  });
  await ann.goto(site.failover.ready.url);
  await expect(ann.getByRole('link', { name: 'Overview (1 alarm)' })).toBeVisible();
});

test('small laptop: a maintenance with its zone pushes no column out of sight, and every page is in the row of pages', async ({ browser, site }) => {
  const server = site.recorders[0]!.serverId;
  await site.api.call('servers.maintenance', { params: { server }, body: { untilMs: Date.now() + 7_200_000, note: '' } });
  const context = await browser.newContext({ timezoneId: 'America/North_Dakota/New_Salem' });
  const page = await context.newPage();
  await logIn(page, site);
  for (const [width, path] of [[1280, '/'], [1024, '/'], [932, '/'], [860, '/'], [1440, '/setup/failover'], [1280, '/setup/failover'], [1265, '/setup/failover'], [1024, '/setup/failover']] as const) {
    await page.setViewportSize({ width, height: 720 });
    await page.goto(site.failover.ready.url + path);
    await expect(page.getByText(/^Maintenance until .*New_Salem/).first()).toBeVisible();
    expect(await page.evaluate(cutOff), `${width}: ${path}`).toEqual([]);
    expect(await page.getByRole('navigation').evaluate((row) => row.scrollWidth - row.clientWidth), `${width}: the row of pages`).toBeLessThanOrEqual(1);
  }
  await site.api.call('servers.endMaintenance', { params: { server } });
  await context.close();
});

test('keyboard: the first stop skips to the content; every stop is seen; Escape closes a dialog and the focus is back', async ({ ann, site }) => {
  await ann.goto(`${site.failover.ready.url}/setup/failover`);
  await expect(ann.getByRole('button', { name: 'Advanced' })).toBeVisible();
  await ann.keyboard.press('Tab');
  await expect(ann.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  for (let stops = 0; stops < 60; stops++) {
    await ann.keyboard.press('Tab');
    if (await ann.getByRole('button', { name: 'Advanced' }).evaluate((button) => button === document.activeElement)) break;
    // Told with the element, and asked again: on a busy machine the ring is drawn a moment later.
    const seen = () =>
      ann.evaluate(() => {
        const focused = document.activeElement!;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused);
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none' ? 'seen' : focused.outerHTML.slice(0, 200);
      });
    await expect.poll(seen, { message: 'where the focus is can be seen', timeout: 2000 }).toBe('seen');
  }
  await ann.keyboard.press('Enter');
  const dialog = ann.getByRole('dialog', { name: 'Advanced failover settings' });
  await expect(dialog.getByLabel('Connected', { exact: true })).toBeFocused();
  await ann.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(ann.getByRole('button', { name: 'Advanced' })).toBeFocused();

  // A dialog whose first field takes the focus gives it back as well, and does not let it out meanwhile.
  const plus = ann.getByRole('button', { name: 'Add a monitored server' });
  await plus.focus();
  await ann.keyboard.press('Enter');
  const adding = ann.getByRole('dialog', { name: 'Add a monitored server' });
  await expect(adding.getByLabel('Address', { exact: true })).toBeFocused();
  for (let stops = 0; stops < 8; stops++) {
    await ann.keyboard.press('Tab');
    // At its ends the focus passes over a guard beside the dialog, which sends it back a moment later.
    await expect.poll(() => ann.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)).toBe(true);
  }
  await ann.keyboard.press('Escape');
  await expect(adding).toHaveCount(0);
  await expect(plus).toBeFocused();
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
  // A word that breaks nowhere must not push the page aside.
  await name.fill('W'.repeat(200));
  await ann.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await site.server(recorder)).name).toBe('W'.repeat(200));
  for (const path of ['/', '/check', `/servers/${recorder.serverId}`]) {
    await ann.goto(site.failover.ready.url + path);
    await expect(ann.getByText('W'.repeat(200)).first()).toBeAttached();
    expect(await ann.evaluate(() => document.querySelector('main')!.scrollWidth - document.querySelector('main')!.clientWidth), path).toBeLessThanOrEqual(1);
  }
  await ann.goto(`${site.failover.ready.url}/servers/${recorder.serverId}`);
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

test('a button that cannot be pressed says why, to the eye too: pointed at, by keyboard, by touch', async ({ browser, ann, site }) => {
  const because = 'This is the failover server that you are looking at.';
  await ann.goto(`${site.failover.ready.url}/setup/failover`);
  const minus = ann.getByRole('button', { name: 'Remove the failover server' });
  await expect(ann.getByText(because)).toBeHidden();
  await minus.hover();
  await expect(ann.getByText(because)).toBeVisible();
  await ann.mouse.move(700, 5);
  await expect(ann.getByText(because)).toBeHidden();
  await ann.getByRole('button', { name: 'Add a failover server' }).focus();
  await ann.keyboard.press('Tab');
  await expect(minus).toBeFocused();
  await expect(ann.getByText(because)).toBeInViewport();
  await ann.keyboard.press('Tab');
  await expect(ann.getByText(because)).toBeHidden();

  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const phone = await context.newPage();
  await phone.goto(`${site.failover.ready.url}/setup/failover`);
  const reset = phone.getByRole('button', { name: 'Reset restored server' });
  await expect(phone.locator('tr[data-server]')).toHaveCount(2);
  await reset.scrollIntoViewIfNeeded();
  // `force`: a person may tap what is disabled, a test is kept from it.
  await reset.tap({ force: true });
  const note = phone.getByRole('note').filter({ visible: true });
  await expect(note).toHaveText('Log in first: changes need a token.');
  const box = (await note.boundingBox())!;
  expect(box.x, 'it lies in the window').toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(390);
  await context.close();
});

test('contrast: every text of every page can be read, light and dark', async ({ ann, site }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await ann.emulateMedia({ colorScheme });
    for (const path of [...paths, '/login', `/servers/${site.recorders[0]!.serverId}`]) {
      await ann.goto(site.failover.ready.url + path);
      await expect(ann.locator('h1')).toHaveCount(1);
      await ann.waitForTimeout(300);
      expect(await ann.evaluate(faintTexts), `${colorScheme} ${path}`).toEqual([]);
    }
  }
  await ann.evaluate(() => document.documentElement.style.setProperty('--dim', '#444a52'));
  expect(await ann.evaluate(faintTexts), 'this would be seen').not.toEqual([]);
});

/** Runs in the page: texts with a contrast below 4.5 to 1 (WCAG 2.2, 1.4.3). What is disabled, or lies over a picture, is left out. */
function faintTexts(): string[] {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  const rgba = (colour: string): readonly [number, number, number, number] => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = ([r, g, b]: readonly number[]): number =>
    [r!, g!, b!].map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)).reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index]!, 0);
  const over = (top: readonly number[], below: readonly number[]): number[] => [0, 1, 2].map((index) => top[index]! * top[3]! + below[index]! * (1 - top[3]!));
  const groundOf = (from: Element): number[] => {
    const layers: (readonly number[])[] = [];
    for (let element: Element | null = from; element; element = element.parentElement) layers.push(rgba(getComputedStyle(element).backgroundColor));
    return layers.toReversed().reduce<number[]>((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const faint: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement!;
    if (!text.textContent?.trim() || !element.checkVisibility() || element.closest('figure, canvas, [aria-disabled=true], :disabled, .sr-only, [data-disabled], option')) continue;
    if (document.querySelector('[role=dialog]') && !element.closest('[role=dialog]')) continue;
    const ground = groundOf(element);
    const [a, b] = [light(over(rgba(getComputedStyle(element).color), ground)), light(ground)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} "${text.textContent.trim().slice(0, 40)}"`);
  }
  return faint;
}

test('phone: nothing is wider than the screen, nothing to press or fill is cut off, and what is chosen can be read whole', async ({ browser, site }) => {
  for (const size of [{ width: 390, height: 844 }, { width: 360, height: 640 }]) {
    const context = await browser.newContext({ viewport: size, hasTouch: true, isMobile: true });
    const phone = await context.newPage();
    await logIn(phone, site);
    const server = site.recorders[0]!.serverId;
    const places = [...paths, `/servers/${server}`, '/servers/' + server + '?dialog=maintenance', '/servers/' + server + '?dialog=standby:hot', '/backups?version=1', '/footage?dialog=time', '/footage?dialog=clip', '/footage?dialog=lock', '/login'];
    for (const path of places) {
      await phone.goto(site.failover.ready.url + path);
      await expect(phone.locator('h1')).toHaveCount(1);
      await phone.waitForTimeout(300);
      expect(await phone.evaluate(cutOff), `${size.width}: ${path}`).toEqual([]);
      expect(await phone.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight), `${size.width}: ${path}: only the content scrolls`).toBeLessThanOrEqual(1);
    }
    await phone.goto(`${site.failover.ready.url}/servers/${server}`);
    await expect(phone.locator('td select')).toHaveCount(2);
    await phone.locator('td select').first().evaluate((select) => (select.style.width = '120px'));
    expect(await phone.evaluate(cutOff), 'this would be seen').not.toEqual([]);
    await context.close();
  }
});

test('keyboard: Enter in a field saves the settings that it belongs to', async ({ ann, site }) => {
  const { url } = site.failover.ready;
  const recorder = site.recorders[1]!;
  const typeIn = async (path: string, label: string, value: string): Promise<void> => {
    await ann.goto(url + path);
    await ann.getByLabel(label, { exact: true }).first().fill(value);
    await ann.keyboard.press('Enter');
  };
  await typeIn(`/servers/${recorder.serverId}`, 'Priority', '7');
  await expect.poll(async () => (await site.server(recorder)).priority).toBe(7);
  await typeIn('/setup/failover', 'Cameras at most', '77');
  await expect.poll(async () => (await settingsOf(site)).capacity.cameras).toBe(77);
  await typeIn('/setup/notifications', 'Sender', 'nobody');
  await expect(ann.getByRole('alert')).toHaveText('An e-mail address.');
  await typeIn('/setup/notifications', 'Sender', 'ann@example.org');
  await expect.poll(async () => (await site.api.call('notifications.get')).smtp.from).toBe('ann@example.org');
});

/** Runs in the page: what reaches beyond the screen or beyond what it lies in, and selects whose chosen words do not fit. The row of pages is there to be pushed. */
function cutOff(): string[] {
  const found: string[] = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width + 1) found.push(`document ${document.documentElement.scrollWidth}`);
  const pen = document.createElement('canvas').getContext('2d')!;
  for (const element of document.querySelectorAll<HTMLElement>('button, select, input, textarea, output, a, label, h1, h2, h3, p, li, td, [role=switch]')) {
    if (!element.checkVisibility() || element.closest('.sr-only, nav, [aria-hidden=true], [data-base-ui-focus-guard]')) continue;
    const { left, right, width: wide } = element.getBoundingClientRect();
    const told = `${element.tagName} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}"`;
    if (wide > 1 && (left < -1 || right > width + 1)) found.push(`${told} ${Math.round(left)} to ${Math.round(right)}`);
    for (let around = element.parentElement; around; around = around.parentElement) {
      const box = around.getBoundingClientRect();
      if (getComputedStyle(around).overflowX !== 'visible' && around !== document.body && wide > 1 && (left < box.left - 1 || right > box.right + 1)) found.push(`${told} beyond ${around.tagName}`);
    }
    if (element instanceof HTMLSelectElement) {
      const style = getComputedStyle(element);
      pen.font = style.font;
      // Beside its words a select has its arrow.
      const room = element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight) - 16;
      const words = pen.measureText(element.selectedOptions[0]?.text ?? '').width;
      if (words > room) found.push(`${told}: its words take ${Math.round(words)} of ${Math.round(room)}`);
    }
  }
  return found;
}

test('keyboard: Enter far above the end of a form: why it was refused comes into sight', async ({ ann, site }) => {
  await ann.setViewportSize({ width: 1280, height: 500 });
  await ann.goto(`${site.failover.ready.url}/setup/failover`);
  await ann.getByLabel('Storepath').fill('/other');
  // Another person saves what this form shows.
  const { version, settings } = await site.api.call('settings.get');
  await site.api.call('settings.put', { body: { version, settings: { ...settings, eventDays: settings.eventDays + 1 } } });
  await ann.keyboard.press('Enter');
  await expect(ann.getByRole('button', { name: 'Take the other change' })).toBeInViewport();
  await ann.getByRole('button', { name: 'Take the other change' }).click();
  await expect(ann.getByLabel('Events kept')).toHaveValue(String(settings.eventDays + 1));
});

test('keyboard: what vanishes under the focus leaves it beside where it was, never at the top of everything', async ({ ann, site }) => {
  const recorder = site.recorders[0]!;
  const nowUs = Date.now() * 1_000;
  for (const reason of ['first', 'second']) await site.api.call('locks.create', { body: { serverId: recorder.serverId, cameraId: recorder.cameraIds[0]!, fromUs: nowUs - 20e6, toUs: nowUs - 10e6, reason } });
  await ann.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=${recorder.cameraIds[0]}`);
  const locks = ann.getByRole('region', { name: 'Evidence locks' });
  const focused = (): Promise<string> => ann.evaluate(() => document.activeElement?.tagName ?? '');
  await ann.getByRole('button', { name: 'Unlock: first' }).focus();
  await ann.keyboard.press('Enter');
  await expect(locks.locator('li')).toHaveCount(1);
  await expect.poll(focused).toBe('UL');
  // Not on the other lock's button, which a second Enter would press.
  await ann.keyboard.press('Enter');
  await ann.keyboard.press('Tab');
  await expect(ann.getByRole('button', { name: 'Unlock: second' })).toBeFocused();
  await ann.keyboard.press('Enter');
  await expect(locks).toHaveCount(0);
  await expect.poll(focused).not.toBe('BODY');
  await ann.keyboard.press('Shift+Tab');
  expect(await ann.evaluate(() => document.activeElement?.closest('main') !== null), 'still in the page, not in its head').toBe(true);
  // A link leads to another page: the focus is on its content.
  await ann.goto(site.failover.ready.url);
  await ann.getByRole('main').getByRole('link', { name: 'Recorder 1' }).first().focus();
  await ann.keyboard.press('Enter');
  await expect(ann.getByRole('heading', { level: 1, name: 'Recorder 1' })).toBeVisible();
  await expect.poll(focused).toBe('MAIN');
});
