import { describe, expect, test } from 'vitest';
import { World } from './world.ts';

const ids = ['a', 'b', 'c', 'd'];

async function four(): Promise<World> {
  const world = new World();
  await world.startFailover();
  world.shortTimeouts();
  for (const id of ids) await world.addSite(id, 1);
  await world.time.run(20_000);
  return world;
}

/** Three of four servers are down one after the other; then the failover server starts anew. */
async function restarted(before: (world: World) => Promise<void> = async () => {}): Promise<World> {
  const world = await four();
  await before(world);
  for (const id of ['a', 'b', 'c']) {
    world.sites.get(id)?.powerOff();
    await world.time.run(45_000);
  }
  world.killFailover();
  await world.startFailover();
  return world;
}

/** From the failure of the fourth to its first camera; null: a storm held it. */
async function takenOverIn(world: World): Promise<number | null> {
  await world.time.run(8000);
  world.sites.get('d')?.powerOff();
  let storms = 0;
  const done = await world.time.until(() => {
    if (world.server.storm() !== null) storms += 1;
    return world.server.server('d').role.state === 'active';
  }, 60_000);
  return storms > 0 ? null : done;
}

describe('a restart while servers are down', () => {
  test('V16 those that were taken over before do not put off the take-over of another one', async () => {
    const world = await restarted();
    expect(['a', 'b', 'c'].map((id) => world.server.server(id).role.state)).toEqual(['active', 'active', 'active']);
    expect(await takenOverIn(world)).toBeLessThan(10_000);
    expect(['a', 'b', 'c'].map((id) => world.server.server(id).detector.code)).toEqual(['never came back', 'never came back', 'never came back']);
  });

  test('V16 nor those that had failed and may not be taken over, or were in maintenance', async () => {
    const world = await restarted(async ({ server, time }) => {
      const { settings } = server.settings();
      server.changeSettings({ settings: { ...settings, automaticTakeOver: false } }, { who: 'Anna' });
      await server.maintenance('a', { untilMs: time.wallMs() + 3_600_000, note: 'new disk' }, { who: 'Anna' });
    });
    expect(['a', 'b', 'c'].map((id) => world.server.server(id).role.state)).toEqual(['standby', 'standby', 'standby']);
    const { settings } = world.server.settings();
    world.server.changeSettings({ settings: { ...settings, automaticTakeOver: true } }, { who: 'Anna' });
    expect(await takenOverIn(world)).toBeLessThan(10_000);
  });

  test('V10 a storm that the restart fell into is one behind it, too', async () => {
    const world = await four();
    for (const id of ids) world.sites.get(id)?.powerOff();
    expect(await world.time.until(() => world.server.storm() !== null, 30_000)).not.toBeNull();
    await world.time.run(2000);
    world.killFailover();
    await world.startFailover();
    expect(await world.time.until(() => world.server.storm() !== null, 30_000)).not.toBeNull();
  });

  test('V10 servers that were well before it, and are all silent after it, are a storm as ever', async () => {
    const world = await four();
    world.killFailover();
    for (const id of ids) world.sites.get(id)?.powerOff();
    await world.startFailover();
    expect(await world.time.until(() => world.server.storm() !== null, 30_000)).not.toBeNull();
  });
});
