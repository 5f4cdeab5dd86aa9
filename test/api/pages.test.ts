import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Rig } from '../link/rig.ts';
import { giveSettings, settingsOf, standby } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

test('without a web UI there is a plain status page; a script in a name stays text', async () => {
  const one = await standby(rig);
  const agent = await rig.agent('rec-1');
  giveSettings(agent.recorder, settingsOf(1));
  await one.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: (await agent.pairingSecret()) ?? '', name: '<script>alert(1)</script>' } });
  const response = await one.raw('/');
  const page = await response.text();
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).not.toContain('<script>alert');
  expect((await one.raw('/', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(401);
  expect(await (await one.raw('/api/nothing')).json()).toMatchObject({ code: 'input.not-found' });
});

test('the web UI is served with every address of its own leading to the one page', async () => {
  const webRoot = await rig.folder('web');
  await mkdir(join(webRoot, 'assets'), { recursive: true });
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>Understudy</title>');
  await writeFile(join(webRoot, 'assets', 'main-1a2b.js'), 'export {}');
  const one = await standby(rig, 'standby', { webRoot });
  const html = { headers: { accept: 'text/html' } };
  for (const path of ['/', '/setup/failover', '/footage?server=north']) expect(await (await one.raw(path, html)).text(), path).toContain('<title>Understudy');
  const asset = await one.raw('/assets/main-1a2b.js');
  expect(asset.headers.get('cache-control')).toContain('immutable');
  expect(asset.headers.get('content-type')).toContain('javascript');
  expect((await one.raw('/assets/gone.js')).status).toBe(404);
  for (const path of ['/../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd']) expect([path, await statusOf(one.url, path)]).toEqual([path, 404]);
  // The page itself is no secret; what it shows is.
  expect((await one.raw('/', { headers: { accept: 'text/html', 'x-forwarded-for': '203.0.113.9' } })).status).toBe(200);
});

/** `fetch` takes the dots out of a path before it asks. */
function statusOf(url: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}
