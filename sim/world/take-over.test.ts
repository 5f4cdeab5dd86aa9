import { describe, expect, test } from 'vitest';
import { merged } from './footage.ts';
import { World, type Site } from './world.ts';

const role = (world: World, id: string): string => world.server.server(id).role.state;
const state = (world: World, id: string): string => world.server.server(id).detector.state;

async function started(options: { readonly standby?: 'cold' | 'hot'; readonly cameras?: number; readonly maxSessions?: number } = {}): Promise<{ readonly world: World; readonly site: Site }> {
  const world = new World();
  await world.startFailover();
  world.shortTimeouts();
  const site = await world.addSite('alpha', options.cameras ?? 4, options);
  await world.time.run(20_000);
  expect(state(world, 'alpha')).toBe('alive');
  expect(role(world, 'alpha')).toBe('standby');
  return { world, site };
}

/** Milliseconds that neither machine recorded, per camera, between two wall times. */
function gaps(world: World, site: Site, fromMs: number, toMs: number): readonly number[] {
  return site.recorder.document.cameras.map((camera) => {
    const key = { serverId: site.id, cameraId: camera.id };
    const spans = merged([...site.disk.spans(key), ...world.disk.spans(key)]);
    let missing = 0;
    let upTo = fromMs * 1000;
    for (const span of spans) {
      if (span.fromUs > upTo) missing += Math.min(span.fromUs, toMs * 1000) - upTo;
      upTo = Math.max(upTo, span.toUs);
      if (upTo >= toMs * 1000) break;
    }
    return Math.round((missing + Math.max(0, toMs * 1000 - upTo)) / 1000);
  });
}

describe('a recorder fails and comes back', () => {
  test('power-off is taken over within the keep-alive time-out and restored after the hold-down', async () => {
    const { world, site } = await started();
    site.powerOff();
    const decided = await world.time.until(() => role(world, 'alpha') === 'active', 20_000);
    expect(decided).not.toBeNull();
    expect(decided).toBeLessThan(8000);
    await world.time.run(10_000);
    const view = world.server.server('alpha');
    expect(view.role.camerasRecording).toBe(4);
    expect(view.role.by).toBe('automatic');
    expect(view.cameras.every((camera) => camera.own?.recording !== null)).toBe(true);

    const backMs = world.time.wallMs();
    await site.boot();
    const restored = await world.time.until(() => role(world, 'alpha') === 'standby', 60_000);
    expect(restored).not.toBeNull();
    await world.time.run(10_000);
    // I7: from the return on, no moment without a recording.
    expect(gaps(world, site, backMs, world.time.wallMs() - 1000)).toEqual([0, 0, 0, 0]);
    expect(world.recording?.statuses()).toEqual([]);
    const [outage] = world.server.outages();
    expect(outage?.endedMs).not.toBeNull();
    const full = world.server.outage(outage!.id);
    expect(full.runs.length).toBe(4);
    expect(full.runs.every((run) => run.fate === 'kept')).toBe(true);
    expect(full.steps.map((step) => step.to)).toContain('active');
    expect(full.decidedMs).not.toBeNull();
    expect(full.restoredMs).not.toBeNull();
    expect(full.steps.at(-1)?.to).toBe('standby');
  });

  test('a crash with restart in time is no take-over', async () => {
    const { world, site } = await started();
    site.recorder.crash(3000);
    await world.time.run(1000);
    expect(state(world, 'alpha')).toBe('abnormal shutdown');
    await world.time.run(20_000);
    expect(state(world, 'alpha')).toBe('alive');
    expect(role(world, 'alpha')).toBe('standby');
    expect(world.disk.spans({ serverId: 'alpha', cameraId: 'cam-1' })).toEqual([]);
  });

  test('a planned shutdown without a return is taken over when its time-out ends: its cameras were asked before (R08)', async () => {
    const { world, site } = await started();
    void site.shutDown('new disk');
    expect(await world.time.until(() => state(world, 'alpha') === 'normal shutdown', 5_000)).not.toBeNull();
    expect(await world.time.until(() => role(world, 'alpha') !== 'standby', 60_000)).toBeGreaterThan(9_000);
    expect(await world.time.until(() => role(world, 'alpha') === 'active', 5_000)).not.toBeNull();
    expect(state(world, 'alpha')).toContain('failed');
  });

  test('its own network is back at the end of such a time-out: it listens before it takes over', async () => {
    const { world, site } = await started();
    await site.shutDown('new disk');
    world.cameras.blind('failover', true);
    await world.time.run(9_500);
    world.cameras.blind('failover', false);
    await world.time.run(2_000);
    expect(role(world, 'alpha')).toBe('held');
    expect(await world.time.until(() => role(world, 'alpha') === 'active', 30_000)).not.toBeNull();
  });

  test('without a backup there is no take-over, but an alarm (I3)', async () => {
    const world = new World();
    await world.startFailover();
    world.shortTimeouts();
    const site = await world.addSite('alpha', 2);
    await world.time.run(10_000);
    world.shelf.clear();
    site.powerOff();
    await world.time.run(30_000);
    expect(role(world, 'alpha')).toBe('standby');
    expect(world.server.alarms().map((alarm) => alarm.code)).toContain('no usable backup');
    expect(world.recording?.statuses()).toEqual([]);
  });

  test('a camera that cannot be reached blocks nothing, is named, and is recorded once it is there', async () => {
    const { world, site } = await started();
    const [first] = site.recorder.document.cameras;
    world.cameras.kill(first!.url);
    site.powerOff();
    await world.time.run(40_000);
    expect(role(world, 'alpha')).toBe('active');
    expect(world.server.server('alpha').role.camerasRecording).toBe(3);
    expect(world.server.alarms().find((alarm) => alarm.code === 'camera.unreachable')?.text).toContain('Camera 1');
    world.cameras.revive(first!.url);
    await world.time.run(10_000);
    expect(world.server.server('alpha').role.camerasRecording).toBe(4);
    expect(world.server.alarms().some((alarm) => alarm.code === 'camera.unreachable')).toBe(false);
  });

  test.each([{ maxSessions: 10 }, { maxSessions: 1 }])('a camera that dies for both while it is taken over does not keep the restore open for ever (%o)', async ({ maxSessions }) => {
    const { world, site } = await started({ cameras: 2, maxSessions });
    const [first] = site.recorder.document.cameras;
    site.powerOff();
    for (const camera of site.recorder.document.cameras) world.cameras.release(camera.url, 'alpha');
    await world.time.run(20_000);
    expect(world.server.server('alpha').role.camerasRecording).toBe(2);
    world.cameras.kill(first!.url);
    await world.time.run(5000);
    await site.boot();
    await world.time.run(60_000);
    expect(role(world, 'alpha')).toBe('restoring');
    expect(await world.time.until(() => role(world, 'alpha') === 'standby', 600_000)).not.toBeNull();
    expect(world.server.audit({ limit: 1000 }).some(({ text }) => /neither side.*cam-1/.test(text))).toBe(true);
    world.cameras.revive(first!.url);
    await world.time.run(5000);
    expect(site.recorder.progress()?.cameras.map((camera) => camera.state)).toEqual(['streaming', 'streaming']);
  });

  test('what is being recorded goes on though its backup rots meanwhile', async () => {
    const { world, site } = await started();
    site.powerOff();
    await world.time.run(20_000);
    world.shelf.clear();
    world.server.note({ severity: 'info', kind: 'backup', actor: 'tester', text: 'the backups are gone' });
    await site.boot();
    site.powerOff();
    await world.time.run(20_000);
    expect(role(world, 'alpha')).toBe('active');
    expect(world.server.server('alpha').cameras.every((camera) => (camera.own?.recording ?? null) !== null)).toBe(true);
  });

  test('its backup rots while the store path keeps its take-over waiting: it does not begin from it (I3)', async () => {
    const { world, site } = await started();
    world.disk.state = 'read-only';
    site.powerOff();
    await world.time.run(10_000);
    expect(world.server.server('alpha').role).toMatchObject({ state: 'standby', reason: expect.stringContaining('store path') as string });
    world.shelf.clear();
    await world.time.run(15_000);
    world.disk.state = 'ok';
    await world.time.run(15_000);
    expect(world.server.server('alpha').role).toMatchObject({ state: 'standby', reason: expect.stringContaining('backup') as string });
  });

  test('its newest backup rots meanwhile, and the one before knows fewer cameras: all are recorded further; after a restart the others are named', async () => {
    const { world, site } = await started({ cameras: 4 });
    const whole = site.recorder.document;
    // The older version is of a time with two cameras.
    world.shelf.get('alpha')!.unshift({ versionId: 'v0', document: { ...whole, cameras: whole.cameras.slice(0, 2) }, takenAtMs: 0 });
    site.powerOff();
    await world.time.run(20_000);
    expect(world.server.server('alpha').role.camerasRecording).toBe(4);
    world.shelf.get('alpha')!.splice(1);
    await site.boot();
    await world.time.run(500);
    site.powerOff();
    await world.time.run(20_000);
    expect(role(world, 'alpha')).toBe('active');
    expect(world.recording?.statuses().filter((status) => status.recording !== null).length).toBe(4);

    world.killFailover();
    await world.startFailover();
    await world.time.run(30_000);
    expect(world.recording?.statuses().filter((status) => status.recording !== null).length).toBe(2);
    expect(world.server.alarms().find((alarm) => alarm.code === 'camera.unreachable')?.text).toMatch(/Camera 3 \(.*backup.*\), Camera 4 \(/);
    await site.boot();
    expect(await world.time.until(() => role(world, 'alpha') === 'standby', 120_000)).not.toBeNull();
  });

  test('its own network down: nobody is declared to be taken over (N09b)', async () => {
    const { world } = await started();
    world.network.cut('failover', 'alpha');
    world.cameras.blind('failover', true);
    await world.time.run(60_000);
    expect(role(world, 'alpha')).toBe('held');
    expect(world.recording?.statuses()).toEqual([]);
    world.network.heal();
    world.cameras.blind('failover', false);
    await world.time.run(30_000);
    expect(role(world, 'alpha')).toBe('standby');
  });
});

describe('hot standby', () => {
  test('a power-off loses nothing: the pre-roll reaches back before it', async () => {
    const { world, site } = await started({ standby: 'hot' });
    const fromMs = world.time.wallMs();
    site.powerOff();
    await world.time.run(30_000);
    expect(role(world, 'alpha')).toBe('active');
    await site.boot();
    await world.time.run(60_000);
    expect(role(world, 'alpha')).toBe('standby');
    expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0, 0, 0]);
  });

  test('a crash with restart loses nothing, without a take-over', async () => {
    const { world, site } = await started({ standby: 'hot' });
    const fromMs = world.time.wallMs();
    site.recorder.crash(3000);
    await world.time.run(60_000);
    expect(role(world, 'alpha')).toBe('standby');
    expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0, 0, 0]);
    expect(world.recording?.statuses().every((status) => status.mode === 'standby')).toBe(true);
    // What the recorder has itself was dropped, against its own exact word; what it missed stays.
    const [outage] = world.server.outages();
    expect(outage?.decidedMs).toBeNull();
    expect(outage?.endedMs).not.toBeNull();
    expect(world.server.outage(outage!.id).runs.map((run) => run.fate)).toEqual(['kept', 'kept', 'kept', 'kept']);
    expect(new Set(world.disk.dropped.map((one) => one.key)).size).toBe(4);
    const kept = world.disk.spans({ serverId: 'alpha', cameraId: 'cam-1' });
    expect((kept[0]!.toUs - kept[0]!.fromUs) / 1e6).toBeLessThan(12);
  });

  test('a silence that was only the network leaves nothing behind', async () => {
    const { world, site } = await started({ standby: 'hot' });
    const fromMs = world.time.wallMs();
    world.network.cut('failover', 'alpha');
    await world.time.run(2500);
    expect(state(world, 'alpha')).toBe('suspect');
    expect(world.recording?.statuses().every((status) => status.mode === 'record')).toBe(true);
    world.network.heal();
    await world.time.run(60_000);
    expect(role(world, 'alpha')).toBe('standby');
    expect(world.recording?.statuses().every((status) => status.mode === 'standby')).toBe(true);
    expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0, 0, 0]);
    expect(world.disk.spans({ serverId: 'alpha', cameraId: 'cam-1' })).toEqual([]);
    expect(world.server.outages({ open: true })).toEqual([]);
  });

  test('a camera that the recorder alone lost is written provisionally until the recorder has it again', async () => {
    const { world, site } = await started({ standby: 'hot' });
    const fromMs = world.time.wallMs();
    const [first] = site.recorder.document.cameras;
    world.cameras.limit(first!.url, 1);
    world.cameras.release(first!.url, 'alpha');
    await world.time.run(30_000);
    expect(state(world, 'alpha')).toBe('alive');
    expect(world.server.server('alpha').gray?.cameras).toEqual(['cam-1']);
    world.cameras.limit(first!.url, 2);
    await world.time.run(60_000);
    expect(world.server.server('alpha').gray).toBeNull();
    expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0, 0, 0]);
    expect(world.recording?.statuses().map((status) => status.mode)).toEqual(['standby', 'standby', 'standby', 'standby']);
  });

  test('a recorder that never tells what it has keeps no other waiting for its judgement', async () => {
    const { world, site: slow } = await started({ standby: 'hot', cameras: 12 });
    const other = await world.addSite('beta', 2, { standby: 'hot' });
    await world.time.run(20_000);
    const keys = ['cam-1', 'cam-2'].map((cameraId) => ({ serverId: 'beta', cameraId }));
    const coverage = slow.disk.coverage.bind(slow.disk);
    slow.disk.coverage = () => new Promise(() => {});
    for (let round = 0; round < 2; round += 1) {
      slow.recorder.crash(1000);
      await world.time.run(30_000);
    }
    other.recorder.crash(1000);
    await world.time.run(40_000);
    expect(world.server.outages({ server: 'beta' }).flatMap(({ id }) => world.server.outage(id).runs.map((run) => run.fate))).toEqual(['kept', 'kept']);
    expect(keys.every((key) => world.disk.dropped.some((one) => one.key === `${key.serverId}/${key.cameraId}`))).toBe(true);
    // And its own are judged as soon as it tells.
    slow.disk.coverage = coverage;
    await world.time.run(120_000);
    expect(world.server.outages({ server: 'alpha' }).flatMap(({ id }) => world.server.outage(id).runs).filter((run) => run.fate === 'provisional')).toEqual([]);
  });

  test('a disk that refuses to drop what is over the ceiling does not end the process', async () => {
    const { world, site } = await started({ standby: 'hot', cameras: 2 });
    site.recorder.crash(null);
    await world.time.run(5000);
    const drop = world.disk.drop.bind(world.disk);
    world.disk.drop = () => Promise.reject(new Error('database or disk is full'));
    const settings = (bytes: number): void => {
      const now = world.server.settings().settings;
      world.server.changeSettings({ settings: { ...now, capacity: { ...now.capacity, provisionalBytes: bytes } } }, { who: 'tester' });
    };
    settings(1);
    await world.time.run(20_000);
    world.disk.drop = drop;
    await world.time.run(20_000);
    // Tried again, and done, once the disk takes it.
    expect(world.disk.dropped.map((one) => one.key)).toEqual(expect.arrayContaining(['alpha/cam-1', 'alpha/cam-2']));
  });

  describe('the recorder is alive, and loses footage of a camera', () => {
    const url = (site: Site): string => site.recorder.document.cameras[0]!.url;
    /** Only the recorder's session breaks, and it gets none for so long. */
    async function losesCamera(world: World, site: Site, ms: number): Promise<void> {
      world.cameras.limit(url(site), 1);
      world.cameras.release(url(site), 'alpha');
      await world.time.run(ms);
      world.cameras.limit(url(site), 2);
    }

    test.each([1500, 3000, 4500])('for %i ms, too short to be told as not recording: nothing is missing', async (ms) => {
      const { world, site } = await started({ standby: 'hot', cameras: 2 });
      const fromMs = world.time.wallMs();
      await losesCamera(world, site, ms);
      await world.time.run(90_000);
      expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0]);
      expect(world.recording?.statuses().map((status) => status.mode)).toEqual(['standby', 'standby']);
      const [outage] = world.server.outages();
      expect(outage?.cause).toEqual({ code: 'not recording', text: 'Alive, but lost footage of a camera' });
      expect(world.server.outage(outage!.id).runs.map((run) => [run.cameraId, run.fate])).toEqual([['cam-1', 'kept']]);
      // What the recorder has itself was dropped here.
      const [kept] = world.disk.spans({ serverId: 'alpha', cameraId: 'cam-1' });
      expect((kept!.toUs - kept!.fromUs) / 1000).toBeLessThan(ms + 7000);
    });

    test.each([200, 2000, 4000])('packets of %i ms are lost on the way to it alone, in a run that goes on: nothing is missing', async (ms) => {
      const { world, site } = await started({ standby: 'hot', cameras: 2 });
      const fromMs = world.time.wallMs();
      await world.time.run(5000);
      site.recorder.losePackets('cam-1', ms);
      await world.time.run(1500);
      site.recorder.losePackets('cam-1', 200);
      await world.time.run(90_000);
      expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0]);
      expect(world.recording?.statuses().map((status) => status.mode)).toEqual(['standby', 'standby']);
      const [outage] = world.server.outages();
      expect(outage?.cause.text).toBe('Alive, but lost footage of a camera');
      expect(world.server.outage(outage!.id).runs.every((run) => run.cameraId === 'cam-1' && run.fate === 'kept')).toBe(true);
    });

    test('an agent of before tells nothing of packets, and is understood', async () => {
      const { world, site } = await started({ standby: 'hot', cameras: 2 });
      site.recorder.tellsLoss = false;
      await world.time.run(5000);
      site.recorder.losePackets('cam-1', 2000);
      await world.time.run(20_000);
      expect(state(world, 'alpha')).toBe('alive');
      expect(world.server.outages()).toEqual([]);
    });

    test('its outage lasts from the loss on; again and again makes one, and nobody else loses anything by it', async () => {
      const { world, site } = await started({ standby: 'hot', cameras: 2 });
      const fromMs = world.time.wallMs();
      for (let round = 0; round < 5; round += 1) {
        await losesCamera(world, site, 2000);
        expect(world.server.outages({ open: true }).length).toBe(1);
        await world.time.run(20_000);
      }
      await world.time.run(90_000);
      const outages = world.server.outages();
      expect(outages.length).toBe(1);
      expect(outages[0]!.startedMs - fromMs).toBeLessThan(2000);
      // Over when the last was over, not when that was noticed.
      expect(outages[0]!.endedMs! - fromMs).toBeLessThan(110_000);
      expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0]);
    });

    test('a crash right behind it is the cause of the outage', async () => {
      const { world, site } = await started({ standby: 'hot', cameras: 2 });
      await losesCamera(world, site, 2000);
      site.powerOff();
      await world.time.run(20_000);
      expect(role(world, 'alpha')).toBe('active');
      expect(world.server.outages().map((outage) => outage.cause.code)).toEqual(['silent']);
    });

    test('a power-off after its disk stopped syncing (R21): written from when the pre-roll would not reach back', async () => {
      const { world, site } = await started({ standby: 'hot', cameras: 2 });
      const fromMs = world.time.wallMs();
      for (let seconds = 1; seconds <= 40; seconds += 1) {
        site.disk.unsyncedUs = seconds * 1_000_000;
        await world.time.run(1000);
      }
      expect(state(world, 'alpha')).toBe('alive');
      site.powerOff();
      await world.time.run(30_000);
      expect(role(world, 'alpha')).toBe('active');
      world.recording?.catchUp();
      expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0]);
    });

    test('a camera that nobody reaches is no outage of its server', async () => {
      const { world, site } = await started({ standby: 'hot', cameras: 2 });
      world.cameras.kill(url(site));
      await world.time.run(120_000);
      expect(world.server.outages({ open: true })).toEqual([]);
      world.cameras.revive(url(site));
      await world.time.run(120_000);
      expect(world.server.outages({ open: true })).toEqual([]);
      expect(world.recording?.statuses().map((status) => status.mode)).toEqual(['standby', 'standby']);
    });
  });

  test('a camera that refuses the second session stands by cold, the recorder keeps its own', async () => {
    const world = new World();
    await world.startFailover();
    world.shortTimeouts();
    const site = await world.addSite('alpha', 2, { standby: 'hot' });
    for (const camera of site.recorder.document.cameras) {
      world.cameras.limit(camera.url, 1);
      world.cameras.release(camera.url, 'failover');
    }
    await world.time.run(30_000);
    expect(world.server.server('alpha').cameras.map((camera) => camera.standbyReason)).toEqual([expect.stringContaining('second session'), expect.stringContaining('second session')]);
    expect(world.recording?.statuses()).toEqual([]);
    expect(state(world, 'alpha')).toBe('alive');
    expect(world.server.server('alpha').gray).toBeNull();
    // At an outage it is asked again: the recorder's own session is gone then.
    site.powerOff();
    await world.time.run(20_000);
    expect(world.server.server('alpha').role.camerasRecording).toBe(2);
  });
});

describe('by command', () => {
  test('a planned take-over of a healthy server needs its name and leaves no gap', async () => {
    const { world, site } = await started();
    const by = { who: 'Anna' };
    await expect(world.server.takeOver('alpha', by)).rejects.toMatchObject({ code: 'role.server-alive' });
    await expect(world.server.takeOver('alpha', { ...by, confirm: 'wrong' })).rejects.toMatchObject({ code: 'role.confirm' });
    const fromMs = world.time.wallMs();
    await world.server.takeOver('alpha', { ...by, confirm: 'ALPHA' });
    await expect(world.server.takeOver('alpha', { ...by, confirm: 'ALPHA' })).rejects.toMatchObject({ code: 'role.already-running' });
    await world.time.run(20_000);
    expect(role(world, 'alpha')).toBe('active');
    expect(world.server.server('alpha').role.pinned).toBe(true);
    await world.server.reset('alpha', by);
    await world.time.run(30_000);
    expect(role(world, 'alpha')).toBe('standby');
    expect(gaps(world, site, fromMs, world.time.wallMs() - 1000)).toEqual([0, 0, 0, 0]);
    expect(world.server.audit().some((event) => event.actor === 'Anna' && event.kind === 'role')).toBe(true);
  });

  test('reset while the server is down is refused', async () => {
    const { world, site } = await started();
    site.powerOff();
    await world.time.run(20_000);
    await expect(world.server.reset('alpha', { who: 'Anna' })).rejects.toMatchObject({ code: 'role.server-offline' });
    await world.server.stopRecording('alpha', { who: 'Anna', confirm: 'ALPHA' });
    await world.time.run(5000);
    expect(role(world, 'alpha')).toBe('standby');
    expect(world.recording?.statuses()).toEqual([]);
  });

  test('a removed server stops in order, its footage and its rules stay (O09)', async () => {
    const { world, site } = await started();
    site.powerOff();
    await world.time.run(20_000);
    await world.server.removeServer('alpha', { who: 'Anna', confirm: 'ALPHA' });
    await world.time.run(5000);
    expect(world.server.servers()).toEqual([]);
    expect(world.recording?.statuses()).toEqual([]);
    expect(world.disk.spans({ serverId: 'alpha', cameraId: 'cam-1' }).length).toBe(1);
    expect(world.disk.rules.length).toBe(4);
    expect(world.server.outages().map((outage) => outage.endedMs === null)).toEqual([false]);
  });

  test('nothing of a removed server goes on: neither its outage nor the wait for the word of its recorder', async () => {
    const { world, site } = await started({ standby: 'hot' });
    site.recorder.crash(null);
    await world.time.run(5000);
    expect(state(world, 'alpha')).toBe('abnormal shutdown');
    await world.server.removeServer('alpha', { who: 'Anna' });
    await world.time.run(20_000);
    const [outage] = world.server.outages();
    expect(outage?.endedMs).not.toBeNull();
    expect(world.server.outage(outage!.id).runs.map((run) => [run.fate, run.toUs === null])).toEqual(Array(4).fill(['kept', false]));
    expect(world.disk.spans({ serverId: 'alpha', cameraId: 'cam-1' }).length).toBe(1);
    // Added again it begins anew.
    world.sites.delete('alpha');
    await site.recorder.start();
    await site.newPairingSecret();
    await world.addSite('alpha', 4, { site });
    await world.time.run(20_000);
    expect(world.server.outages({ open: true })).toEqual([]);
  });
});
