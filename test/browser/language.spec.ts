import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import type { Site } from '../../src/cli/site/site.ts';
import { expect, test, until } from './site.ts';

const web = join(import.meta.dirname, '../../web');
const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

/** The page as it would be in a second language: another catalogue instead of the English one, nothing else. */
async function builtInMadeUpLanguage(outDir: string): Promise<void> {
  await build({
    configFile: join(web, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
    plugins: [{ name: 'made-up language', enforce: 'pre', resolveId: (source, from) => (source === './en.ts' && from?.endsWith('texts/texts.ts') ? join(import.meta.dirname, 'made-up-language.ts') : null) }],
  });
}

/**
 * The failover server answers as ever; only scripts and styles come from the folder. The document itself is the server's:
 * of one that came from nowhere a browser opens no connection to this machine.
 */
async function serve(page: Page, folder: string): Promise<void> {
  const made = await readdir(join(folder, 'assets'));
  const entry = /src="\/assets\/([^"]+)"/.exec(await readFile(join(folder, 'index.html'), 'utf8'))?.[1];
  await page.route(
    ({ pathname }) => pathname.startsWith('/assets/'),
    async (route) => {
      const asked = route.request().url().split('/').at(-1)!;
      const isEntry = /^index-.*\.js$/.test(asked);
      const name = isEntry ? entry : made.find((file) => file === asked || (asked.endsWith('.css') && file.endsWith('.css')));
      // What the document would have loaded beforehand, and the other build names otherwise.
      if (name === undefined) await route.fulfill({ contentType: types['.js']!, body: '' });
      else await route.fulfill({ contentType: types[extname(name)] ?? 'application/octet-stream', body: await readFile(join(folder, 'assets', name)) });
    },
  );
}

/** What is no text of the page: names that people gave, addresses, folders, times, codecs. */
async function dataOf(site: Site): Promise<readonly string[]> {
  const servers = await Promise.all((await site.api.call('servers.list')).map(({ id }) => site.api.call('servers.get', { params: { server: id } })));
  const { settings } = await site.api.call('settings.get');
  return [...servers.flatMap(({ name, id, cameraList }) => [name, id, ...cameraList.map((camera) => camera.name)]), settings.name, settings.storePath, settings.directory, 'Ann', 'administrator'];
}

/** Texts on the screen, or read aloud, that are neither of the catalogue nor marked as the server's own. */
async function foreignTexts(page: Page, data: readonly string[]): Promise<readonly string[]> {
  return await page.evaluate(
    (known) => {
      const isOwn = (text: string): boolean => {
        let rest = text;
        for (let before = ''; before !== rest; ) [before, rest] = [rest, rest.replaceAll(/⟦[^⟦⟧]*⟧/g, '')];
        for (const each of known) rest = rest.replaceAll(each, '');
        rest = rest
          .replaceAll(/[\w.-]+\.(json|ini)\b/g, '')
          .replaceAll(/rtsp:\/\/\S+|[\w.-]*\/[\w./-]+/g, '')
          .replaceAll(/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d+/g, '')
          .replaceAll(/\b(UTC|h264|hevc|H\.265)\b/g, '');
        return !/\p{L}{2}/u.test(rest);
      };
      const found = new Set<string>();
      const look = (text: string | null, at: Element): void => {
        if (text?.trim() && at.closest('[lang="en"], time, pre, script, style') === null && !isOwn(text)) found.add(text.trim());
      };
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) if (node.parentElement) look(node.textContent, node.parentElement);
      for (const element of document.body.querySelectorAll('*')) for (const name of ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt']) look(element.getAttribute(name), element);
      return [...found];
    },
    data.toSorted((a, b) => b.length - a.length),
  );
}

test('in a second language every text of the main screens is of its catalogue, or marked as said by the server', async ({ ann, site }) => {
  test.setTimeout(240_000);
  const folder = await mkdtemp(join(tmpdir(), 'understudy-language-'));
  try {
    await builtInMadeUpLanguage(folder);
    await serve(ann, folder);
    const data = await dataOf(site);
    const seen = async (path: string): Promise<void> => {
      await ann.goto(site.failover.ready.url + path);
      await expect(ann.getByText(/⟦/).first()).toBeVisible();
      // What is asked for is there before it is looked at.
      await expect(ann.getByText(/Loading|Connecting/)).toHaveCount(0);
      expect(await foreignTexts(ann, data), path).toEqual([]);
    };
    const [first, second] = site.recorders.map(({ serverId }) => serverId);
    expect(await ann.evaluate(() => document.documentElement.lang)).toBe('en');
    await seen('/');
    expect(await ann.evaluate(() => document.documentElement.lang)).toBe('en-XA');
    await site.api.call('servers.maintenance', { params: { server: first! }, body: { untilMs: Date.now() + 7_200_000, note: '' } });
    await site.recorders[1]!.agent.end();
    await until('the second server is taken over', 40_000, async () => (await site.api.call('servers.get', { params: { server: second! } })).role.camerasRecording === 2);
    for (const path of ['/', `/setup/failover?server=${second}`, '/setup/failover?dialog=advanced', '/setup/failover?dialog=add-server', '/setup/failover?dialog=add-failover', `/setup/failover?server=${second}&dialog=remove-server`]) await seen(path);
    for (const dialog of ['', '?dialog=maintenance', '?dialog=standby:hot']) await seen(`/servers/${second}${dialog}`);
    await seen(`/servers/${first}`);
    await site.api.call('servers.endMaintenance', { params: { server: first! } });
    await site.restartAgent(site.recorders[1]!);
    await until('it is restored', 60_000, async () => (await site.api.call('servers.get', { params: { server: second! } })).role.state === 'standby');
    const [outage] = await site.api.call('outages.list');
    const [version] = await site.api.call('backups.list', { params: { server: first! } });
    await site.api.call('check.run');
    for (const path of [`/footage?server=${second}&fromUs=${outage!.startedMs * 1000 - 30e6}&toUs=${Date.now() * 1000}`, `/footage?server=${second}&dialog=lock`]) await seen(path);
    for (const path of ['/events', '/outages', `/outages/${outage!.id}`, `/backups?server=${first}&version=${version!.version}`, '/check', '/setup/notifications', '/no-such-page', '/login']) await seen(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
