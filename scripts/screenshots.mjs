// Makes docs/screens/*.png from a real site: simulated cameras, recorders with agents, a failover server and a
// recorder that is really killed. Needs a built tree (`npm run build`) and Debian's chromium: node scripts/screenshots.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { startSite, until } from '../dist/src/cli/site/site.js';

const out = new URL('../docs/screens/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'understudy-screens-'));
const quick = { allowShorter: true, connectedMs: 10_000, startedMs: 10_000, keepAliveMs: 3_000, normalShutdownMs: 10_000, abnormalShutdownMs: 10_000, holdDownMs: 2_000 };
mkdirSync(out, { recursive: true });

const site = await startSite({ folder, recorders: 3, camerasPerRecorder: 2, settings: (settings) => ({ ...settings, timeouts: quick }), log: (text) => console.log(text) });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

// 128 colours are plenty for these pages and make the files a third of the size.
function small(file) {
  const made = `${file}.small.png`;
  const result = spawnSync('ffmpeg', ['-v', 'error', '-y', '-i', file, '-vf', 'split[a][b];[a]palettegen=max_colors=128:reserve_transparent=0[p];[b][p]paletteuse=dither=none', '-frames:v', '1', made], { stdio: 'inherit' });
  if (result.status === 0) spawnSync('mv', [made, file]);
}

async function log(page) {
  await page.goto(`${site.failover.ready.url}/login#token=${site.token}`);
  await page.getByLabel('Your name').fill('Ann');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

async function shot(page, path, name, { wait = 1_200, act } = {}) {
  if (path !== null) await page.goto(site.failover.ready.url + path);
  if (act) await act(page);
  await page.waitForTimeout(wait);
  const file = join(out, `${name}.png`);
  await page.screenshot({ path: file });
  small(file);
  console.log(`${name}.png ${Math.round(statSync(file).size / 1024)} kB`);
}

const pageOf = async (options) => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, timezoneId: 'Europe/Amsterdam', ...options });
  await log(page);
  return page;
};

try {
  await until('all servers are alive', 30_000, async () => (await site.api.call('servers.list')).every(({ state }) => state === 'alive'));
  const [first, second] = site.recorders;
  const light = await pageOf({ colorScheme: 'light' });
  const dark = await pageOf({ colorScheme: 'dark' });
  const phone = await pageOf({ colorScheme: 'light', viewport: { width: 390, height: 844 } });

  await site.api.call('servers.maintenance', { params: { server: second.serverId }, body: { untilMs: Date.now() + 7_200_000, note: 'New disks' } });
  await until('there is some footage', 30_000, () => new Promise((resolve) => setTimeout(resolve, 12_000, true)));
  first.agent.signal('SIGKILL');
  await until('the first recorder is taken over', 30_000, async () => (await site.server(first)).role.camerasRecording === 2);
  await shot(light, '/', 'overview', { wait: 4_000 });
  await shot(light, `/setup/failover?server=${first.serverId}`, 'setup-failover');
  await shot(dark, `/setup/failover?server=${first.serverId}`, 'setup-failover-dark');
  await shot(phone, `/setup/failover?server=${first.serverId}`, 'setup-failover-phone', { act: (page) => page.getByRole('heading', { name: 'Monitored servers' }).scrollIntoViewIfNeeded() });
  await shot(light, '/setup/failover?dialog=advanced', 'advanced', { act: (page) => page.getByRole('button', { name: 'Reset to defaults' }).click() });
  await shot(light, `/footage?server=${first.serverId}&cameras=cam-1,cam-2&live=true`, 'live', { wait: 3_500 });
  await site.restartAgent(first);
  await until('the first recorder is restored', 60_000, async () => (await site.server(first)).role.state === 'standby');
  await until('the report is there', 30_000, () => new Promise((resolve) => setTimeout(resolve, 8_000, true)));
  const [outage] = await site.api.call('outages.list');
  const at = outage.startedMs * 1_000 - 2_000_000;
  const view = `fromUs=${outage.startedMs * 1_000 - 14_000_000}&toUs=${(outage.endedMs ?? Date.now()) * 1_000 + 9_000_000}`;
  await shot(light, `/footage?server=${first.serverId}&cameras=cam-1,cam-2&at=${at}&${view}`, 'footage', { wait: 3_000 });
  await shot(dark, `/footage?server=${first.serverId}&cameras=cam-1,cam-2&at=${at}&${view}`, 'footage-dark', { wait: 3_000 });
  await shot(phone, `/footage?server=${first.serverId}&cameras=cam-1&at=${at}&${view}`, 'footage-phone', { wait: 3_000, act: (page) => page.locator('figure').scrollIntoViewIfNeeded() });
  await shot(light, `/outages/${outage.id}`, 'outage');
  await shot(light, '/events?kind=role', 'events');
  const [newest] = await site.api.call('backups.list', { params: { server: first.serverId } });
  await shot(light, `/backups?server=${first.serverId}&version=${newest.version}`, 'backups');
  await site.api.call('check.run');
  await shot(light, '/check', 'protection', { wait: 8_000 });
  await shot(light, '/setup/notifications', 'notifications');
  await shot(light, `/servers/${second.serverId}`, 'server');
  await shot(light, `/servers/${first.serverId}?dialog=standby:hot`, 'hot-standby');
} finally {
  await browser.close();
  await site.close();
  rmSync(folder, { recursive: true, force: true });
}
