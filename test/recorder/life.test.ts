import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whoHolds } from '../../src/platform/folder-lock.ts';
import { isAlive, signal } from '../../src/platform/process.ts';
import { recorderFolder } from '../../src/recorder/folder.ts';
import { makeRig, recording, type Rig, run, until } from './rig.ts';

const cameraCount = 4;
/** Frames a second of the simulated cameras. */
const rate = 25;
let rig: Rig;
beforeEach(async () => {
  rig = await makeRig(cameraCount);
});
afterEach(async () => await rig.close());

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

describe('the recorder beside its agent', () => {
  it('R01: killed, it counts as abnormal, loses less than a second, and is started again after 3 s', async () => {
    const { recorder, events } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    await pause(3000);
    const pid = await rig.pid();
    signal(pid, 'SIGKILL');
    const killedAt = Date.now();
    await until('the exit', () => events.some((event) => event.type === 'exited'));
    expect(Date.now() - killedAt).toBeLessThan(2900); // before it is started again
    expect(events.map(({ type }) => type)).toEqual(['starting', 'started', 'exited']);
    expect(events[2]).toMatchObject({ kind: 'abnormal', code: null, signal: 'SIGKILL', restartInMs: 3000 });
    expect(recorder.phase().phase).toBe('stopped by error');
    expect(recorder.progress()).toBeNull();
    // Frame number n of the simulated cameras is floor(UTC seconds × 25).
    for (let camera = 1; camera <= cameraCount; camera++) {
      const found = await rig.count(camera);
      expect(found.missing, `camera ${camera}`).toBe(0);
      expect(found.doubled).toEqual([]);
      expect((killedAt / 1000) * rate - found.to, `frames lost of camera ${camera}`).toBeLessThan(rate); // 0.5 s on a machine with time; the camera itself is late on a busy one
    }
    // The dead recorder's footage is read without it.
    const reader = recorder.footage();
    const [first] = (await reader?.cameras()) ?? [];
    expect(first?.span.toUs).toBeGreaterThan((killedAt - 1200) * 1000);

    await until('the second boot', () => events.filter(({ type }) => type === 'started').length === 2);
    expect(Date.now() - killedAt).toBeGreaterThan(2900);
    await recording(recorder);
    const boots = events.flatMap((event) => (event.type === 'starting' ? [event.boot] : []));
    expect(new Set(boots).size).toBe(2);
    await recorder.stop('end of the test');
  });

  it('killed on a disk that reads nothing any more, it is an abnormal end all the same, and its agent lives on', async () => {
    const { recorder, events } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    // Reading a folder fails (EISDIR) where it would on a dying disk (EIO).
    await mkdir(recorderFolder(rig.folder).lastWords);
    signal(await rig.pid(), 'SIGKILL');
    await until('the exit', () => events.some((event) => event.type === 'exited' && event.kind === 'abnormal'));
    await until('the second boot', () => events.filter(({ type }) => type === 'started').length === 2);
    await recorder.stop('end of the test');
  });

  it('whose lock cannot be read while it is adopted is asked for again, and its agent lives on', async () => {
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const pid = await rig.pid();
    await recorder.detach();
    const next = rig.recorder();
    await next.recorder.start();
    const { lock } = recorderFolder(rig.folder);
    await rename(lock, `${lock}.away`);
    await mkdir(lock);
    signal(pid, 'SIGKILL');
    await pause(2500); // several looks
    expect(next.events.map(({ type }) => type)).not.toContain('exited');
    await rename(lock, `${lock}.folder`);
    await writeFile(lock, await readFile(`${lock}.away`));
    await until('the exit', () => next.events.some((event) => event.type === 'exited'));
    await next.recorder.stop('end of the test');
  });

  it('SIGTERM from anybody is a normal shutdown: notice first, every segment closed, not restarted', async () => {
    const { recorder, events } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const pid = await rig.pid();
    signal(pid, 'SIGTERM');
    await until('the exit', () => events.some((event) => event.type === 'exited'));
    expect(events.at(-1)).toMatchObject({ kind: 'normal', reason: 'ended by SIGTERM' });
    expect(recorder.phase().phase).toBe('stopped normally');
    expect(isAlive(pid)).toBe(false);
    for (let camera = 1; camera <= cameraCount; camera++) expect((await rig.count(camera)).missing).toBe(0);
    // Nothing was left to recover for the next run.
    await recorder.start();
    await recording(recorder);
    expect(await readFile(join(rig.folder, 'recorder.log'), 'utf8')).not.toContain('segments-recovered');
    await recorder.stop('end of the test');
    expect(events.at(-1)).toMatchObject({ kind: 'normal', reason: 'end of the test' });
  });

  it('stopped while it starts, by its agent or by a signal, it ends in order', async () => {
    const { recorder, events } = rig.recorder();
    const overtaken = recorder.start();
    await recorder.stop('at once');
    await overtaken;
    await pause(1500);
    expect(await whoHolds(recorderFolder(rig.folder).lock)).toBeNull();
    expect(events).toEqual([]);
    await recorder.start();
    await recorder.stop('changed my mind');
    expect(events.at(-1)).toMatchObject({ type: 'exited', kind: 'normal', reason: 'changed my mind' });
    for (const ms of [0, 100, 300]) {
      await recorder.start();
      // The lock is the first sign of it.
      const pid = await rig.pid();
      await pause(ms);
      signal(pid, 'SIGTERM');
      await until('the exit', () => recorder.phase().phase.startsWith('stopped'));
      expect(events.at(-1)).toMatchObject({ type: 'exited', kind: 'normal' });
      await recorder.stop(`after ${ms} ms`);
    }
  });

  it('R20: the agent is gone, the recorder goes on, the next agent adopts it and learns of its end', async () => {
    const first = rig.recorder();
    await first.recorder.start();
    await recording(first.recorder);
    const pid = await rig.pid();
    await first.recorder.detach();
    await pause(1000);
    expect(isAlive(pid)).toBe(true);

    const second = rig.recorder({ restart: { firstMs: null, mostMs: 0, calmMs: 0 } });
    await second.recorder.start();
    expect(await rig.pid()).toBe(pid);
    expect(second.events.map(({ type }) => type)).toEqual(['starting', 'started']);
    expect(second.recorder.phase()).toEqual({ phase: 'running', boot: first.recorder.phase().boot });
    await recording(second.recorder);
    signal(pid, 'SIGKILL');
    await until('the exit', () => second.events.some((event) => event.type === 'exited'));
    expect(second.events.at(-1)).toMatchObject({ kind: 'abnormal', restartInMs: null });
    const found = await rig.count(1);
    expect(found.missing).toBe(0);
  });

  it('a frozen recorder gives no progress, is not taken for dead, and goes on', async () => {
    const { recorder, events } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const pid = await rig.pid();
    process.kill(pid, 'SIGSTOP');
    await until('progress to run out', () => recorder.progress() === null, 8000);
    expect(events.map(({ type }) => type)).toEqual(['starting', 'started']);
    process.kill(pid, 'SIGCONT');
    await until('progress again', () => recorder.progress());
    expect(events.map(({ type }) => type)).toEqual(['starting', 'started']);
    await recorder.stop('end of the test');
  });

  it('a frozen recorder is not started a second time by a new agent, and is adopted when it goes on', async () => {
    const first = rig.recorder();
    await first.recorder.start();
    await recording(first.recorder);
    const pid = await rig.pid();
    await first.recorder.detach();
    process.kill(pid, 'SIGSTOP');
    const second = rig.recorder();
    await second.recorder.start();
    await pause(1500);
    expect(await rig.pid()).toBe(pid);
    expect(second.recorder.progress()).toBeNull();
    expect(second.events.map(({ type }) => type)).not.toContain('exited');
    process.kill(pid, 'SIGCONT');
    await recording(second.recorder);
    expect(second.recorder.phase()).toMatchObject({ phase: 'running', boot: first.recorder.phase().boot });
    await second.recorder.stop('end of the test');
    expect(second.events.at(-1)).toMatchObject({ type: 'exited', kind: 'normal' });
  });

  it('refuses a second process on the same folder and says who holds it', async () => {
    const { recorder } = rig.recorder();
    await recorder.start();
    const pid = await rig.pid();
    const second = await run(['recorder', '--folder', rig.folder]);
    expect(second.code).toBe(4);
    expect(second.err).toContain(`process ${pid}`);
    expect(second.err).not.toMatch(/\n\s+at /);
    await recorder.stop('end of the test');
  });
});
