import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { pullPower } from '../../../src/cli/site/power.ts';
import { until, type Site } from '../../../src/cli/site/site.ts';
import { writeDurably } from '../../../src/platform/durable-file.ts';
import type { Scenario } from '../scenario.ts';
import { shortest, type Stage } from '../stage.ts';
import { countAll, events, noTakeOver, pause, prioritise, ready, restored, takenOver, takeOvers } from '../watch.ts';

/** Blocks the event loop of a running, unchanged process for so long, through its debugger. */
async function block(site: Site, ms: number): Promise<void> {
  site.failover.signal('SIGUSR1');
  const log = join(site.failover.ready.tokenFile, '..', '..', 'failover.log');
  const url = await until('the debugger of the failover server listens', 10_000, async () => /Debugger listening on (ws:\S+)/.exec(await readFile(log, 'utf8'))?.[1]);
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const answered = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: `{ const end = performance.now() + ${ms}; while (performance.now() < end); }` } }));
  await answered;
  socket.close();
}

async function nobodyFailed(stage: Stage, site: Site): Promise<void> {
  await noTakeOver(stage, site);
  const failed = (await events(site, { kind: 'state' })).filter((text) => text.includes('→ failed'));
  stage.check(failed.length === 0, `Declared failed: ${failed.join(' ')}`);
}

/** What happens to the failover server itself, and what it has room for. */
export const failoverScenarios: readonly Scenario[] = [
  {
    id: 'X02',
    text: 'the power of everything fails for 8 s while one of two recorders is taken over: every camera is recorded again within 60 s, the take-over goes on and ends, the other is not taken over, footage of before is there',
    limitMs: 170_000,
    async run(stage) {
      const site = await stage.site({ recorders: 2, standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const [healthy, victim] = site.recorders;
      await pullPower(victim!);
      await takenOver(site, victim!);
      await pause(4_000);
      const struckMs = Date.now();
      site.failover.signal('SIGKILL');
      await Promise.all([site.failover.gone, pullPower(healthy!)]);
      await pause(8_000);
      // All boot at once; who is taken over and who is not is only on the failover server's disk.
      const powerMs = Date.now();
      await Promise.all([site.restartFailover(), site.restartAgent(healthy!)]);
      const againMs = Date.now();
      await until('what was taken over is recorded here again', 60_000, async () => {
        const { role } = await site.server(victim!);
        return role.state === 'active' && role.camerasRecording === victim!.cameraIds.length;
      });
      await site.restartAgent(victim!);
      for (const recorder of site.recorders) await restored(site, recorder);
      await ready(site, true);
      stage.figure('recordedAgainMs', Date.now() - powerMs);
      stage.check(Date.now() - powerMs < 60_000, `All cameras were recorded only ${Date.now() - powerMs} ms after the power came back.`);
      stage.check((await takeOvers(site, victim)) === 1, `Take-overs of ${victim!.name}: ${await takeOvers(site, victim)}, not the one of before.`);
      stage.check((await takeOvers(site, healthy)) === 0, `${healthy!.name} was taken over.`);
      await pause(6_000);
      // While nothing runs nobody can record, nor while the failover server reads its disk; then it is all there.
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [struckMs - 600, againMs + 2_500] });
    },
  },
  {
    id: 'S27',
    text: 'event loop of the failover server blocked for 3 s with 20 monitored servers, twice: nobody declared failed',
    limitMs: 200_000,
    async run(stage) {
      const site = await stage.site({ recorders: 20, camerasPerRecorder: 1 });
      await ready(site);
      const fromMs = Date.now() + 1_000;
      for (const _ of [1, 2]) {
        const started = performance.now();
        await block(site, 3_000);
        stage.check(performance.now() - started >= 2_900, 'The event loop was not blocked.');
        await pause(6_000);
      }
      await nobodyFailed(stage, site);
      stage.figure('alive', (await site.api.call('servers.list')).filter(({ state }) => state === 'alive').length);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'S29',
    text: 'SIGSTOP of the failover server for 3 s and for 30 s: nobody declared failed',
    async run(stage) {
      const site = await stage.site({ recorders: 2, standby: 'hot' });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      for (const ms of [3_000, 30_000]) {
        site.failover.signal('SIGSTOP');
        await pause(ms);
        site.failover.signal('SIGCONT');
        await pause(6_000);
      }
      for (const recorder of site.recorders) await restored(site, recorder, 15_000);
      await nobodyFailed(stage, site);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'S35',
    text: 'taken over, and one camera’s session dies every 5 s: retried, the others unharmed, reported',
    async run(stage) {
      const site = await stage.site({ camerasPerRecorder: 3 });
      await ready(site);
      const victim = site.recorders[0]!;
      await pullPower(victim);
      await takenOver(site, victim);
      const fromMs = Date.now() + 1_000;
      const cuts = 6;
      for (let cut = 0; cut < cuts; cut++) {
        await pause(5_000);
        const answer = await fetch(`http://127.0.0.1:${site.cameras.ready.control}/1/cut`, { method: 'POST' });
        stage.check(answer.ok, 'The camera refuses to cut.');
      }
      await pause(5_000);
      const toMs = Date.now() - 1_500;
      const [sick, ...others] = victim.cameraIds;
      await countAll(stage, site, [{ ...victim, cameraIds: others }], { fromMs, toMs });
      // Each cut costs at most the pause before the next try and the way to the next key frame.
      await countAll(stage, site, [{ ...victim, cameraIds: [sick!] }], { fromMs, toMs, most: cuts * 75 });
      const told = (await events(site)).filter((text) => text.includes('camera.lost') || /lost/i.test(text));
      stage.figure('eventsOfTheCamera', told.length);
      const [outage] = await site.api.call('outages.list', { query: { server: victim.serverId } });
      const report = await site.api.call('outages.get', { params: { outage: outage!.id } });
      const gaps = report.perCamera.find(({ cameraId }) => cameraId === sick)?.gaps ?? [];
      stage.check(gaps.length >= cuts || told.length > 0, `The report tells ${gaps.length} gaps of ${cuts}, and no event tells of the camera.`);
    },
  },
  {
    id: 'M01',
    text: 'two recorders down, room for one: higher priority served, the other visibly queued, served when the first is back',
    limitMs: 170_000,
    async run(stage) {
      const site = await stage.site({ recorders: 2, settings: (settings) => ({ ...shortest(settings), capacity: { ...settings.capacity, cameras: 2 } }) });
      await prioritise(site);
      await ready(site);
      const [first, second] = site.recorders;
      await pullPower(first!);
      await takenOver(site, first!);
      await pullPower(second!);
      await until('the second is queued', 30_000, async () => (await site.server(second!)).role.state === 'queued');
      const { role } = await site.server(second!);
      stage.check(role.queuePosition === 1 && role.reason !== null, `Its place in the queue is ${role.queuePosition}, the reason ${role.reason?.text}.`);
      await site.restartAgent(first!);
      await restored(site, first!);
      await takenOver(site, second!);
      await site.restartAgent(second!);
      await restored(site, second!);
      stage.check((await takeOvers(site)) === 2, 'Not one take-over each.');
    },
  },
  {
    id: 'M03',
    text: '5 of 8 fail within a second, room for 2: storm, then 2 by priority, the others queued (the row’s 12 of 20 are simulated)',
    limitMs: 200_000,
    async run(stage) {
      const site = await stage.site({ recorders: 8, camerasPerRecorder: 1, settings: (settings) => ({ ...shortest(settings), capacity: { ...settings.capacity, cameras: 2 } }) });
      await prioritise(site);
      await ready(site);
      const dead = site.recorders.slice(2, 7);
      await Promise.all(dead.map((recorder) => pullPower(recorder)));
      const struckMs = Date.now();
      await until('the storm is told', 20_000, async () => (await site.api.call('failover.state')).storm !== null);
      for (const recorder of dead.slice(0, 2)) {
        const decidedMs = await takenOver(site, recorder, 60_000);
        stage.figure(`decidedAfterMs, ${recorder.name}`, decidedMs - struckMs);
      }
      await until('the others are queued', 30_000, async () => (await site.api.call('failover.state')).queue.length === 3);
      const names = (await site.api.call('failover.state')).queue.map(({ name }) => name);
      stage.check(names.join() === dead.slice(2).map(({ name }) => name).join(), `Queued: ${names.join(', ')}.`);
      for (const recorder of [...site.recorders.slice(0, 2), site.recorders[7]!]) stage.check((await site.server(recorder)).role.state === 'standby', `${recorder.name} is healthy and not standing by.`);
    },
  },
  {
    id: 'M05',
    text: 'more cameras than at the last capacity check: checked again at the take-over, the first by priority are recorded, the rest visibly waits',
    async run(stage) {
      const site = await stage.site({
        camerasPerRecorder: 4,
        settings: (settings) => ({ ...shortest(settings), capacity: { ...settings.capacity, cameras: 3 } }),
        document: (document) => ({ ...document, cameras: document.cameras.slice(0, 2) }),
      });
      const victim = site.recorders[0]!;
      await ready(site);
      const path = join(victim.folder, 'settings.json');
      const document = JSON.parse(await readFile(path, 'utf8')) as { cameras: { id: string; url: string; name: string; priority: number }[] };
      // The two that come later are the important ones.
      const more = site.cameras.ready.urls.slice(2).map((url, index) => ({ ...document.cameras[0]!, id: `late-${index + 1}`, name: `Late ${index + 1}`, url, priority: 1 }));
      await writeDurably(path, JSON.stringify({ ...document, cameras: [...document.cameras.map((camera) => ({ ...camera, priority: 10 + camera.priority })), ...more] }));
      await until('the new settings are backed up', 20_000, async () => (await site.server(victim)).backup.lastGood?.cameras === 4);
      await pullPower(victim);
      await until('three cameras are recorded', 45_000, async () => (await site.server(victim)).role.camerasRecording === 3);
      const detail = await site.api.call('servers.get', { params: { server: victim.serverId } });
      const here = detail.cameraList.filter((camera) => camera.here?.mode === 'record').map(({ cameraId }) => cameraId).toSorted();
      stage.check(here.join() === 'cam-1,late-1,late-2', `Recorded here: ${here.join(', ')}.`);
      await until('it is told which camera waits', 5_000, async () => (await site.api.call('attention.list')).some(({ serverId, reason }) => serverId === victim.serverId && reason.code === 'role.no-capacity' && reason.text.includes('Camera 2')));
    },
  },
];
