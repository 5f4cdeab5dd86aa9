import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveDocument } from '../../src/recorder/settings-files.ts';
import { makeRig, recording, type Rig, until } from './rig.ts';

const cameraCount = 4;
let rig: Rig;
beforeEach(async () => {
  rig = await makeRig(cameraCount);
});
afterEach(async () => await rig.close());

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

describe('settings', () => {
  it('are taken while it runs; broken ones leave the last good ones in force; other cameras are not touched', async () => {
    const { recorder, events } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const digest = recorder.progress()?.settingsDigest;
    await writeFile(join(rig.folder, 'settings.json'), '{"schema":1,"cameras":[{"id":"a b"}]}');
    await pause(2500);
    expect(recorder.progress()?.settingsDigest).toBe(digest);
    expect(recorder.progress()?.cameras).toHaveLength(cameraCount);
    expect((await recorder.settings()).document).toEqual(rig.document);
    expect(await readFile(join(rig.folder, 'recorder.log'), 'utf8')).toContain('cameras.0.id');
    // What a backup and a take-over go by stays the last good one; the agent tells what does not fit.
    expect(recorder.settingsProblems()).toEqual([{ code: 'input.invalid', text: expect.stringMatching(/cameras\.0\.id.*The last good settings stay in force/) as string }]);
    await writeFile(join(rig.folder, 'SenseVideoManager.ini'), '[FailoverServer]\r\nValue=<192.0.2.1>\r\n');
    await until('the second problem', () => recorder.settingsProblems()[1]?.text.startsWith('SenseVideoManager.ini line 2: ') === true);
    await rm(join(rig.folder, 'SenseVideoManager.ini'));
    await until('the end of it', () => recorder.settingsProblems().length === 1);

    await saveDocument(rig.folder, { ...rig.document, cameras: rig.document.cameras.slice(1) });
    await until('the new settings', () => recorder.progress()?.cameras.length === cameraCount - 1);
    await until('the end of the problem', () => recorder.settingsProblems().length === 0);
    await until('the notice', () => events.some(({ type }) => type === 'settings changed'));
    expect(recorder.progress()?.settingsDigest).toBe((await recorder.settings()).digest);
    await pause(1500);
    await recorder.stop('end of the test');
    for (let camera = 2; camera <= cameraCount; camera++) expect((await rig.count(camera)).missing, `camera ${camera}`).toBe(0);
  });

  it('are taken although they cannot be kept as the last good ones, at the start too', async () => {
    // A full disk would say no as well.
    await mkdir(join(rig.folder, 'settings.last-good.json'));
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const { boot } = recorder.phase();
    await saveDocument(rig.folder, { ...rig.document, cameras: rig.document.cameras.slice(1) });
    await until('the new settings', () => recorder.progress()?.cameras.length === cameraCount - 1);
    expect(recorder.phase().boot).toBe(boot);
    expect(await readFile(join(rig.folder, 'recorder.log'), 'utf8')).toContain('could not be kept as the last good ones');
    await recorder.stop('end of the test');
  });

  it('that never were good keep it from starting, and its agent says why', async () => {
    await rm(join(rig.folder, 'settings.last-good.json'), { force: true });
    await writeFile(join(rig.folder, 'settings.json'), '{"schema":1,');
    const { recorder, events } = rig.recorder();
    await recorder.start();
    await until('its end', () => events.some((event) => event.type === 'exited' && event.kind === 'abnormal'));
    expect(recorder.settingsProblems()).toEqual([{ code: 'input.invalid', text: expect.stringMatching(/Is not JSON here.*cannot start/) as string }]);
    await expect(recorder.settings()).rejects.toMatchObject({ code: 'input.invalid' });
    await saveDocument(rig.folder, rig.document);
    await until('no problem', () => recorder.settingsProblems().length === 0);
    await recording(recorder);
    await recorder.stop('end of the test');
  });

  it('R22: wiped settings are seen as empty ones, and a roll-back brings the cameras back', async () => {
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const kept = await recorder.settings();
    const files = await Promise.all(
      kept.files.map(async (file) => {
        const parts: Uint8Array[] = [];
        for await (const part of kept.open(file.path)) parts.push(part);
        return { file, body: Buffer.concat(parts) };
      }),
    );
    await recorder.stop('a new disk');
    for (const name of ['settings.json', 'settings.last-good.json']) await rm(join(rig.folder, name));
    await recorder.start();
    await until('empty settings', () => recorder.progress()?.cameras.length === 0);
    expect((await recorder.settings()).digest).not.toBe(kept.digest);
    expect(await recorder.putSettings(files)).toEqual({ digest: kept.digest });
    await recording(recorder);
    expect(recorder.progress()?.settingsDigest).toBe(kept.digest);
    await recorder.stop('end of the test');
  });

  it('lets single cameras go and takes them again', async () => {
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    await recorder.releaseCameras(['cam-2']);
    await until('the session to end', () => rig.cameras.state()[1]?.sessions.length === 0);
    const released = await until('its release in the progress', () =>
      recorder.progress()?.cameras.find(({ id, state }) => id === 'cam-2' && state === 'released'),
    );
    expect(released.sinceUs).toBeNull();
    await recorder.resumeCameras(['cam-2']);
    await recording(recorder);
    await recorder.stop('end of the test');
    expect((await rig.count(1)).missing).toBe(0);
  });

  it('keeps evidence locks that were ordered while the recorder was down', async () => {
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const lock = { id: 'l1', serverId: 'x', cameraId: 'cam-1', fromUs: 1, toUs: 2, reason: 'theft', lockedBy: 'a', lockedAtUs: 3 };
    await recorder.stop('down');
    expect(await recorder.lock([lock])).toEqual([lock]);
    await recorder.start();
    await until('the lock in the store', async () => (await recorder.lock([])).some(({ id }) => id === 'l1'));
    await recorder.unlock('l1');
    expect(await recorder.lock([])).toEqual([]);
    await recorder.stop('end of the test');
  });
});

describe('the disk', () => {
  it('R13: a disk that is not mounted is said, nothing is written under it, and recording goes on when it is back', async () => {
    const disk = join(rig.folder, 'disk');
    await saveDocument(rig.folder, { ...rig.document, storePath: disk });
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    await recorder.stop('the disk is taken out');
    await rename(disk, `${disk}.out`);
    await mkdir(disk);
    await recorder.start();
    const gray = await until('the disk being missed', () => {
      const progress = recorder.progress();
      return progress?.disk.state === 'missing' && progress;
    });
    expect(gray.disk.text).toContain('not mounted');
    expect(gray.cameras.map(({ newestUs }) => newestUs)).toEqual(Array.from({ length: cameraCount }, () => null));
    expect(recorder.phase().phase).toBe('running');
    await pause(2500);
    expect(await readdir(disk)).toEqual([]);
    await rm(disk, { recursive: true });
    await rename(`${disk}.out`, disk);
    await recording(recorder);
    expect(recorder.progress()?.disk.state).toBe('ok');
    await recorder.stop('end of the test');
  });

  it('a store path that cannot be used costs nothing: recording goes on where it was, until it is right', async () => {
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    // A file where a folder would have to be.
    await saveDocument(rig.folder, { ...rig.document, storePath: join(rig.folder, 'settings.json', 'footage') });
    const told = await until('the wrong path being told', () => {
      const progress = recorder.progress();
      return progress !== null && progress.disk.state !== 'ok' && progress;
    });
    expect(told.disk.text).toContain('Recording goes on at');
    const newest = (): number => Math.min(...(recorder.progress()?.cameras.map(({ newestUs }) => newestUs ?? 0) ?? [0]));
    const then = newest();
    await pause(5000);
    expect(newest()).toBeGreaterThan(then + 3_000_000);
    await saveDocument(rig.folder, rig.document);
    await until('the disk in order', () => recorder.progress()?.disk.state === 'ok');
    await recorder.stop('end of the test');
    expect((await rig.count(1)).missing).toBe(0);
  });

  it('another store path is taken while it runs; the old footage stays', async () => {
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const before = await rig.count(1);
    const elsewhere = join(rig.folder, 'elsewhere');
    await saveDocument(rig.folder, { ...rig.document, storePath: elsewhere });
    await until('footage in the new place', async () => (await readdir(elsewhere, { recursive: true }).catch(() => [])).some((name) => name.endsWith('.mp4')));
    await recording(recorder);
    await recorder.stop('end of the test');
    const kept = await rig.count(1);
    expect(kept.missing).toBe(0);
    expect(kept.found).toBeGreaterThanOrEqual(before.found);
  });
});

it('keeps settings that an editor left open to everybody for the owner only', async () => {
  await chmod(join(rig.folder, 'settings.json'), 0o666);
  const { recorder } = rig.recorder();
  await recorder.start();
  await recording(recorder);
  expect((await stat(join(rig.folder, 'settings.json'))).mode & 0o777).toBe(0o600);
  await recorder.stop('end of the test');
});
