/** What clients of the recorder's playback do that readers of footage do not: look only, leave early, ask for nothing. */
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clipFile, clips } from '../../src/failover/footage/streams.ts';
import type { FailoverServer } from '../../src/failover/server-types.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { RecorderInside } from '../../src/recorder/inside.ts';
import { startPlayback } from '../../src/recorder/playback/http.ts';
import type { FootageStore } from '../../src/video/contract.ts';
import { openStore } from '../../src/video/store/store.ts';
import { cameraWriter } from '../../src/video/store/writer.ts';
import { batches, makeStream } from '../store/streams.ts';

const START = Date.UTC(2026, 0, 22, 17, 4, 5) * 1000;
const camera = { serverId: 'north', cameraId: 'gate' };
const span = `from=${START}&to=${START + 60_000_000}`;
let folder = '';
let store: FootageStore;
let reads = 0;
let playback: Awaited<ReturnType<typeof startPlayback>>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playback-'));
  store = await openStore({ storePath: folder, create: true, processName: 'test' });
  const writer = cameraWriter(store.writerPort(), { storePath: folder, ...camera });
  for (const batch of batches(makeStream({ codec: 'h264', seconds: 12, startUs: START, size: '640x480', coder: 'qp=5' }))) await writer.append(batch);
  await writer.close();
  reads = 0;
  const counted: FootageStore = {
    ...store,
    async *read(...of) {
      for await (const batch of store.read(...of)) {
        // To look at one picture, no more than its group is read.
        if (batch.units.length > 50) reads += 1;
        yield batch;
      }
    },
  };
  const settings = { document: { cameras: [] }, pointers: [] };
  const inside = { serverId: 'north', media: { store: () => counted, disk: () => ({ text: '' }) }, settings: () => settings, remote: () => ({ ports: {}, pointers: [] }) };
  playback = await startPlayback(inside as unknown as RecorderInside, { port: 0, clock: systemClock });
});
afterEach(async () => {
  await playback.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** Segment files that this process holds open. */
const openFiles = (): number => readdirSync('/proc/self/fd').filter((fd) => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith(join(folder, 'north'));
  } catch {
    return false; // closed in between
  }
}).length;

/** Asks, takes the first bytes of the answer, and leaves. */
function leaveEarly(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${playback.address}${path}`, (answer) => {
      answer.once('data', () => {
        asked.destroy();
        resolve(answer.statusCode ?? 0);
      });
      answer.on('error', () => undefined);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe.each(['/clip/gate', '/footage/gate'])('%s', (path) => {
  it('says at once when there is no footage', async () => {
    const answer = await fetch(`${playback.address}${path}?from=${START - 90_000_000}&to=${START - 80_000_000}`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'input.not-found' } }]);
  });

  it('answers HEAD without reading the footage', async () => {
    const answer = await fetch(`${playback.address}${path}?${span}`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reads).toBeLessThanOrEqual(1);
    expect(openFiles()).toBe(0);
  });

  it('holds no file open for somebody who left', async () => {
    for (let i = 0; i < 5; i++) expect(await leaveEarly(`${path}?${span}`)).toBe(200);
    await expect.poll(openFiles).toBe(0);
  });

  it('refuses spans that are none', async () => {
    for (const query of ['', 'from=1', 'from=5&to=5', 'from=9&to=1', 'from=NaN&to=Infinity', 'from=0&to=99999999999999999', 'from=-1&to=5', 'from=2026-01-01T00:00:00&to=5']) {
      const answer = await fetch(`${playback.address}${path}?${query}`);
      expect([answer.status, await answer.json()], query).toMatchObject([400, { error: { code: 'input.invalid' } }]);
    }
  });
});

it('a clip of the failover server holds no file open either for somebody who left', async () => {
  const server = { servers: () => [], store } as unknown as FailoverServer;
  const { body } = await clipFile(server, camera, { fromUs: START, toUs: START + 60_000_000 }, new AbortController().signal);
  const parts = body[Symbol.asyncIterator]();
  for (let i = 0; i < 5; i++) await parts.next();
  expect(openFiles()).toBe(1);
  await parts.return?.(undefined);
  expect(openFiles()).toBe(0);
});

it('refuses a clip over a change of the codec before anything is sent, on either machine', async () => {
  const writer = cameraWriter(store.writerPort(), { storePath: folder, ...camera });
  for (const batch of batches(makeStream({ codec: 'h265', seconds: 1, startUs: START + 20_000_000 }))) await writer.append(batch);
  await writer.close();
  const refused = { code: 'input.invalid', field: 'toUs', advice: expect.stringContaining(`fromUs=${START + 20_000_000}&toUs=${START + 60_000_000}`) };
  const answer = await fetch(`${playback.address}/clip/gate?${span}`);
  expect([answer.status, await answer.json()]).toMatchObject([400, { error: refused }]);
  const server = { servers: () => [], store } as unknown as FailoverServer;
  await expect(clipFile(server, camera, { fromUs: START, toUs: START + 60_000_000 }, new AbortController().signal)).rejects.toMatchObject(refused);
  expect((await clips(server, camera, { fromUs: START, toUs: START + 60_000_000 })).map(({ codec }) => codec)).toEqual(['h264', 'h265']);
});
