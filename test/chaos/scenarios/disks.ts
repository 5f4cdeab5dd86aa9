import { execFile, spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pullPower } from '../../../src/cli/site/power.ts';
import { until, type RecorderSite, type Site } from '../../../src/cli/site/site.ts';
import { writeDurably } from '../../../src/platform/durable-file.ts';
import type { Scenario } from '../scenario.ts';
import { shortest, type Stage } from '../stage.ts';
import { coldGap, countAll, events, hotSite, oneTakenOver, pause, ready, restored, takenOver, takeOvers } from '../watch.ts';

const run = promisify(execFile);

/** A small disk in memory; gone with the namespace. */
async function mountDisk(path: string, megabytes: number): Promise<string> {
  await mkdir(path, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'understudy-chaos', path]);
  return path;
}

/** A disk with a real file system, in a file. */
async function makeImage(stage: Stage, megabytes: number): Promise<string> {
  const image = join(stage.folder, 'disk.img');
  await run('truncate', ['-s', `${megabytes}M`, image]);
  await run('mkfs.ext4', ['-q', '-m', '0', '-T', 'largefile', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image]);
  return image;
}

/** Returns the name of its device, like `loop3`. */
async function mountImage(image: string, at: string): Promise<string> {
  await mkdir(at, { recursive: true });
  await run('mount', ['-o', 'loop,errors=remount-ro', image, at]);
  const { stdout } = await run('findmnt', ['-n', '-o', 'SOURCE', at]);
  return stdout.trim().split('/').at(-1)!;
}

/** Fills a disk and keeps it full, whatever others delete. Returns how to stop and to give the room back. */
async function keepFull(folder: string): Promise<() => Promise<void>> {
  const ballast = await open(join(folder, 'ballast'), 'w');
  const block = Buffer.alloc(64 * 1024, 1);
  let going = true;
  const fill = async (): Promise<void> => {
    for (;;)
      try {
        await ballast.appendFile(block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        return;
      }
  };
  await fill();
  const worker = (async () => {
    while (going) {
      await fill();
      await pause(20);
    }
  })();
  return async () => {
    going = false;
    await worker;
    await ballast.truncate(0);
    await ballast.close();
  };
}

/**
 * A disk that answers nothing: whoever writes to it hangs in the kernel and cannot be killed. Resolves when it stands
 * still. What lets it go again is a process of its own: it does so whatever becomes of the scenario.
 */
async function standStill(disk: string, ms: number): Promise<void> {
  const letGo = spawn('sh', ['-c', `fsfreeze --freeze "$0" && echo frozen; sleep ${ms / 1000}; fsfreeze --unfreeze "$0"`, disk], { detached: true, stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] ?? '' } });
  letGo.unref();
  await new Promise<void>((resolve, reject) => {
    letGo.stdout.once('data', () => resolve());
    letGo.once('error', reject);
    letGo.once('exit', () => reject(new Error(`${disk} could not be frozen.`)));
  });
}

/** Keep-alives are fine, nothing is written: gray within 30 s, taken over as the policy says, restored. */
async function gray(stage: Stage, site: Site, mend: () => Promise<void>, fromMs: number): Promise<void> {
  const victim = site.recorders[0]!;
  const struckMs = Date.now();
  await until('it is said not to be recording', 30_000, async () => (await site.server(victim)).notRecording !== 'no');
  stage.figure('grayAfterMs', Date.now() - struckMs);
  await takenOver(site, victim);
  stage.figure('takenOverAfterMs', Date.now() - struckMs);
  await pause(3_000);
  await mend();
  await restored(site, victim);
  await pause(6_000);
  stage.check((await takeOvers(site)) === 1, 'Not one take-over.');
  await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
}

/** One of two recorders is taken over, and a disk of the failover server answers nothing for 40 s: it goes on by itself, and restores. */
async function standsStillWhileTakenOver(stage: Stage, disk: string, meanwhile: (site: Site) => Promise<void> = () => Promise.resolve()): Promise<void> {
  const stillMs = 40_000;
  await mountImage(await makeImage(stage, 20_000), disk);
  const { site, victim, other, fromMs } = await oneTakenOver(stage);
  const stillFromMs = Date.now();
  await standStill(disk, stillMs);
  await meanwhile(site);
  await pause(stillFromMs + stillMs + 1_000 - Date.now());
  await takenOver(site, victim, 60_000);
  stage.check((await site.server(other)).state === 'alive', 'The other recorder is not alive.');
  await pause(4_000);
  await site.restartAgent(victim);
  await restored(site, victim);
  await pause(6_000);
  stage.check((await takeOvers(site)) === 1, 'Not one take-over.');
  // Also of the one whose recorder was dead meanwhile: it was kept in memory.
  await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
}

async function siteOnSmallDisk(stage: Stage): Promise<{ readonly site: Site; readonly disk: string; readonly fromMs: number }> {
  const disk = await mountDisk(join(stage.folder, 'disk'), 64);
  return { disk, ...(await hotSite(stage, { storeOf: () => Promise.resolve(join(disk, 'footage')) })) };
}

const versions = (site: Site, recorder: RecorderSite) => site.api.call('backups.list', { params: { server: recorder.serverId } });

async function backedUpAgain(site: Site, recorder: RecorderSite, version: number): Promise<void> {
  await until('the next backup is good', 40_000, async () => {
    const { backup } = await site.server(recorder);
    return backup.error === null && (backup.lastGood?.version ?? 0) > version;
  });
}

export const diskScenarios: readonly Scenario[] = [
  {
    id: 'R13',
    text: 'keep-alives fine, nothing written because the recorder’s disk is full: not recording within 30 s, shown, taken over, restored; no frame missing with hot standby',
    needs: ['namespaces'],
    async run(stage) {
      const { site, disk, fromMs } = await siteOnSmallDisk(stage);
      await gray(stage, site, await keepFull(disk), fromMs);
    },
  },
  {
    id: 'R13b',
    text: 'the same with a file system that an error of its disk made read-only; mended by a check and a restart of the host',
    needs: ['namespaces', 'loop device'],
    async run(stage) {
      const disk = join(stage.folder, 'disk');
      const image = await makeImage(stage, 256);
      const device = await mountImage(image, disk);
      const site = await stage.site({ standby: 'hot', storeOf: () => Promise.resolve(join(disk, 'footage')) });
      await ready(site, true);
      const victim = site.recorders[0]!;
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      await writeFile(`/sys/fs/ext4/${device}/trigger_fs_error`, 'chaos');
      await gray(stage, site, async () => {
        await victim.agent.end();
        await run('umount', ['-l', disk]);
        await run('fsck.ext4', ['-fy', image]).catch((error: { readonly code?: number }) => {
          if (error.code !== 1) throw error; // 1: errors were corrected
        });
        await mountImage(image, disk);
        await site.restartAgent(victim);
      }, fromMs);
    },
  },
  {
    id: 'R21',
    text: 'power-off that loses what the recorder had not synced (a copy of its disk as it was at that moment): no frame missing with hot standby',
    needs: ['namespaces', 'loop device'],
    async run(stage) {
      const image = await makeImage(stage, 512);
      const at = join(stage.folder, 'site', 'recorder-1');
      await mountImage(image, at);
      const site = await stage.site({ standby: 'hot' });
      await ready(site, true);
      const victim = site.recorders[0]!;
      const fromMs = Date.now() + 1_000;
      await pause(8_000);
      await pullPower(victim);
      // What had reached the disk and nothing else: pages that only the kernel had are not in the image.
      const after = join(stage.folder, 'disk-after-power-off.img');
      await run('cp', ['--sparse=always', image, after]);
      await run('umount', ['-l', at]);
      await mountImage(after, at);
      await takenOver(site, victim);
      await pause(2_000);
      await site.restartAgent(victim);
      await restored(site, victim);
      await pause(6_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
      // So that nothing is written when the stage ends it.
      stage.atEnd(async () => void (await run('umount', ['-l', at])));
    },
  },
  {
    id: 'B08',
    text: 'disk full while a backup is written: failed backup, told; the last good one intact and used; the next one good',
    needs: ['namespaces'],
    async run(stage) {
      const disk = await mountDisk(join(stage.folder, 'backups'), 4);
      const site = await stage.site({ settings: (settings) => ({ ...shortest(settings), directory: join(disk, 'vault') }) });
      await ready(site);
      const [victim] = site.recorders;
      const before = await versions(site, victim!);
      const good = before.find(({ inUse }) => inUse);
      const fromMs = Date.now() + 1_000;
      const empty = await keepFull(disk);
      await changeSettings(victim!, (text) => text.replaceAll('Camera 1', 'Front gate'));
      await until('the backup failed and says why', 30_000, async () => (await site.server(victim!)).backup.error?.code === 'store.full');
      const during = await site.server(victim!);
      stage.check(during.backup.lastGood?.version === good?.version, 'The last good backup is another one.');
      stage.check((await events(site, { severity: 'warning', server: victim!.serverId })).some((text) => /full/i.test(text)), 'No event tells that the disk is full.');
      const { cameraList } = await site.api.call('backups.get', { params: { server: victim!.serverId, version: good!.version } });
      stage.check(cameraList.length === 2, 'The last good backup cannot be read.');
      await empty();
      await site.api.call('backups.create', { params: { server: victim!.serverId } });
      await backedUpAgain(site, victim!, good!.version);
      await pause(4_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'X03',
    text: 'the recorder’s disk answers nothing for 40 s, then goes on: not recording within 30 s, taken over, restored; no frame missing with hot standby',
    needs: ['namespaces', 'loop device'],
    limitMs: 180_000,
    async run(stage) {
      const disk = join(stage.folder, 'disk');
      await mountImage(await makeImage(stage, 512), disk);
      const site = await stage.site({ standby: 'hot', storeOf: () => Promise.resolve(join(disk, 'footage')) });
      await ready(site, true);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const stillUntilMs = Date.now() + 40_000;
      await standStill(disk, 40_000);
      await gray(stage, site, () => pause(stillUntilMs - Date.now()), fromMs);
    },
  },
  {
    id: 'X04',
    text: 'the failover server’s store path answers nothing for 40 s while it has taken one of two recorders over: nobody is declared failed, it says so, goes on by itself and ends in order, no frame missing; the other recorder is unharmed',
    needs: ['namespaces', 'loop device'],
    limitMs: 180_000,
    async run(stage) {
      await standsStillWhileTakenOver(stage, join(stage.folder, 'site', 'failover', 'footage'), async (site) => {
        const fromMs = Date.now();
        await until('it is told that the disk answers nothing', 35_000, async () => (await site.api.call('attention.list')).some(({ reason }) => reason.code === 'store.silent'));
        stage.figure('toldAfterMs', Date.now() - fromMs);
      });
    },
  },
  {
    id: 'X05',
    text: 'the whole disk of the failover server, its database too, answers nothing for 40 s while it has taken one of two recorders over: nobody is declared failed, it goes on by itself and ends in order, no frame missing; the other recorder is unharmed',
    needs: ['namespaces', 'loop device'],
    limitMs: 180_000,
    async run(stage) {
      await standsStillWhileTakenOver(stage, join(stage.folder, 'site', 'failover'));
    },
  },
  {
    id: 'X06',
    text: 'the disk of the settings backups answers nothing for a minute: told within 35 s, a recorder that fails meanwhile is taken over with the settings that were read, no frame missing; the next backup is good',
    needs: ['namespaces', 'loop device'],
    limitMs: 240_000,
    async run(stage) {
      const disk = join(stage.folder, 'backups');
      await mountImage(await makeImage(stage, 64), disk);
      const site = await stage.site({ recorders: 2, standby: 'hot', settings: (settings) => ({ ...shortest(settings), directory: join(disk, 'vault') }) });
      await ready(site, true);
      const [victim, other] = site.recorders;
      const good = (await versions(site, victim!)).find(({ inUse }) => inUse);
      const fromMs = Date.now() + 1_000;
      const stillUntilMs = Date.now() + 60_000;
      await standStill(disk, 60_000);
      await changeSettings(other!, (text) => text.replaceAll('Camera 1', 'Front gate'));
      await changeSettings(victim!, (text) => text.replaceAll('Camera 1', 'Back gate'));
      const struckMs = Date.now();
      await until('the backup failed and says why', 35_000, async () => (await site.server(other!)).backup.error?.code === 'store.silent');
      stage.figure('toldAfterMs', Date.now() - struckMs);
      await pullPower(victim!);
      await takenOver(site, victim!);
      stage.check(Date.now() < stillUntilMs, 'It was taken over only when the disk answered again.');
      await pause(stillUntilMs + 1_000 - Date.now());
      await site.restartAgent(victim!);
      await restored(site, victim!);
      for (const recorder of [victim!, other!]) await backedUpAgain(site, recorder, good?.version ?? 0);
      await pause(6_000);
      stage.check((await takeOvers(site)) === 1, 'Not one take-over.');
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500 });
    },
  },
  {
    id: 'X01',
    text: 'the failover server’s disk is full at the take-over: it takes over, says so loudly, records again when there is room, ends in order',
    needs: ['namespaces', 'loop device'],
    async run(stage) {
      const disk = join(stage.folder, 'site', 'failover', 'footage');
      // Large enough for the plan; what fills it takes no room in the image.
      await mountImage(await makeImage(stage, 20_000), disk);
      const site = await stage.site({});
      await ready(site);
      const fromMs = Date.now() + 1_000;
      await pause(4_000);
      const [victim] = site.recorders;
      const { bavail, bsize } = await statfs(disk);
      await run('fallocate', ['-l', String(Math.floor(bavail * bsize * 0.995)), join(disk, 'large-ballast')]);
      const refill = await keepFull(disk);
      const empty = async (): Promise<void> => {
        await refill();
        await rm(join(disk, 'large-ballast'));
      };
      const struckMs = Date.now();
      await pullPower(victim!);
      await until('the full disk is told', 45_000, async () => (await site.api.call('attention.list')).some(({ reason }) => reason.code === 'store.full'));
      await empty();
      await takenOver(site, victim!, 60_000);
      const takenMs = Date.now();
      await pause(6_000);
      await site.restartAgent(victim!);
      await restored(site, victim!);
      await pause(6_000);
      await countAll(stage, site, site.recorders, { fromMs, toMs: Date.now() - 1_500, except: [coldGap(struckMs, takenMs)] });
    },
  },
];

async function changeSettings(recorder: RecorderSite, change: (text: string) => string): Promise<void> {
  const path = join(recorder.folder, 'settings.json');
  await writeDurably(path, change(await readFile(path, 'utf8')));
}
