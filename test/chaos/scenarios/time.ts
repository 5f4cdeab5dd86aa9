import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../../src/cli/site/site.ts';
import type { Stretch } from '../../story/footage.ts';
import { faketimeLibrary } from '../machine.ts';
import type { Scenario } from '../scenario.ts';
import { shortest, type Stage } from '../stage.ts';
import { countAll, events, noTakeOver, pause, ready, state } from '../watch.ts';

/** A wall clock of its own for some processes; their monotonic clock stays right, as a real host's does. */
async function clockOf(stage: Stage, processes: readonly string[]): Promise<(to: 'right' | number) => Promise<void>> {
  const folder = join(stage.folder, 'clocks');
  await mkdir(folder, { recursive: true });
  const file = join(folder, processes[0]!);
  const set = async (aheadS: number): Promise<void> => {
    await writeFile(`${file}.new`, `${aheadS < 0 ? '-' : '+'}${Math.abs(aheadS).toFixed(3)}\n`);
    await rename(`${file}.new`, file);
  };
  await set(0);
  const env = { LD_PRELOAD: faketimeLibrary ?? '', FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
  for (const name of processes) stage.env.set(name, { ...stage.env.get(name), ...env });
  return (to) => set(to === 'right' ? 0 : (to - Date.now()) / 1000);
}

const hour = 3_600_000;

export const timeScenarios: readonly Scenario[] = [
  {
    id: 'T01',
    text: 'wall clock of a recorder’s host, then of the failover server, an hour ahead, an hour behind, in 1970: no decision changes, the wrong clock is told, footage whose times it touches is marked',
    needs: ['faketime'],
    limitMs: 170_000,
    async run(stage) {
      const recorderClock = await clockOf(stage, ['recorder-1']);
      const failoverClock = await clockOf(stage, ['failover']);
      const site = await stage.site({ recorders: 2 });
      await ready(site);
      const fromMs = Date.now() + 1_000;
      await pause(2_000);
      const [sick] = site.recorders;
      // Where the sick one's footage lies: what it recorded by the wrong clock, and the rest.
      const elsewhere: Stretch[] = [];
      for (const [name, set] of [['recorder', recorderClock], ['failover server', failoverClock]] as const) {
        for (const wrong of [hour, -hour, -Date.now() + 60_000]) {
          const nowMs = Date.now();
          await set(nowMs + wrong);
          if (set === recorderClock) elsewhere.push({ fromMs: nowMs + wrong - 10_000, toMs: nowMs + wrong + 30_000 });
          await pause(7_000);
          const server = await site.server(sick!);
          stage.check(server.state === 'alive', `${name} ${Math.round(wrong / hour)} h wrong: ${sick!.name} is ${server.state}.`);
          stage.check(server.notRecording === 'no', `${name} ${Math.round(wrong / hour)} h wrong: ${sick!.name} is said not to be recording.`);
          stage.check(Math.abs(server.clockOffsetMs ?? 0) > hour / 2, `${name} ${Math.round(wrong / hour)} h wrong: the offset of the clocks is told as ${server.clockOffsetMs} ms.`);
        }
        await set('right');
        await pause(7_000);
      }
      await noTakeOver(stage, site);
      const steps = await events(site, { kind: 'clock' });
      for (const whose of [sick!.name, 'this failover server'])
        stage.check(steps.filter((text) => text.includes(`The clock of ${whose} was set`)).length === 4, `Told of the clock of ${whose}: ${JSON.stringify(steps)}`);
      const { clockMarks } = await site.api.call('footage.timeline', { params: { server: sick!.serverId }, query: { fromUs: (fromMs - 2 * hour) * 1000, toUs: (Date.now() + 2 * hour) * 1000 } });
      stage.figure('clockMarks', clockMarks.map(({ host, fromUs, toUs, movedMs }) => [host, Math.round(movedMs / 1000), Math.round(fromUs / 1e6 - fromMs / 1000), Math.round((toUs - fromUs) / 1e6)]));
      // While a clock was wrong its footage lay elsewhere: three times 7 s are left out where they belong.
      for (const host of ['monitored server', 'failover server'])
        stage.check(clockMarks.some((mark) => mark.host === host && mark.movedMs > 0 && mark.fromUs > fromMs * 1000 && mark.toUs < Date.now() * 1000), `No left out time of the ${host} is marked: ${JSON.stringify(clockMarks)}`);
      const told = await events(site, { kind: 'state' });
      stage.check(!told.some((text) => text.includes('→ failed') || text.includes('→ suspect')), `Somebody was suspected: ${told.find((text) => /→ (failed|suspect)/.test(text))}`);
      const counted = { fromMs, toMs: Date.now() - 1_500 };
      await countAll(stage, site, site.recorders, { ...counted, lies: (recorder) => (recorder === sick ? [counted, ...elsewhere] : [counted]) });
    },
  },
  {
    id: 'T05',
    text: 'daylight saving ends in the very minute of the daily backup: exactly one backup, at the right UTC time; the next one a day later',
    needs: ['faketime'],
    limitMs: 200_000,
    async run(stage) {
      const set = await clockOf(stage, ['failover', 'recorder-1']);
      stage.env.set('failover', { ...stage.env.get('failover'), TZ: 'Europe/Amsterdam' });
      // 03:00 local time becomes 02:00 at 01:00 UTC, which is when the backup is due.
      const due = Date.UTC(2026, 9, 25, 1);
      await set(due - 60_000);
      const site = await stage.site({ settings: (settings) => ({ ...shortest(settings), utcTime: '01:00' }) });
      await state(site, site.recorders[0]!, 'alive', 60_000);
      await until('the first backup', 30_000, async () => (await site.server(site.recorders[0]!)).backup.lastGood !== null);
      await until('all cameras are recorded', 20_000, async () => {
        const { cameraList } = await site.api.call('servers.get', { params: { server: site.recorders[0]!.serverId } });
        return cameraList.length === 2 && cameraList.every(({ recorder }) => recorder?.newestUs);
      });
      // The cameras' own clock, by which frames are numbered, is right.
      const fromMs = Date.now() + 1_000;
      await pause(2_000);
      await set(due - 5_000);
      const daily = async (): Promise<readonly number[]> => {
        const all = await site.api.call('backups.list', { params: { server: site.recorders[0]!.serverId } });
        const { lastAttempt } = (await site.server(site.recorders[0]!)).backup;
        return [...new Set([...all.filter(({ trigger }) => trigger === 'daily').map(({ atMs }) => atMs), ...(lastAttempt?.trigger === 'daily' ? [lastAttempt.atMs] : [])])];
      };
      const first = await until('the daily backup', 40_000, async () => (await daily()).at(-1));
      stage.figure('firstAfterDueMs', first - due);
      stage.check(first >= due && first < due + 60_000, `The daily backup ran at ${new Date(first).toISOString()}.`);
      // The same local times come a second time.
      for (const later of [30 * 60_000, hour - 2_000, hour + 60_000, 2 * hour]) {
        await set(due + later);
        await pause(22_000);
        const { lastAttempt } = (await site.server(site.recorders[0]!)).backup;
        stage.check(lastAttempt?.atMs === first, `Another backup (${lastAttempt?.trigger}) ran at ${new Date(lastAttempt?.atMs ?? 0).toISOString()}.`);
      }
      await set(due + 24 * hour - 1_000);
      const second = await until('the daily backup of the next day', 40_000, async () => {
        const { lastAttempt } = (await site.server(site.recorders[0]!)).backup;
        return lastAttempt !== null && lastAttempt.atMs > first ? lastAttempt.atMs : null;
      });
      stage.figure('secondAfterDueMs', second - due - 24 * hour);
      await pause(4_000);
      // By its clock, which only ever went ahead, the footage of these minutes lies on two days.
      const lies = [{ fromMs: due - hour, toMs: due + 25 * hour }];
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, lies: () => lies });
      stage.check(second >= due + 24 * hour && second < due + 24 * hour + 60_000, `The second daily backup ran at ${new Date(second).toISOString()}.`);
    },
  },
];
