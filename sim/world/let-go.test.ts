import { expect, test } from 'vitest';
import { pairServer } from '../../src/failover/link/pair.ts';
import { World, type Site } from './world.ts';

const role = (world: World): string => world.server.server('alpha').role.state;

async function started(standby: 'cold' | 'hot' = 'cold'): Promise<{ readonly world: World; readonly site: Site }> {
  const world = new World();
  await world.startFailover();
  world.shortTimeouts();
  const site = await world.addSite('alpha', 2, { standby });
  await world.time.run(20_000);
  expect(world.server.server('alpha').detector.state).toBe('alive');
  return { world, site };
}

/** Nothing is judged, recorded or alarmed as failed, however long nothing is heard. */
async function restsFor(world: World, ms: number): Promise<void> {
  await world.time.run(ms);
  expect(role(world)).toBe('standby');
  expect(world.server.server('alpha').link.authorized).toBe(false);
  expect(world.server.alarms().filter(({ code }) => code === 'failed' || code === 'take-over blocked')).toEqual([]);
  expect(world.recording?.statuses()).toEqual([]);
}

test.each(['cold', 'hot'] as const)('a recorder whose pairing a person ends is not taken over for its silence (%s)', async (standby) => {
  const { world } = await started(standby);
  const ended = world.server.deauthorize('alpha', { who: 'Anna', confirm: 'ALPHA' });
  await world.time.run(1000);
  await ended;
  await restsFor(world, 600_000);
  // Nor after a restart: it was alive before, and is expected back no more.
  world.killFailover();
  await world.startFailover();
  await restsFor(world, 600_000);
});

test('a recorder that moved to another failover server is let go of, and taken up again when it is authorized anew', async () => {
  const { world, site } = await started();
  const other = world.network.transport('other', 'key-of-other'.padEnd(64, '0'), (run) => run());
  const secret = (await site.newPairingSecret()) ?? '';
  const moving = pairServer({ transport: other, timers: world.time, self: { id: 'other', name: 'Standby 2' }, host: 'alpha', port: 15_410, secret, move: true });
  await world.time.run(1000);
  await moving;
  await restsFor(world, 600_000);
  expect(world.server.alarms().find(({ code }) => code === 'link.other-protector')?.text).toContain('Standby 2');
  site.powerOff();
  await restsFor(world, 600_000);

  await site.boot();
  const again = world.server.authorize('alpha', (await site.newPairingSecret()) ?? '', { who: 'Anna', moveProtection: true });
  await world.time.run(10_000);
  await again;
  expect(world.server.server('alpha').detector.state).toBe('alive');
  expect(world.server.alarms()).toEqual([]);
  site.powerOff();
  expect(await world.time.until(() => role(world) === 'active', 20_000)).not.toBeNull();
});
