import { expect, test } from 'vitest';
import { World } from './world.ts';

test('a backup disk that is not mounted: told before it is needed, no version condemned; what was read before serves, and after a restart as soon as it is back', async () => {
  const world = new World(1, { vault: true });
  await world.startFailover();
  world.shortTimeouts();
  const site = await world.addSite('alpha', 2);
  await world.time.run(20_000);
  world.blobs.away = true;
  const written = world.blobs.blobs.size;
  await world.time.run(21_000);
  expect(world.server.alarms().map(({ code }) => code)).toEqual(['store.missing']);
  expect(world.server.server('alpha').backup).toMatchObject({ lastGoodMs: null, error: { code: 'store.missing' } });
  site.powerOff();
  expect(await world.time.until(() => world.server.server('alpha').role.state === 'active', 30_000)).not.toBeNull();
  await site.boot();
  await site.recorder.start();
  expect(await world.time.until(() => world.server.server('alpha').role.state === 'standby', 60_000)).not.toBeNull();
  // What was in memory is gone with a start of the failover server.
  world.killFailover();
  await world.startFailover();
  await world.time.run(10_000);
  site.powerOff();
  await world.time.run(30_000);
  expect(world.server.server('alpha')).toMatchObject({ detector: { state: 'failed' }, role: { state: 'standby' } });
  expect(world.database.prepare('SELECT state FROM vault_versions').all().map((row) => row['state'])).toEqual(['good']);
  expect(world.blobs.blobs.size).toBe(written);
  world.blobs.away = false;
  expect(await world.time.until(() => world.server.server('alpha').role.state === 'active', 60_000)).not.toBeNull();
  expect(world.server.alarms().map(({ code }) => code)).not.toContain('store.missing');
});
