import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { pullPower } from '../../../src/cli/site/power.ts';
import { until, type RecorderSite, type Site } from '../../../src/cli/site/site.ts';
import { writeDurably } from '../../../src/platform/durable-file.ts';
import type { Scenario } from '../scenario.ts';
import { shortest, type Stage } from '../stage.ts';
import { bothOff, coldGap, countAll, events, noTakeOver, oneTakenOver, pause, prioritise, ready, restored, takenOver, takeOvers, type Nobody } from '../watch.ts';

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
    id: 'S31',
    text: 'SIGSTOP of the failover server for 40 s, longer than every time-out, while it has taken one of two recorders over: nobody else is declared failed, the take-over goes on and ends (ten minutes of a suspended machine, whose monotonic clock stands still, are simulated)',
    limitMs: 170_000,
    async run(stage) {
      const { site, victim, other, fromMs } = await oneTakenOver(stage);
      const stoppedMs = Date.now();
      site.failover.signal('SIGSTOP');
      await pause(40_000);
      site.failover.signal('SIGCONT');
      const againMs = Date.now();
      await takenOver(site, victim);
      stage.figure('goesOnAfterMs', Date.now() - againMs);
      await pause(6_000);
      await site.restartAgent(victim);
      for (const recorder of site.recorders) await restored(site, recorder);
      await pause(6_000);
      const failed = (await events(site, { kind: 'state', server: other.serverId })).filter((text) => text.includes('→ failed'));
      stage.check(failed.length === 0, `The other was declared failed: ${failed.join(' ')}`);
      stage.check((await takeOvers(site)) === 1, 'Not one take-over.');
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: (recorder) => (recorder === victim ? [bothOff(stoppedMs, againMs)] : []) });
    },
  },
  {
    id: 'S35',
    text: 'taken over, and one camera’s session dies every 5 s, five times: retried with growing pauses and recorded between them, the others unharmed, reported',
    async run(stage) {
      const site = await stage.site({ camerasPerRecorder: 3 });
      await ready(site);
      const victim = site.recorders[0]!;
      const [sick] = victim.cameraIds;
      const fromMs = Date.now() + 1_000;
      await pause(3_000);
      const struckMs = Date.now();
      await pullPower(victim);
      await takenOver(site, victim);
      const nobody = coldGap(struckMs, Date.now());
      const cuts: Nobody[] = [];
      const newestMs = async (): Promise<number> => {
        const { cameraList } = await site.api.call('servers.get', { params: { server: victim.serverId } });
        return (cameraList.find(({ cameraId }) => cameraId === sick)?.here?.newestUs ?? 0) / 1000;
      };
      for (const mostMs of [250, 1_000, 2_000, 4_000, 8_000]) {
        await pause(5_000);
        const cutMs = Date.now();
        const answer = await fetch(`http://127.0.0.1:${site.cameras.ready.control}/1/cut`, { method: 'POST' });
        stage.check(answer.ok, 'The camera refuses to cut.');
        // A pause of up to a quarter more, the way to the next key frame, and a look each second. What was on its way is
        // lost with the session: what is taken later comes by the next one.
        await until('the camera is recorded again', 1.25 * mostMs + 3_000, async () => (await newestMs()) > cutMs + 500);
        cuts.push([cutMs - 200, Date.now()]);
      }
      stage.figure('recordedAgainAfterMs', cuts.map(([lastMs, againMs]) => againMs - lastMs - 200));
      await pause(5_000);
      const told = (await events(site)).filter((text) => text.includes('camera.lost') || /lost/i.test(text));
      stage.figure('eventsOfTheCamera', told.length);
      const [outage] = await site.api.call('outages.list', { query: { server: victim.serverId } });
      const report = await site.api.call('outages.get', { params: { outage: outage!.id } });
      const gaps = report.perCamera.find(({ cameraId }) => cameraId === sick)?.gaps ?? [];
      stage.check(gaps.length >= cuts.length || told.length > 0, `The report tells ${gaps.length} gaps of ${cuts.length}, and no event tells of the camera.`);
      // With the footage of before, which lies on its disk.
      await site.restartAgent(victim);
      await restored(site, victim);
      await pause(6_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: (_, camera) => (camera === sick ? [nobody, ...cuts] : [nobody]) });
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
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const [first, second] = site.recorders;
      const firstLostMs = Date.now();
      await pullPower(first!);
      await takenOver(site, first!);
      const nobodyForFirst = coldGap(firstLostMs, Date.now());
      const secondLostMs = Date.now();
      await pullPower(second!);
      await until('the second is queued', 30_000, async () => (await site.server(second!)).role.state === 'queued');
      const { role } = await site.server(second!);
      stage.check(role.queuePosition === 1 && role.reason !== null, `Its place in the queue is ${role.queuePosition}, the reason ${role.reason?.text}.`);
      await site.restartAgent(first!);
      await restored(site, first!);
      await takenOver(site, second!);
      const nobodyForSecond = coldGap(secondLostMs, Date.now());
      await pause(3_000);
      await site.restartAgent(second!);
      await restored(site, second!);
      await pause(6_000);
      stage.check((await takeOvers(site)) === 2, 'Not one take-over each.');
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: (recorder) => [recorder === first ? nobodyForFirst : nobodyForSecond] });
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
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const dead = site.recorders.slice(2, 7);
      const struckMs = Date.now();
      await Promise.all(dead.map((recorder) => pullPower(recorder)));
      const takenMs = new Map<RecorderSite, number>();
      await until('the storm is told', 20_000, async () => (await site.api.call('failover.state')).storm !== null);
      for (const recorder of dead.slice(0, 2)) {
        const decidedMs = await takenOver(site, recorder, 60_000);
        takenMs.set(recorder, Date.now());
        stage.figure(`decidedAfterMs, ${recorder.name}`, decidedMs - struckMs);
      }
      await until('the others are queued', 30_000, async () => (await site.api.call('failover.state')).queue.length === 3);
      const names = (await site.api.call('failover.state')).queue.map(({ name }) => name);
      stage.check(names.join() === dead.slice(2).map(({ name }) => name).join(), `Queued: ${names.join(', ')}.`);
      for (const recorder of [...site.recorders.slice(0, 2), site.recorders[7]!]) stage.check((await site.server(recorder)).role.state === 'standby', `${recorder.name} is healthy and not standing by.`);
      for (const recorder of dead) await site.restartAgent(recorder);
      for (const recorder of dead) await restored(site, recorder);
      await ready(site);
      const backMs = Date.now();
      await pause(5_000);
      // Those that waited for room were recorded by nobody until they were back.
      const nobody = (recorder: RecorderSite): readonly Nobody[] => (dead.includes(recorder) ? [coldGap(struckMs, takenMs.get(recorder) ?? backMs)] : []);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: nobody });
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
      // Four cameras from here on.
      const grown = { ...victim, cameraIds: ['cam-1', 'cam-2', 'late-1', 'late-2'] };
      const whole = { ...site, recorders: [grown] };
      await ready(whole);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const struckMs = Date.now();
      await pullPower(victim);
      await until('three cameras are recorded', 45_000, async () => (await site.server(victim)).role.camerasRecording === 3);
      const takenMs = Date.now();
      const detail = await site.api.call('servers.get', { params: { server: victim.serverId } });
      const here = detail.cameraList.filter((camera) => camera.here?.mode === 'record').map(({ cameraId }) => cameraId).toSorted();
      stage.check(here.join() === 'cam-1,late-1,late-2', `Recorded here: ${here.join(', ')}.`);
      await until('it is told which camera waits', 5_000, async () => (await site.api.call('attention.list')).some(({ serverId, reason }) => serverId === victim.serverId && reason.code === 'role.no-capacity' && reason.text.includes('Camera 2')));
      await site.restartAgent(victim);
      await restored(site, victim);
      await ready(whole);
      const backMs = Date.now();
      await pause(5_000);
      await countAll(stage, whole, [grown], { fromMs, toMs: Date.now() - 1_500, except: (_, camera) => [coldGap(struckMs, camera === 'cam-2' ? backMs : takenMs)] });
    },
  },
];
