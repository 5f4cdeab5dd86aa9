import { expect, test } from 'vitest';
import { World } from './world.ts';

test('a settings file of a recorder that does not fit is told here, as long as it is so, also by a recorder that cannot start', async () => {
  const world = new World(1, { vault: true });
  await world.startFailover();
  world.shortTimeouts();
  const site = await world.addSite('alpha', 2);
  await world.time.run(20_000);
  const told = (): readonly string[] => world.server.alarms().filter(({ code }) => code === 'recorder settings').map(({ text }) => text);
  const backups = (): unknown => world.database.prepare('SELECT version, state FROM vault_versions').all();
  const before = backups();
  site.recorder.problems = [{ code: 'input.invalid', text: 'settings.json cannot be used: cameras.0.url: No URL. The last good settings stay in force.' }];
  await world.time.run(3000);
  expect(told()).toEqual([expect.stringContaining('cameras.0.url')]);
  // Beats between whole keep-alives say it again, a restart of ours too; it is written down once a start.
  await world.time.run(60_000);
  const events = (): number => world.server.audit({}).filter(({ text }) => text.includes('cameras.0.url')).length;
  expect([told().length, events()]).toEqual([1, 1]);
  world.killFailover();
  await world.startFailover();
  await world.time.run(10_000);
  expect([told().length, events()]).toEqual([1, 2]);
  expect(backups()).toEqual(before);
  site.recorder.problems = [];
  await world.time.run(3000);
  expect(told()).toEqual([]);
  site.recorder.problems = [{ code: 'input.invalid', text: 'settings.json cannot be used. The recorder cannot start with this.' }];
  site.recorder.crash(60_000);
  await world.time.run(3000);
  expect(told()).toEqual([expect.stringContaining('cannot start')]);
});
