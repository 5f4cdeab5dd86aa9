import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base, type Page } from '@playwright/test';
import type { Site } from '../../src/cli/site/site.ts';
import type { FailoverSettings } from '../../src/contract/api/failover.ts';

/** What `npm run build` made: the tests see what users get. */
const built = new URL('../../dist/src/cli/site/site.js', import.meta.url).href;
const { startSite, until } = (await import(built)) as typeof import('../../src/cli/site/site.ts');

/** Time-outs that let a failure be watched within seconds. */
export const quick = { allowShorter: true, connectedMs: 10_000, startedMs: 10_000, keepAliveMs: 3_000, normalShutdownMs: 10_000, abnormalShutdownMs: 10_000, holdDownMs: 2_000 } as const;

interface WorkerThings {
  /** Real processes: 4 simulated cameras, 2 recorders with agents, a failover server; one site for all tests of a run. */
  readonly site: Site;
}

/** A page of a person who is logged in. */
interface TestThings {
  readonly ann: Page;
}

export const test = base.extend<TestThings, WorkerThings>({
  site: [
    // Playwright wants the empty pattern: it names what a fixture needs.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'understudy-browser-'));
      const site = await startSite({ folder, recorders: 2, camerasPerRecorder: 2, settings: (settings: FailoverSettings) => ({ ...settings, timeouts: quick }) });
      await until('both servers are alive', 30_000, async () => (await site.api.call('servers.list')).every(({ state }) => state === 'alive'));
      await use(site);
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  ann: async ({ page, site }, use) => {
    await logIn(page, site);
    await use(page);
  },
});

export { expect, startSite, until };

export async function logIn(page: Page, site: Site): Promise<void> {
  await page.goto(`${site.failover.ready.url}/login#token=${site.token}`);
  await page.getByLabel('Your name').fill('Ann');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible();
}

export const settingsOf = async (site: Site): Promise<FailoverSettings> => (await site.api.call('settings.get')).settings;
