import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, logIn, startSite, until } from './site.ts';
import { test as base } from '@playwright/test';

base('a codec that the browser lacks is said plainly, with the download as the way out', async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-codec-'));
  const site = await startSite({ folder, recorders: 1, camerasPerRecorder: 1, codec: 'h265' });
  try {
    const recorder = site.recorders[0]!;
    await logIn(page, site);
    await until('there is footage', 20_000, async () => {
      const toUs = Date.now() * 1_000;
      const { cameras } = await site.api.call('footage.timeline', { params: { server: recorder.serverId }, query: { fromUs: toUs - 20e6, toUs } });
      const span = cameras[0]?.spans[0];
      return span !== undefined && span.toUs - span.fromUs > 4e6;
    });
    await page.goto(`${site.failover.ready.url}/footage?server=${recorder.serverId}&cameras=cam-1&at=${Date.now() * 1_000 - 4_000_000}`);
    await expect(page.getByRole('alert')).toContainText('This browser cannot show H.265 (HEVC).');
    await page.getByRole('alert').getByRole('button', { name: 'Download a clip' }).click();
    const link = page.getByRole('dialog').getByRole('link', { name: 'Clip of Camera 1' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(await download.failure()).toBeNull();
  } finally {
    await site.close();
    await rm(folder, { recursive: true, force: true });
  }
});
