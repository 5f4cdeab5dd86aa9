import { expect, test } from 'vitest';
import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import { openSql } from '../../platform/sqlite.ts';
import { readClockMarks, readClockOffsets } from '../db/clock-steps.ts';
import { provisionalRuns, saveOutage, saveRun } from '../db/outages.ts';
import type { ClockOffset } from '../link/contract.ts';
import type { Parts } from '../parts.ts';
import { Reunion } from './reunion.ts';

const second = 1_000_000;

/** Provisional footage of two servers that are well again; `rate` is what the recorder says of its cameras. */
function site(given: { readonly cameras: number; readonly rate: (serverId: string) => number; readonly coverage: (serverId: string) => Promise<unknown>; readonly drop?: (camera: CameraKey, span: Span) => Promise<number>; readonly clockOffset?: () => ClockOffset }) {
  const sql = openSql({ path: ':memory:', migrations: new URL('../db/migrations', import.meta.url).pathname });
  let nowMs = 1_700_000_000_000;
  let suspendedMs = 0;
  const servers = ['bad', 'good'].map((id, at) => ({ id, name: id, priority: at + 1 }));
  const cameras = (serverId: string) => Array.from({ length: given.cameras }, (_, at) => ({ id: `c${at}`, priority: 1, gopMs: 1000, peakBitsPerSecond: given.rate(serverId) }));
  for (const { id } of servers) {
    saveOutage(sql, { id: `o-${id}`, serverId: id, serverName: id, cause: { code: '', text: '' }, standby: 'hot', startedMs: 0, decidedMs: null, restoredMs: null, endedMs: 1 });
    for (const camera of cameras(id)) saveRun(sql, `o-${id}`, { cameraId: camera.id, name: camera.id, fromUs: (nowMs - 100_000) * 1000, toUs: (nowMs - 40_000) * 1000, fate: 'provisional' });
  }
  const asked: string[] = [];
  const dropped: string[] = [];
  const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs - suspendedMs, uptimeMs: () => nowMs };
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const parts = {
    ports: {
      database: sql, clock, log,
      store: {
        drop: given.drop ?? (async ({ serverId, cameraId }: CameraKey) => dropped.push(`${serverId}/${cameraId}`)),
        cameras: async () => servers.flatMap(({ id }) => cameras(id).map((camera) => ({ serverId: id, cameraId: camera.id, bytes: 10_000_000 }))),
      },
    },
    trail: { soon: (change: () => void) => change(), flush: () => undefined, emit: () => undefined, raise: () => undefined, clear: () => undefined },
    directory: { servers: () => servers, find: (id: string) => servers.find((one) => one.id === id), cameras, settings: { settings: { capacity: { provisionalBytes: 50e9 } } } },
    monitor: { state: () => ({ kind: 'alive', gray: null }) },
    links: {
      status: () => ({ connections: 1, clockOffset: given.clockOffset?.() ?? { offsetMs: 0, plusMinusMs: 1 } }),
      request: async (serverId: string) => {
        asked.push(serverId);
        return await given.coverage(serverId);
      },
    },
    outages: { openProvisional: () => new Map() },
    standby: { limit: () => undefined },
    desk: { soon: () => undefined },
  } as unknown as Parts;
  return { reunion: new Reunion(parts), sql, asked, dropped, pass: (ms: number) => void (nowMs += ms), suspend: (ms: number) => void ((nowMs += ms), (suspendedMs += ms)) };
}

const exact = { spans: [{ fromUs: 0, toUs: 2e15 * second }], exactness: 'exact', durableUntilUs: 9e15 };

test('a recorder that does not answer keeps the provisional footage of the others from nobody', async () => {
  const { reunion, sql, asked } = site({
    cameras: 20,
    rate: () => 4e6,
    coverage: async (serverId) => {
      if (serverId === 'bad') throw new UnderstudyError('link.unreachable', 'It did not answer.');
      return exact;
    },
  });
  for (let round = 0; round < 6; round++) await reunion.round();
  expect(provisionalRuns(sql).map(({ serverId }) => serverId)).not.toContain('good');
  // Once a round, not sixteen times.
  expect(asked.filter((serverId) => serverId === 'bad')).toHaveLength(6);
});

test('a recorder that boasts of its rates does not cost the others their footage: what lies on the disk counts', async () => {
  const { reunion, dropped } = site({ cameras: 2, rate: (serverId) => (serverId === 'bad' ? 1e15 : 4e6), coverage: async () => ({ ...exact, durableUntilUs: null }) });
  await reunion.round();
  expect(dropped).toEqual([]);
});

test('a disk that refuses to drop what is over the ceiling ends nothing', async () => {
  const { reunion, sql } = site({ cameras: 600, rate: () => 1e12, coverage: async () => ({ ...exact, durableUntilUs: null }), drop: () => Promise.reject(new UnderstudyError('store.io', 'The disk reported an error.')) });
  await reunion.round();
  expect(provisionalRuns(sql)).toHaveLength(1200);
});

test('where kept footage has the same times, as a clock that was set writes them, provisional footage stays beside it', async () => {
  const spans: Span[] = [];
  const { reunion, sql } = site({ cameras: 1, rate: () => 4e6, coverage: async () => exact, drop: async (_, span) => spans.push(span) });
  const [run] = provisionalRuns(sql);
  const at = (seconds: number): number => (run?.fromUs ?? 0) + seconds * second;
  saveOutage(sql, { id: 'earlier', serverId: 'bad', serverName: 'bad', cause: { code: '', text: '' }, standby: 'hot', startedMs: 0, decidedMs: null, restoredMs: null, endedMs: 1 });
  saveRun(sql, 'earlier', { cameraId: 'c0', name: 'c0', fromUs: at(20), toUs: at(30), fate: 'kept' });
  await reunion.round();
  const parts = spans.map(({ fromUs, toUs }) => [fromUs, toUs]);
  expect(parts).toHaveLength(3);
  expect(parts, 'around it').toEqual(expect.arrayContaining([[at(0), at(20)], [at(30), at(60)]]));
  expect(parts, 'the other server’s, whole').toContainEqual([at(0), at(60)]);
  expect(sql.prepare(`SELECT o.server_id, fate FROM outage_runs r JOIN outages o ON o.id = r.outage_id WHERE o.id <> 'earlier' ORDER BY 1`).all()).toEqual([
    { server_id: 'bad', fate: 'kept' },
    { server_id: 'good', fate: 'dropped' },
  ]);
});

test('a suspend of this machine sets no clock', async () => {
  const { reunion, sql, pass, suspend } = site({ cameras: 1, rate: () => 4e6, coverage: async () => exact });
  const round = async (): Promise<void> => {
    reunion.watchClock();
    await reunion.round();
    pass(5000);
  };
  await round();
  suspend(3_600_000);
  await round();
  expect(readClockMarks(sql, 'good')).toEqual([]);
});

test('a clock that was measured badly was not set', async () => {
  let measured: ClockOffset = { offsetMs: 2900, plusMinusMs: 3000 };
  const { reunion, sql, pass } = site({ cameras: 1, rate: () => 4e6, coverage: async () => exact, clockOffset: () => measured });
  await reunion.round();
  expect(readClockOffsets(sql).size, 'nothing that the next life of the process could believe').toBe(0);
  pass(5000);
  measured = { offsetMs: 0, plusMinusMs: 2 };
  await reunion.round();
  expect(readClockMarks(sql, 'good')).toEqual([]);
  expect(readClockOffsets(sql).get('good')).toMatchObject({ offsetMs: 0 });
  pass(5000);
  measured = { offsetMs: 2900, plusMinusMs: 2 };
  await reunion.round();
  expect(readClockMarks(sql, 'good')).toMatchObject([{ movedMs: 2900 }]);
});
