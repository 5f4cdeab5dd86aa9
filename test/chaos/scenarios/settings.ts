import { spawnSync } from 'node:child_process';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pullPower } from '../../../src/cli/site/power.ts';
import { understudyWords, until, type RecorderSite, type Site } from '../../../src/cli/site/site.ts';
import { UnderstudyError } from '../../../src/contract/errors.ts';
import { writeDurably } from '../../../src/platform/durable-file.ts';
import { openSql } from '../../../src/platform/sqlite.ts';
import { processesOf } from '../processes.ts';
import type { Scenario } from '../scenario.ts';
import { coldGap, countAll, events, pause, ready, restored, state, takenOver } from '../watch.ts';

async function changeSettings(recorder: RecorderSite, change: (text: string) => string): Promise<void> {
  const path = join(recorder.folder, 'settings.json');
  await writeDurably(path, change(await readFile(path, 'utf8')));
}

const versions = (site: Site, recorder: RecorderSite) => site.api.call('backups.list', { params: { server: recorder.serverId } });

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** A bit of each file turns over, as on a rotting disk. */
async function rot(files: readonly string[]): Promise<void> {
  for (const path of files) {
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    const at = Math.floor(size / 2);
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
    buffer[0] = (buffer[0] ?? 0) ^ 0x10;
    await file.write(buffer, 0, 1, at);
    await file.close();
  }
}

const ask = (what: Promise<unknown>): Promise<string> =>
  what.then(
    () => 'accepted',
    (error: unknown) => (error instanceof UnderstudyError ? `${error.code}: ${error.message}` : String(error)),
  );

/** Settings of recorders and of the failover server. */
export const settingsScenarios: readonly Scenario[] = [
  {
    id: 'R22',
    text: 'a recorder comes back with wiped settings: the backup is held, not used; rolled back by a person, it records all cameras again',
    async run(stage) {
      const site = await stage.site({});
      await ready(site);
      const victim = site.recorders[0]!;
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const good = (await site.server(victim)).backup.lastGood!;
      const wipedMs = Date.now();
      await victim.agent.end();
      await changeSettings(victim, (text) => JSON.stringify({ ...(JSON.parse(text) as object), cameras: [] }));
      await site.restartAgent(victim);
      await state(site, victim, 'alive', 40_000);
      await until('the new backup is held', 30_000, async () => (await site.server(victim)).backup.held !== null);
      const { backup, can } = await site.server(victim);
      stage.check(backup.lastGood?.version === good.version && backup.lastGood.cameras === 2, `The last good backup is version ${backup.lastGood?.version} with ${backup.lastGood?.cameras} cameras.`);
      stage.check(can.rollBack.allowed, `Roll back is not offered: ${can.rollBack.reason}`);
      stage.check((await site.api.call('attention.list')).some(({ reason }) => reason.code === 'backup.suspicious'), 'Nobody is told that the backup is held.');
      await site.api.call('backups.rollBack', { params: { server: victim.serverId, version: good.version }, body: { confirm: victim.name } });
      await ready(site);
      const backMs = Date.now();
      await pause(4_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [[wipedMs - 1_000, backMs]] });
    },
  },
  {
    id: 'B01',
    text: 'the newest backup rots on disk: found by its checksum, told, the previous good version is used for the take-over',
    async run(stage) {
      const site = await stage.site({});
      await ready(site);
      const fromMs = Date.now() + 1_000;
      const victim = site.recorders[0]!;
      const vault = join(stage.folder, 'site', 'failover', 'backups');
      // The pointer to the failover recordings is a change of settings too: wait until that is backed up.
      await pause(6_000);
      const before = new Set(await filesBelow(vault));
      const old = (await versions(site, victim)).find(({ inUse }) => inUse)!;
      await changeSettings(victim, (text) => text.replaceAll('Camera 1', 'Front gate'));
      const newest = await until('the change is backed up', 20_000, async () => (await versions(site, victim)).find(({ inUse, version }) => inUse && version > old.version));
      const fresh = (await filesBelow(vault)).filter((path) => !before.has(path));
      stage.check(fresh.length > 0, 'The backup wrote no file.');
      await rot(fresh);
      const struckMs = Date.now();
      await pullPower(victim);
      await takenOver(site, victim);
      const takenMs = Date.now();
      const told = await events(site, { server: victim.serverId });
      stage.check(told.some((text) => text.includes('backup.corrupt') || /corrupt|damaged|checksum/i.test(text)), 'No event tells of the rotten backup.');
      const states = Object.fromEntries((await versions(site, victim)).map(({ version, state: its }) => [version, its]));
      stage.check(states[newest.version] === 'corrupt' && states[old.version] === 'good', `States of the versions: ${JSON.stringify(states)}.`);
      await pause(3_000);
      await site.restartAgent(victim);
      await restored(site, victim);
      await pause(4_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [coldGap(struckMs, takenMs)] });
    },
  },
  {
    id: 'B05',
    text: '50 MB of settings: backed up, read back and taken over; the memory of every process stays bounded',
    limitMs: 170_000,
    async run(stage) {
      const line = `${'Setting'.padEnd(60, 'x')}=${'1'.repeat(39)}\n`;
      const text = `[Large]\n${line.repeat(Math.ceil(50_000_000 / line.length))}`;
      const site = await stage.site({
        storeOf: async (_recorder, folder) => {
          await writeFile(join(folder, 'SenseVideoManager.ini'), text);
          return join(folder, 'footage');
        },
      });
      const peak: Record<string, number> = {};
      const sampler = setInterval(() => {
        void processesOf(stage.run).then((all) => all.forEach(({ what, residentMb }) => void (peak[what] = Math.max(peak[what] ?? 0, Math.round(residentMb)))));
      }, 100);
      stage.atEnd(() => clearInterval(sampler));
      await ready(site);
      const fromMs = Date.now() + 1_000;
      const victim = site.recorders[0]!;
      const backup = await until('a backup of all of it', 60_000, async () => (await versions(site, victim)).find(({ bytes, state: its }) => its === 'good' && bytes > 50_000_000));
      stage.figure('backupBytes', backup.bytes);
      const started = Date.now();
      await site.api.call('backups.create', { params: { server: victim.serverId } });
      await until('another backup', 60_000, async () => ((await site.server(victim)).backup.lastAttempt?.atMs ?? 0) >= started);
      const struckMs = Date.now();
      await pullPower(victim);
      await takenOver(site, victim);
      const takenMs = Date.now();
      await pause(3_000);
      await site.restartAgent(victim);
      await restored(site, victim);
      await pause(4_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [coldGap(struckMs, takenMs)] });
      stage.figure('peakResidentMb', { ...peak });
      stage.check((peak['failover'] ?? 0) < 400, `The failover server held ${peak['failover']} MB.`);
      stage.check((peak['agent'] ?? 0) < 500, `The agent held ${peak['agent']} MB.`);
      stage.check((peak['recorder'] ?? 0) < 500, `The recorder held ${peak['recorder']} MB.`);
    },
  },
  {
    id: 'O04',
    text: 'time-outs outside their range, in the API and in an edited database: refused, naming the rule; the server starts again when it is mended',
    async run(stage) {
      const site = await stage.site({});
      await ready(site);
      const fromMs = Date.now() + 1_000;
      const seen = await site.api.call('settings.get');
      for (const [key, wrong] of [['keepAliveMs', 1_000], ['keepAliveMs', 400_000], ['connectedMs', 5_000], ['abnormalShutdownMs', 3_700_000], ['holdDownMs', -1]] as const) {
        const answer = await ask(site.api.call('settings.put', { body: { version: seen.version, settings: { ...seen.settings, timeouts: { ...seen.settings.timeouts, [key]: wrong } } } }));
        stage.check(answer.startsWith('input.invalid') && /between .* and /i.test(answer), `${key} = ${wrong}: ${answer}`);
      }
      await site.failover.end();
      const folder = join(stage.folder, 'site', 'failover');
      const edit = (value: string): void => {
        const sql = openSql({ path: join(folder, 'failover.sqlite') });
        const { changes } = sql.prepare("UPDATE settings SET value = ? WHERE key = 'settings.timeouts.keepAliveMs'").run(value);
        sql.close();
        stage.check(changes === 1, 'The database has no such setting.');
      };
      for (const wrong of ['5', '"soon"', '3000.5']) {
        edit(wrong);
        const ran = spawnSync(process.execPath, [...understudyWords, 'failover', '--folder', folder, '--http-port', '0', '--port', '0'], { encoding: 'utf8', timeout: 20_000 });
        stage.check(ran.status !== 0 && ran.status !== null, `keepAliveMs = ${wrong}: it started.`);
        stage.check(/keep ?alive/i.test(ran.stderr), `keepAliveMs = ${wrong}: the refusal names no rule: ${ran.stderr.slice(-400)}`);
        stage.check(!/\n\s+at /.test(ran.stderr), `keepAliveMs = ${wrong}: a stack trace.`);
      }
      edit('3000');
      await site.restartFailover();
      await restored(site, site.recorders[0]!);
      stage.check((await stat(join(folder, 'failover.sqlite'))).size > 0, 'The database is empty.');
      await pause(2_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
];
