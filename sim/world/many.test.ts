/** Several monitored servers: queue, storms, single sessions, maintenance, restarts of the failover server. */
import { describe, expect, test } from 'vitest';
import { documentOf, Site, World } from './world.ts';

const role = (world: World, id: string): string => world.server.server(id).role.state;
const state = (world: World, id: string): string => world.server.server(id).detector.state;

async function started(): Promise<World> {
  const world = new World();
  await world.startFailover();
  world.shortTimeouts();
  return world;
}

function room(world: World, cameras: number): void {
  const { settings } = world.server.settings();
  world.server.changeSettings({ settings: { ...settings, capacity: { ...settings.capacity, cameras } } }, { who: 'tester' });
}

test('M01: room for one, two down: the higher priority is served, the other queued and then served', async () => {
  const world = await started();
  const low = await world.addSite('low', 3, { priority: 20 });
  const high = await world.addSite('high', 3, { priority: 10 });
  await world.addSite('third', 1);
  await world.addSite('fourth', 1);
  await world.time.run(20_000);
  room(world, 3);
  high.powerOff();
  await world.time.run(10_000);
  low.powerOff();
  await world.time.run(20_000);
  expect(role(world, 'high')).toBe('active');
  expect(role(world, 'low')).toBe('queued');
  expect(world.server.server('low').role.queuePosition).toBe(1);
  expect(world.server.alarms().some((alarm) => alarm.code === 'queued' && alarm.serverId === 'low')).toBe(true);
  await high.boot();
  expect(await world.time.until(() => role(world, 'low') === 'active', 60_000)).not.toBeNull();
  expect(role(world, 'high')).toBe('standby');
});

test('M03: a storm of 12 of 20 is held, then served by priority up to the capacity', async () => {
  const world = await started();
  const sites: Site[] = [];
  for (let at = 0; at < 20; at += 1) sites.push(await world.addSite(`s${String(at).padStart(2, '0')}`, 1, { priority: 100 - at }));
  await world.time.run(20_000);
  room(world, 4);
  for (const site of sites.slice(0, 12)) site.powerOff();
  await world.time.run(10_000);
  expect(world.server.storm()?.servers.length).toBe(12);
  expect(sites.filter((site) => role(world, site.id) === 'active')).toEqual([]);
  await world.time.run(60_000);
  const active = sites.map((site) => site.id).filter((id) => role(world, id) === 'active');
  expect(active).toEqual(['s08', 's09', 's10', 's11']);
  expect(sites.slice(0, 8).every((site) => role(world, site.id) === 'queued')).toBe(true);
});

test('N10: a switch that reboots for 25 s makes no take-over', async () => {
  const world = await started();
  for (const id of ['a', 'b', 'c']) await world.addSite(id, 2);
  await world.time.run(20_000);
  for (const id of ['a', 'b', 'c']) world.network.cut('failover', id);
  world.cameras.blind('failover', true);
  await world.time.run(25_000);
  world.network.heal();
  world.cameras.blind('failover', false);
  await world.time.run(20_000);
  expect(['a', 'b', 'c'].map((id) => role(world, id))).toEqual(['standby', 'standby', 'standby']);
  expect(world.recording?.applied).toBe(0);
});

test('a camera with a single session is handed over alone, its gap measured', async () => {
  const world = await started();
  const site = await world.addSite('alpha', 2, { maxSessions: 1 });
  await world.time.run(20_000);
  site.powerOff();
  for (const camera of site.recorder.document.cameras) world.cameras.release(camera.url, 'alpha');
  await world.time.run(20_000);
  expect(world.server.server('alpha').role.camerasRecording).toBe(2);
  await site.boot();
  expect(await world.time.until(() => role(world, 'alpha') === 'standby', 120_000)).not.toBeNull();
  await world.time.run(5000);
  const [outage] = world.server.outages();
  const backs = world.server.outage(outage!.id).handBacks;
  expect(backs.map((back) => back.cameraId).toSorted()).toEqual(['cam-1', 'cam-2']);
  expect(backs.every((back) => back.gapMs !== null && back.gapMs < 10_000)).toBe(true);
});

describe('a planned take-over of cameras that allow one session', () => {
  /** Milliseconds since the recorder wrote last, per camera. */
  const silentMs = (world: World, site: Site): readonly number[] => {
    site.recorder.catchUp();
    return site.recorder.document.cameras.map((camera) => world.time.wallMs() - (site.disk.newestUs({ serverId: site.id, cameraId: camera.id }) ?? 0) / 1000);
  };

  async function takenOver(): Promise<{ readonly world: World; readonly site: Site }> {
    const world = await started();
    const site = await world.addSite('alpha', 2, { maxSessions: 1 });
    await world.time.run(20_000);
    await world.server.takeOver('alpha', { who: 'Anna', confirm: 'ALPHA' });
    await world.time.run(20_000);
    expect(world.server.server('alpha').role.camerasRecording).toBe(2);
    expect(silentMs(world, site).every((ms) => ms > 10_000)).toBe(true);
    return { world, site };
  }

  test('is no failure of the server: it records none of them because it was asked to', async () => {
    const { world } = await takenOver();
    await world.time.run(60_000);
    expect(state(world, 'alpha')).toBe('alive');
    expect(world.server.alarms().map((alarm) => alarm.code)).toEqual([]);
    await world.server.reset('alpha', { who: 'Anna' });
    expect(await world.time.until(() => role(world, 'alpha') === 'standby', 120_000)).not.toBeNull();
    expect(world.server.outages().map((outage) => outage.cause.code)).toEqual(['by hand']);
  });

  test('the failover server dies for good: its recorder takes them again', async () => {
    const { world, site } = await takenOver();
    world.killFailover();
    await world.time.run(10_000);
    expect(silentMs(world, site).every((ms) => ms < 1000)).toBe(true);
  });

  test('the failover server is cut off for a while and still holds them: both agree again, and the restore hands them over', async () => {
    const { world, site } = await takenOver();
    world.network.cut('failover', 'alpha');
    await world.time.run(30_000);
    world.network.heal();
    await world.time.run(10_000);
    expect(world.server.server('alpha').role.camerasRecording).toBe(2);
    expect(site.recorder.progress()?.cameras.map((camera) => camera.state)).toEqual(['released', 'released']);
    await world.server.reset('alpha', { who: 'Anna' });
    expect(await world.time.until(() => role(world, 'alpha') === 'standby', 120_000)).not.toBeNull();
    await world.time.run(2000);
    expect(silentMs(world, site).every((ms) => ms < 1000)).toBe(true);
  });

  test('one of them cannot be reached from here: its recorder has it back after a minute, and it is said; when the recorder is gone it is tried again', async () => {
    const world = await started();
    const site = await world.addSite('alpha', 2, { maxSessions: 1 });
    const [, second] = site.recorder.document.cameras;
    await world.time.run(20_000);
    world.cameras.cutOff(second!.url, 'failover');
    await world.server.takeOver('alpha', { who: 'Anna', confirm: 'ALPHA' });
    await world.time.run(50_000);
    expect(silentMs(world, site).every((ms) => ms > 40_000)).toBe(true);
    await world.time.run(20_000);
    expect(silentMs(world, site).map((ms) => ms < 1000)).toEqual([false, true]);
    expect(role(world, 'alpha')).toBe('active');
    expect(world.server.alarms().find((alarm) => alarm.code === 'camera.unreachable')?.text).toMatch(/back to (its|their) recorder.*Camera 2/);
    expect(world.server.outage(world.server.outages()[0]!.id).handBacks).toMatchObject([{ cameraId: 'cam-2', note: expect.stringContaining('no frame of it came here') }]);
    site.powerOff();
    world.cameras.reconnect(second!.url, 'failover');
    await world.time.run(20_000);
    expect(world.server.server('alpha').role.camerasRecording).toBe(2);
    expect(world.server.alarms().map((alarm) => alarm.code)).not.toContain('camera.unreachable');
  });

  test('the word to take it back is lost: it is said again', async () => {
    const world = await started();
    const site = await world.addSite('alpha', 1, { maxSessions: 1 });
    await world.time.run(20_000);
    world.cameras.cutOff(site.recorder.document.cameras[0]!.url, 'failover');
    let lost = 0;
    const resume = site.recorder.resumeCameras.bind(site.recorder);
    site.recorder.resumeCameras = (ids) => ((lost += 1) === 1 ? Promise.resolve(true) : resume(ids));
    await world.server.takeOver('alpha', { who: 'Anna', confirm: 'ALPHA' });
    await world.time.run(90_000);
    expect(lost).toBeGreaterThan(1);
    expect(silentMs(world, site)[0]).toBeLessThan(1000);
  });

  test('its recorder starts anew meanwhile: it leaves them to us again', async () => {
    const { world, site } = await takenOver();
    site.recorder.crash(1000);
    await world.time.run(20_000);
    expect(site.recorder.progress()?.cameras.map((camera) => camera.state)).toEqual(['released', 'released']);
    expect(world.server.server('alpha').role.camerasRecording).toBe(2);
  });
});

describe('maintenance', () => {
  test('holds the automatic take-over and ends by its end time (O03)', async () => {
    const world = await started();
    const site = await world.addSite('alpha', 1);
    await world.time.run(20_000);
    const untilMs = world.time.wallMs() + 60_000;
    await world.server.maintenance('alpha', { untilMs, note: 'new disk' }, { who: 'Anna' });
    site.powerOff();
    await world.time.run(30_000);
    expect(role(world, 'alpha')).toBe('standby');
    await world.time.run(60_000);
    expect(world.server.server('alpha').maintenance).toBeNull();
    expect(role(world, 'alpha')).toBe('active');
  });

  test('ends while the disk of the database is full, and the process goes on (found by the simulated days)', async () => {
    const world = await started();
    await world.addSite('alpha', 1);
    await world.time.run(20_000);
    await world.server.maintenance('alpha', { untilMs: world.time.wallMs() + 60_000 }, { who: 'Anna' });
    world.faulty.full = true;
    await world.time.run(70_000);
    expect(world.server.server('alpha').maintenance).toBeNull();
    world.faulty.full = false;
    await world.time.run(5000);
    expect(world.database.prepare(`SELECT count(*) AS many FROM audit WHERE text LIKE '%the maintenance is over%'`).get()?.['many']).toBe(1);
  });

  test('ends after as long as it was to last, though the wall clock is set back meanwhile', async () => {
    const world = await started();
    const site = await world.addSite('alpha', 1);
    await world.time.run(20_000);
    await world.server.maintenance('alpha', { untilMs: world.time.wallMs() + 60_000 }, { who: 'Anna' });
    await world.time.run(1000);
    world.time.stepWall(-3_600_000);
    site.powerOff();
    await world.time.run(30_000);
    expect(world.server.server('alpha').maintenance).not.toBeNull();
    await world.time.run(60_000);
    expect(world.server.server('alpha').maintenance).toBeNull();
    expect(role(world, 'alpha')).toBe('active');
  });

  test('with a planned take-over is restored by itself at its end', async () => {
    const world = await started();
    await world.addSite('alpha', 2);
    await world.time.run(20_000);
    const untilMs = world.time.wallMs() + 60_000;
    await world.server.maintenance('alpha', { untilMs, takeOver: true, confirm: 'ALPHA' }, { who: 'Anna' });
    await world.time.run(30_000);
    expect(role(world, 'alpha')).toBe('active');
    await world.time.run(60_000);
    expect(role(world, 'alpha')).toBe('standby');
  });

  test('an end in the past or too far away is refused', async () => {
    const world = await started();
    await world.addSite('alpha', 1);
    await expect(world.server.maintenance('alpha', { untilMs: world.time.wallMs() - 1 }, { who: 'Anna' })).rejects.toMatchObject({ code: 'input.invalid' });
    await expect(world.server.maintenance('alpha', { untilMs: world.time.wallMs() + 40 * 86_400_000 }, { who: 'Anna' })).rejects.toMatchObject({ code: 'input.invalid' });
  });
});

describe('the failover server restarts', () => {
  test('R11b: a server that was alive before and stays away is taken over at the normal-shutdown time-out', async () => {
    const world = await started();
    const site = await world.addSite('alpha', 2);
    await world.time.run(20_000);
    world.killFailover();
    site.powerOff();
    await world.startFailover();
    await world.time.run(8000);
    expect(state(world, 'alpha')).toBe('never seen');
    expect(role(world, 'alpha')).toBe('standby');
    await world.time.run(20_000);
    expect(role(world, 'alpha')).toBe('active');
  });

  test('R11: a server that was never seen is not taken over', async () => {
    const world = await started();
    const site = await world.addSite('alpha', 2);
    site.powerOff();
    world.killFailover();
    // As if its first keep-alive had never come.
    world.database.exec("UPDATE servers SET seen_alive = 0");
    await world.startFailover();
    await world.time.run(60_000);
    expect(role(world, 'alpha')).toBe('standby');
    expect(world.server.alarms().map((alarm) => alarm.code)).toContain('never seen');
  });

  test('in order: a take-over goes on with the next start', async () => {
    const world = await started();
    const site = await world.addSite('alpha', 2);
    await world.time.run(20_000);
    site.powerOff();
    await world.time.run(20_000);
    const stopping = world.server.stop();
    await world.time.run(100);
    await stopping;
    world.killFailover();
    await world.startFailover();
    await world.time.run(5000);
    expect(role(world, 'alpha')).toBe('active');
    expect(world.server.server('alpha').role.camerasRecording).toBe(2);
  });

  test('O04: settings edited out of their range are refused, naming the rule', async () => {
    const world = await started();
    world.killFailover();
    world.database.exec(`UPDATE settings SET value = '1000' WHERE key = 'settings.timeouts.keepAliveMs'`);
    await expect(world.startFailover()).rejects.toMatchObject({ code: 'input.invalid', field: expect.stringContaining('keepAliveMs') });
    world.database.exec(`UPDATE settings SET value = '3000' WHERE key = 'settings.timeouts.keepAliveMs'`);
    await world.startFailover();
    expect(() => world.server.changeSettings({ settings: { ...world.server.settings().settings, timeouts: { ...world.server.settings().settings.timeouts, holdDownMs: 1 } } }, { who: 'tester' })).toThrow(/Hold-down/);
  });
});

test('new hardware takes identity, settings and the recording of a server that is gone', async () => {
  const world = await started();
  const old = await world.addSite('alpha', 3);
  await world.time.run(20_000);
  old.powerOff();
  await world.time.run(20_000);
  expect(role(world, 'alpha')).toBe('active');
  const hardware = new Site(world, 'gamma', documentOf('gamma', 0));
  await hardware.boot();
  const secret = await hardware.pairingSecret();
  const replacing = world.server.replaceServer('alpha', { host: 'gamma', pairingSecret: secret! }, { who: 'Anna' });
  await world.time.run(5000);
  await replacing;
  expect(await world.time.until(() => role(world, 'alpha') === 'standby', 60_000)).not.toBeNull();
  expect(hardware.serverId).toBe('alpha');
  expect(world.server.server('alpha')).toMatchObject({ host: 'gamma', detector: { state: 'alive' } });
  expect(hardware.recorder.document.cameras.length).toBe(3);
  // It writes under the old id, beside nothing of its own.
  expect(hardware.disk.spans({ serverId: 'alpha', cameraId: 'cam-1' }).length).toBeGreaterThan(0);
  expect(world.disk.spans({ serverId: 'alpha', cameraId: 'cam-1' }).length).toBe(1);
});

test('T01: the wall clock steps by an hour, nothing is decided by it', async () => {
  const world = await started();
  await world.addSite('alpha', 2);
  await world.time.run(20_000);
  for (const ms of [3_600_000, -7_200_000]) {
    world.time.stepWall(ms);
    await world.time.run(30_000);
    expect(state(world, 'alpha')).toBe('alive');
  }
  expect(world.recording?.applied).toBe(0);
});

test('the same seed makes the same history, another one another', async () => {
  const history = async (seed: number): Promise<readonly string[]> => {
    const world = new World(seed);
    await world.startFailover();
    world.shortTimeouts();
    const sites = [await world.addSite('a', 2, { standby: 'hot' }), await world.addSite('b', 2), await world.addSite('c', 1)];
    await world.time.run(10_000);
    for (let round = 0; round < 6; round += 1) {
      const site = sites[Math.floor(world.random.unit() * sites.length)]!;
      if (world.random.unit() < 0.5) site.recorder.crash(Math.floor(world.random.unit() * 8000));
      else {
        site.powerOff();
        await world.time.run(world.random.unit() * 20_000);
        await site.boot();
      }
      await world.time.run(world.random.unit() * 30_000);
    }
    return world.server.audit({ limit: 10_000 }).map((event) => `${event.atMs} ${event.text}`);
  };
  const first = await history(7);
  expect(first.length).toBeGreaterThan(50);
  expect(await history(7)).toEqual(first);
  expect(await history(8)).not.toEqual(first);
});
