import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkContinuity, stampsOfMp4 } from '../../sim/cameras/count.ts';
import { fileState } from '../../src/agent/memory-file.ts';
import { footageAnswers } from '../../src/failover/footage/handlers.ts';
import { openFootageDoor } from '../../src/failover/link/footage-door.ts';
import { systemClock, systemTimers } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { loadIdentity } from '../../src/platform/tls-identity.ts';
import { tlsTransport } from '../../src/platform/transport-tls.ts';
import { connectControl } from '../../src/recorder/control/client.ts';
import { recorderFolder } from '../../src/recorder/folder.ts';
import { serverIdentity } from '../../src/recorder/identity.ts';
import { startEngine } from '../../src/video/engine.ts';
import { openStore } from '../../src/video/store/store.ts';
import { makeRig, recording, type Rig, until } from './rig.ts';

let rig: Rig;
let spare: string;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  rig = await makeRig(2);
  spare = await mkdtemp(join(tmpdir(), 'understudy-spare-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await rig.close();
  await rm(spare, { recursive: true, maxRetries: 5, retryDelay: 100 });
});

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The recorder's playback address, as it says itself. */
async function playbackOf(folder: string): Promise<string> {
  return await until('the playback address', async () => {
    const found: string[] = [];
    const client = await connectControl(recorderFolder(folder).socket, {
      notice: (notice) => {
        if (notice.type === 'hello' && notice.playback !== null) found.push(notice.playback);
      },
      closed: () => undefined,
    });
    await pause(50);
    client?.close();
    return found[0];
  });
}

/** A failover server's store, engine and footage door, paired with the recorder's key. */
async function failoverServer() {
  const storePath = join(spare, 'footage');
  const store = await openStore({ storePath, create: true, processName: 'failover' });
  closers.push(async () => await store.close());
  const engine = startEngine({ shards: 1, stores: new Map([[storePath, store]]), log: () => undefined });
  closers.push(async () => await engine.close());
  const transport = tlsTransport(await loadIdentity(spare));
  const serverId = await serverIdentity(rig.folder, systemRandom);
  const { fingerprint } = await loadIdentity(rig.folder);
  const door = await openFootageDoor({
    self: { id: 'fo-1', name: 'Failover 1', instance: 'i', boot: 'b' },
    transport,
    clock: systemClock,
    timers: systemTimers,
    log: silentLog,
    listen: { host: '127.0.0.1', port: 0 },
    serverOf: (key) => (key === fingerprint ? serverId : null),
    handlers: footageAnswers(store),
  });
  await fileState(rig.folder).writeMemory({
    schema: 1,
    instance: 'i',
    protector: { id: 'fo-1', name: 'Failover 1', fingerprint: transport.fingerprint, pairedAtMs: 0, usedSecret: '' },
  });
  return {
    port: door.port,
    closeDoor: async () => await door.close(),
    record: async (on: boolean) =>
      await engine.apply(
        on
          ? rig.document.cameras.map((camera) => ({
              serverId, cameraId: camera.id, mode: 'record' as const, prerollMs: 0, ringBytes: 4 << 20, storePath, priority: 1,
              source: { url: camera.url, transport: 'auto' as const, audio: false },
            }))
          : [],
      ),
    writes: async () => await until('the failover server writing', () => engine.statuses().length === 2 && engine.statuses().every((status) => (status.recording?.bytes ?? 0) > 0)),
  };
}

interface Coverage {
  readonly cameras: readonly {
    readonly spans: readonly { readonly fromUs: number; readonly toUs: number; readonly by: string }[];
    readonly gaps: readonly { readonly reason: string; readonly unreachable: boolean; readonly fromUs: number; readonly toUs: number }[];
    readonly hosts: readonly { readonly address: string; readonly reachable: boolean }[];
  }[];
}
const json = async <T>(address: string): Promise<T> => (await (await fetch(address)).json()) as T;

describe('the recorder’s own playback', () => {
  it('follows the ini pointer: one timeline over both machines, no frame missing, none doubled', async () => {
    const spareServer = await failoverServer();
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const fromUs = Date.now() * 1000;
    await pause(1500);
    await spareServer.record(true);
    await spareServer.writes();
    await pause(1500);
    await recorder.stop('out of order');
    await pause(4000);
    await recorder.start();
    await recording(recorder);
    await pause(1500);
    await spareServer.record(false);
    await pause(4500);
    const toUs = Date.now() * 1000 - 1_500_000;
    const query = `from=${fromUs}&to=${toUs}`;

    const before = await json<Coverage>(`${await playbackOf(rig.folder)}/coverage?${query}`);
    expect(before.cameras[0]?.gaps).toHaveLength(1);
    expect(before.cameras[0]?.gaps[0]?.reason).toBe('Nobody recorded.');

    const address = `127.0.0.1:${spareServer.port}`;
    await recorder.pointer(address, '127.0.0.1');
    await until('the pointer in force', async () => {
      const { cameras } = await json<Coverage>(`${await playbackOf(rig.folder)}/coverage?${query}`);
      return cameras[0]?.spans.some(({ by }) => by === address);
    });
    const playback = await playbackOf(rig.folder);
    const after = await json<Coverage>(`${playback}/coverage?${query}`);
    for (const camera of after.cameras) expect(camera).toMatchObject({ gaps: [], hosts: [{ address, reachable: true }] });

    for (const [index, camera] of rig.document.cameras.entries())
      for (const kind of ['footage', 'clip']) {
        const answer = await fetch(`${playback}/${kind}/${camera.id}?${query}`);
        expect(answer.status).toBe(200);
        const body = Buffer.from(await answer.arrayBuffer());
        const found = checkContinuity(stampsOfMp4(body));
        expect(found.missing, `${kind} of camera ${index + 1}`).toBe(0);
        expect(found.doubled).toEqual([]);
        expect(found.late).toEqual([]);
        expect(found.found).toBeGreaterThan(((toUs - fromUs) / 1e6) * 25 - 3);
        const file = join(spare, `${kind}.mp4`);
        await writeFile(file, body);
        const complaints = execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
        expect(complaints).toBe('');
      }

    await spareServer.closeDoor();
    const alone = await json<Coverage>(`${playback}/coverage?${query}`);
    expect(alone.cameras[0]?.gaps[0]).toMatchObject({ unreachable: true });
    expect(alone.cameras[0]?.gaps[0]?.reason).toContain(address);
    const own = await fetch(`${playback}/footage/cam-1?${query}`);
    expect(checkContinuity(stampsOfMp4(Buffer.from(await own.arrayBuffer()))).missing).toBeGreaterThan(50);
    await recorder.stop('end of the test');
  });

  it('copies back what is missing here, exactly once, and needs the failover server no more', async () => {
    const spareServer = await failoverServer();
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    await recorder.pointer(`127.0.0.1:${spareServer.port}`, '127.0.0.1');
    const fromUs = Date.now() * 1000;
    await spareServer.record(true);
    await spareServer.writes();
    await pause(1500);
    await recorder.stop('out of order');
    await pause(3000);
    await recorder.start();
    await recording(recorder);
    await pause(1500);
    await spareServer.record(false);
    await pause(4500);
    const span = { fromUs, toUs: Date.now() * 1000 - 4_000_000 };
    const serverId = await serverIdentity(rig.folder, systemRandom);
    // One that goes at a slow rate does not keep the recorder from ending in order, and is begun anew.
    expect(await recorder.copyBack({ serverId, cameraId: 'cam-1' }, span, 12_500)).toMatchObject({ state: 'running' });
    const askedMs = Date.now();
    await recorder.stop('in the middle');
    expect(Date.now() - askedMs).toBeLessThan(5_000);
    await recorder.start();
    await recording(recorder);

    for (const { id: cameraId } of rig.document.cameras) {
      // An order that comes while another one goes on takes its place: both would fetch the same, at the rate of both.
      expect(await recorder.copyBack({ serverId, cameraId }, span, 12_500)).toMatchObject({ state: 'running' });
      const answers: string[] = [];
      const done = await until('the copy', async () => {
        const answer = await recorder.copyBack({ serverId, cameraId }, span, 200_000);
        answers.push(answer.state);
        return answer.state === 'done' && answer;
      });
      expect(done.copied).toHaveLength(1);
      // Again: nothing is missing any more.
      expect(await recorder.copyBack({ serverId, cameraId }, span, 12_500)).toMatchObject({ state: 'done', copied: [] });
    }
    // What went bad on the disk since is not told as ours, but fetched anew.
    const [fetched = ''] = (await readdir(rig.folder, { recursive: true })).filter((path) => /\.back-.*cam-1.*\.mp4$/.test(path));
    const file = await open(join(rig.folder, fetched), 'r+');
    await file.write(Buffer.alloc(64, 0x55), 0, 64, Math.round((await file.stat()).size / 2));
    await file.close();
    const again = async () => await until('the copy', async () => await recorder.copyBack({ serverId, cameraId: 'cam-1' }, span, 2_000_000).then((answer) => answer.state === 'done' && answer));
    await expect(again()).rejects.toMatchObject({ code: 'store.damaged' });
    expect((await again()).copied).not.toEqual([]);
    expect((await again()).copied).toEqual([]);
    await spareServer.closeDoor();

    const query = `from=${span.fromUs}&to=${span.toUs}`;
    const playback = await playbackOf(rig.folder);
    const coverage = await json<Coverage>(`${playback}/coverage?${query}`);
    for (const camera of coverage.cameras) expect(camera).toMatchObject({ gaps: [], hosts: [] });
    const reader = recorder.footage();
    for (const { id: cameraId } of rig.document.cameras) {
      const found = checkContinuity(stampsOfMp4(Buffer.from(await (await fetch(`${playback}/footage/${cameraId}?${query}`)).arrayBuffer())));
      expect(found).toMatchObject({ missing: 0, doubled: [], late: [] });
      // The agent tells the failover server the same, so that it may let its own go.
      const told = await reader?.coverage({ serverId, cameraId }, span);
      expect(told).toMatchObject({ exactness: 'exact', spans: [{ fromUs: expect.closeTo(span.fromUs, -5) as number, toUs: span.toUs }] });
      expect(told?.durableUntilUs).toBeGreaterThanOrEqual(span.toUs);
    }
    await recorder.stop('end of the test');
  });

  it('refuses what does not fit, in words, and other host names', async () => {
    const { recorder } = rig.recorder();
    await recorder.start();
    await recording(recorder);
    const playback = await playbackOf(rig.folder);
    const wrong = await fetch(`${playback}/footage/cam-1?from=yesterday&to=2`);
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ error: { code: 'input.invalid', field: 'from' } });
    expect((await fetch(`${playback}/footage/cam-1?from=1&to=2`)).status).toBe(404);
    expect((await fetch(`${playback}/footage/nobody?from=1&to=2`)).status).toBe(404);
    const rebound = execFileSync('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Host: evil.example', `${playback}/cameras`], { encoding: 'utf8' });
    expect(rebound).toBe('403');
    expect((await fetch(`${playback}/footage/cam-1?from=1&to=2`, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    // Into no header, no path: it is only a name that nobody has.
    for (const camera of ['..%2f..%2fetc', 'a%0d%0aX:1', '%00', '__proto__']) expect([camera, (await fetch(`${playback}/clip/${camera}?from=1&to=2`)).status]).toEqual([camera, 404]);
    expect(await json<unknown[]>(`${playback}/cameras`)).toMatchObject([{ id: 'cam-1' }, { id: 'cam-2' }]);
    await recorder.stop('end of the test');
  });
});
