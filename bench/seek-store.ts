import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CameraKey, TimeUs } from '../src/core/units.ts';
import { openSql } from '../src/platform/sqlite.ts';
import { packConfig } from '../src/video/mp4/packed-config.ts';
import { INDEX_FILE, segmentPath } from '../src/video/store/layout.ts';
import { Ledger, WHOLE } from '../src/video/store/ledger.ts';
import { packCover } from '../src/video/store/runs.ts';
import { openStore } from '../src/video/store/store.ts';
import { cameraWriter } from '../src/video/store/writer.ts';
import { batches, makeStream, type TestStream } from '../test/store/streams.ts';

/** A store path with the index of a whole month; pictures lie on disk only around the moments that are played. */

export const minuteUs = 60e6;

export interface MonthStore {
  readonly storePath: string;
  readonly serverId: string;
  readonly cameras: number;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  /** Moments with real footage from a minute before to a minute behind, and where on the timeline they are clicked. */
  readonly played: readonly { readonly x: number; readonly camera: number; readonly atUs: TimeUs }[];
}

export const cameraId = (number: number): string => `cam-${number}`;

/** Some Mbit/s, so that the amount of data of a click is a real one. */
function template(): TestStream {
  return makeStream({ codec: 'h264', seconds: 20, size: '1280x720', gop: 50, startUs: 0 });
}

export async function makeMonthStore(month: MonthStore, log: (text: string) => void): Promise<void> {
  const stream = template();
  log(`Template: ${Math.round((stream.memory.length * 8) / 20 / 1e5) / 10} Mbit/s`);
  const store = await openStore({ storePath: month.storePath, create: true, processName: 'bench' });
  const port = store.writerPort();
  for (const { camera, atUs } of month.played) {
    const writer = cameraWriter(port, { storePath: month.storePath, serverId: month.serverId, cameraId: cameraId(camera) });
    const startUs = minuteOf(month, atUs) - minuteUs;
    for (let repeat = 0; repeat < 9; repeat++)
      for (const batch of batches(stream))
        await writer.append({
          ...batch,
          units: batch.units.map((unit) => ({
            ...unit,
            timeUs: unit.timeUs + startUs + repeat * 20e6,
            rtpTime: unit.rtpTime + repeat * 20 * 90_000,
            gapBefore: repeat === 0 && unit.gapBefore,
          })),
        });
    await writer.close();
  }
  await store.close();
  fillIndex(month, packConfig(stream.config), log);
}

const minuteOf = (month: MonthStore, us: TimeUs): TimeUs => month.fromUs + Math.floor((us - month.fromUs) / minuteUs) * minuteUs;

/** A segment a minute and camera, in the order in which recording would have written them. */
function fillIndex(month: MonthStore, config: Uint8Array, log: (text: string) => void): void {
  const sql = openSql({ path: join(month.storePath, INDEX_FILE), migrations: fileURLToPath(new URL('../src/video/store/migrations', import.meta.url)), synchronous: 'normal' });
  sql.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000');
  const ledger = new Ledger(sql);
  const real = new Set(month.played.flatMap(({ camera, atUs }) => [-1, 0, 1].map((step) => `${camera}/${minuteOf(month, atUs) + step * minuteUs}`)));
  const keys = Array.from({ length: month.cameras }, (_, index): CameraKey => ({ serverId: month.serverId, cameraId: cameraId(index + 1) }));
  const numbers = keys.map((key) => ledger.addCamera(key));
  const packed = Number(ledger.one('SELECT id FROM configs WHERE packed = ?', config)?.['id'] ?? 0);
  const insert = sql.prepare(`INSERT INTO segments (camera, path, start_us, end_us, bytes, config, state, cover, rows) VALUES (?, ?, ?, ?, 30000000, ${packed}, ${WHOLE}, ?, ?)`);
  // What really lies here is larger (45 kB) but mostly in pages of its own, which lists of segments never touch.
  const rows = new Uint8Array(600);
  let count = 0;
  for (let at = month.fromUs; at < month.toUs; ) {
    const until = Math.min(month.toUs, at + 60 * minuteUs);
    sql.transaction(() => {
      for (; at < until; at += minuteUs) {
        const endUs = at + minuteUs;
        const cover = packCover({ runs: [{ fromUs: at, toUs: endUs }], nominalUs: 40_000, gapFirst: false, lastUs: endUs - 40_000 });
        for (const [index, camera] of keys.entries()) {
          if (real.has(`${index + 1}/${at}`)) continue;
          insert.run(numbers[index]!, segmentPath(camera, at, 0), at, endUs, cover, rows);
          count++;
        }
      }
    });
  }
  ledger.setState('clean', '1');
  sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  sql.close();
  log(`${count} segments in the index`);
}
