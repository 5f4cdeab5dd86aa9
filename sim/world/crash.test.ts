/** S10–S26: the failover server is killed at every step of a take-over and of a restore, and goes on by itself. */
import { describe, expect, test } from 'vitest';
import { merged } from './footage.ts';
import { World, type Site } from './world.ts';

async function started(options: { readonly standby?: 'cold' | 'hot' } = {}): Promise<{ readonly world: World; readonly site: Site }> {
  const world = new World();
  await world.startFailover();
  world.shortTimeouts();
  const site = await world.addSite('alpha', 3, options);
  await world.time.run(20_000);
  return { world, site };
}

const role = (world: World): string => world.server.server('alpha').role.state;

/** Take-over and restore once, to learn every failpoint that lies on the way. */
async function failpoints(): Promise<{ readonly taking: readonly string[]; readonly restoring: readonly string[] }> {
  const { world, site } = await started();
  site.powerOff();
  await world.time.run(25_000);
  const taking = [...world.passed];
  world.passed.clear();
  await site.boot();
  await world.time.run(40_000);
  return { taking, restoring: [...world.passed].filter((name) => !taking.includes(name)) };
}

/** The process died; 5 s later somebody (systemd) starts it again. */
async function restartWhenDead(world: World, withinMs: number): Promise<boolean> {
  const died = await world.time.until(() => world.failover === null, withinMs);
  if (died === null) return false;
  await world.time.run(5000);
  await world.startFailover();
  return true;
}

const { taking, restoring } = await failpoints();

describe('killed during a take-over', () => {
  test('there are failpoints at every durable step', () => {
    expect(taking).toEqual(expect.arrayContaining(['standby to held: before persist', 'standby to held: persisted', 'held to taking over: persisted', 'take camera: done', 'taking over to active: persisted']));
    expect(restoring).toEqual(expect.arrayContaining(['active to restoring: persisted', 'restoring to restoring: persisted', 'let camera go: done', 'restoring to standby: persisted']));
  });

  test.each(taking)('at "%s" it records every camera within 60 s', async (name) => {
    const { world, site } = await started();
    world.dieAt = name;
    site.powerOff();
    expect(await restartWhenDead(world, 30_000)).toBe(true);
    const recorded = await world.time.until(() => world.server.server('alpha').cameras.every((camera) => (camera.own?.recording ?? null) !== null), 60_000);
    expect(recorded).not.toBeNull();
    expect(role(world)).toBe('active');
    await site.boot();
    expect(await world.time.until(() => role(world) === 'standby', 60_000)).not.toBeNull();
    await world.time.run(3000);
    // No orphan session, no outage left open.
    expect(world.recording?.statuses()).toEqual([]);
    expect(world.server.outages({ open: true })).toEqual([]);
    // The report knows of the take-over, however shortly after the decision the crash came.
    expect(world.server.outages({}).filter((outage) => outage.decidedMs !== null)).toHaveLength(1);
  });
});

describe('killed during a restore', () => {
  test.each(restoring)('at "%s" it ends in standby, with a recording at every moment of somebody', async (name) => {
    const { world, site } = await started();
    site.powerOff();
    await world.time.run(25_000);
    expect(role(world)).toBe('active');
    world.dieAt = name;
    await site.boot();
    // The recorder is back within a second; from then on it records, whatever happens to us.
    await world.time.run(1500);
    const fromMs = world.time.wallMs();
    expect(await restartWhenDead(world, 60_000)).toBe(true);
    expect(await world.time.until(() => role(world) === 'standby', 60_000)).not.toBeNull();
    await world.time.run(3000);
    expect(world.recording?.statuses()).toEqual([]);
    for (const camera of site.recorder.document.cameras) {
      const key = { serverId: 'alpha', cameraId: camera.id };
      const spans = merged([...site.disk.spans(key), ...world.disk.spans(key)]).filter((span) => span.toUs > fromMs * 1000);
      expect(spans.length).toBe(1);
      expect(spans[0]!.fromUs).toBeLessThanOrEqual(fromMs * 1000);
    }
  });
});

describe('its own database cannot be written', () => {
  test('no step is taken that is not durable (I6); it goes on once there is room', async () => {
    const { world, site } = await started();
    const transaction = world.database.transaction.bind(world.database);
    world.database.transaction = () => {
      throw new Error('database or disk is full');
    };
    site.powerOff();
    await world.time.run(30_000);
    expect(role(world)).toBe('standby');
    expect(world.recording?.statuses()).toEqual([]);
    expect(world.server.alarms().map((alarm) => alarm.code)).toContain('store.io');
    await expect(world.server.takeOver('alpha', { who: 'Anna' })).rejects.toMatchObject({ code: 'store.io' });
    world.database.transaction = transaction;
    expect(await world.time.until(() => role(world) === 'active', 30_000)).not.toBeNull();
    expect(world.server.alarms().map((alarm) => alarm.code)).not.toContain('store.io');
  });
});

describe('the failover server itself stands still', () => {
  test.each([3000, 30_000])('S27, S29: %i ms without a turn declare nobody failed', async (ms) => {
    const { world } = await started();
    world.freezeFailover(ms);
    await world.time.run(ms + 20_000);
    expect(world.server.server('alpha').detector.state).toBe('alive');
    expect(role(world)).toBe('standby');
    expect(world.recording?.applied).toBe(0);
  });

  test('S31: suspended for 10 min while active it goes on without harm', async () => {
    const { world, site } = await started();
    site.powerOff();
    await world.time.run(25_000);
    expect(role(world)).toBe('active');
    world.suspendFailover(600_000);
    await world.time.run(620_000);
    expect(role(world)).toBe('active');
    await site.boot();
    expect(await world.time.until(() => role(world) === 'standby', 60_000)).not.toBeNull();
  });
});

describe('a full disk of the database', () => {
  test('does not end the process when old events are to be dropped (found by the simulated days)', async () => {
    const { world } = await started();
    world.faulty.full = true;
    await world.time.run(3_700_000);
    expect(world.failover).not.toBeNull();
    world.faulty.full = false;
    await world.time.run(20_000);
    expect(world.server.server('alpha').detector.state).toBe('alive');
  }, 60_000);
});
