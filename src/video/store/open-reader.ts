/** Reads a store path whose recorder may be dead: its index, and the files that are further than it. */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CameraKey, Span } from '../../core/units.ts';
import { systemClock } from '../../platform/clock.ts';
import { systemFiles } from '../../platform/disk.ts';
import { openSql, type Sql } from '../../platform/sqlite.ts';
import type { FootageReader } from '../contract.ts';
import { packConfig } from '../mp4/packed-config.ts';
import { isDamage } from './damage.ts';
import { storeError } from './errors.ts';
import { cameraFolder, INDEX_FILE, segmentCamera } from './layout.ts';
import { Ledger, OPEN } from './ledger.ts';
import { readMarker } from './marker.ts';
import { OpenSegment } from './open-segments.ts';
import { SegmentReader } from './reader.ts';
import { camerasOnDisk, unknownSegments } from './recover.ts';
import { scanFragments, scanSegment } from './scan.ts';
import { coverageOf, listCameras, piecesOf, type SegmentSource } from './source.ts';

/**
 * Writes nothing. Rejects with `store.missing`, `store.damaged` or `store.io`. What it reads of an
 * unfinished segment it first makes durable, so that coverage tells the truth after a power-off too.
 */
export async function openFootageReader(storePath: string): Promise<FootageReader> {
  await readMarker(systemFiles, storePath, null);
  const files = new FilesSource(storePath);
  const reader = new SegmentReader(storePath, files);
  return {
    keys: () => reader.keys(),
    cameras: () => reader.cameras(),
    coverage: (camera, span) => reader.coverage(camera, span),
    rows: (camera, span) => reader.rows(camera, span),
    read: (camera, span) => reader.read(camera, span),
    close: () => files.close(),
  };
}

/** How long one look at a camera's files serves questions about what lies farther back than `unsettledUs`. */
const scanAgainMs = 5_000;
const unsettledUs = 10_000_000;

class FilesSource implements SegmentSource {
  readonly #storePath: string;
  readonly #ledger: Ledger;
  /** Files that the index does not know whole, as far as they were scanned. */
  readonly #open = new Map<string, OpenSegment>();
  #refreshing: Promise<void> = Promise.resolve();
  readonly #scanned = new Map<string, { readonly atMs: number; readonly newestUs: number }>();

  constructor(storePath: string) {
    this.#storePath = storePath;
    const path = join(storePath, INDEX_FILE);
    try {
      this.#ledger = existsSync(path) ? openLedger(path) : new Ledger(noIndex());
    } catch (error) {
      throw storeError(error, `Opening the index of ${storePath}`);
    }
  }

  /** Of the index and of the folders: a camera that the index does not know yet has one. */
  keys() {
    return this.#whole(async () => {
      const all = new Map(this.#ledger.keys().map((key) => [cameraFolder(key), key]));
      for await (const key of camerasOnDisk(this.#storePath)) all.set(cameraFolder(key), key);
      return [...all.values()];
    });
  }

  cameras() {
    return this.#whole(async () => {
      await this.#refresh(null);
      return listCameras(this.#ledger.cameras(), this.#open);
    });
  }

  coverage(camera: CameraKey, span: Span) {
    return this.#whole(async () => {
      if (!this.#isSettled(camera, span)) await this.#refresh(camera);
      return coverageOf(this.#ledger, this.#open, camera, span);
    });
  }

  pieces(...[camera, span, after]: Parameters<SegmentSource['pieces']>) {
    return this.#whole(async () => {
      if (!this.#isSettled(camera, span)) await this.#refresh(camera);
      return piecesOf(this.#ledger, this.#open, camera, span, after);
    });
  }

  /** An index that turns out to be damaged is as good as none. */
  async #whole<T>(answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#ledger.sql.close();
      this.#ledger.adopt(noIndex());
      this.#scanned.clear();
      return await answer();
    }
  }

  async close(): Promise<void> {
    await this.#refreshing;
    this.#ledger.sql.close();
  }

  /** A click on a timeline asks several times in a row for what lies long behind: the files are looked at once. */
  #isSettled(camera: CameraKey, span: Span): boolean {
    const last = this.#scanned.get(cameraFolder(camera));
    return last !== undefined && systemClock.monotonicMs() < last.atMs + scanAgainMs && span.toUs < last.newestUs - unsettledUs;
  }

  /** One after the other: two scans of one file must not add its rows twice. */
  #refresh(camera: CameraKey | null): Promise<void> {
    const run = this.#refreshing.then(() => this.#scan(camera));
    // Whoever asked hears of a failure; the next one starts anew.
    this.#refreshing = run.catch(() => {});
    return run;
  }

  async #scan(camera: CameraKey | null): Promise<void> {
    const folder = camera === null ? '' : `${cameraFolder(camera)}/`;
    const paths = new Set(this.#ledger.unfinished(OPEN).map(({ path }) => path).filter((path) => path.startsWith(folder)));
    for await (const path of unknownSegments(this.#ledger, this.#storePath, camera)) paths.add(path);
    for (const path of this.#open.keys()) if (path.startsWith(folder) && !paths.has(path)) this.#open.delete(path);
    const atMs = systemClock.monotonicMs();
    for (const path of paths) await this.#scanOne(path);
    if (camera === null) return;
    const mine = [...this.#open.values()].filter(({ path }) => path.startsWith(folder));
    const newestUs = Math.max(this.#ledger.newestStart(camera) ?? 0, ...mine.map((segment) => segment.meta()?.endUs ?? 0));
    this.#scanned.set(cameraFolder(camera), { atMs, newestUs });
  }

  async #scanOne(path: string): Promise<void> {
    try {
      const known = this.#open.get(path);
      if (known === undefined) await this.#scanNew(path);
      else await this.#scanFurther(known);
    } catch (error) {
      // Deleted meanwhile, or unreadable: it shows as missing footage.
      this.#open.delete(path);
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw storeError(error, `Reading ${path}`);
    }
  }

  async #scanNew(path: string): Promise<void> {
    const camera = segmentCamera(path);
    const scanned = await scanSegment(join(this.#storePath, path));
    if (camera === null || scanned === null) return;
    const segment = new OpenSegment(path, camera, scanned.head.baseUs, packConfig(scanned.head.config));
    segment.add(scanned.rows);
    segment.bytes = scanned.bytes;
    this.#open.set(path, segment);
    await this.#scanFurther(segment);
  }

  async #scanFurther(segment: OpenSegment): Promise<void> {
    const file = await open(join(this.#storePath, segment.path), 'r');
    try {
      const { size } = await file.stat();
      const more = await scanFragments(file, segment.bytes, size);
      await file.datasync();
      segment.add(more.rows);
      segment.bytes = more.bytes;
      segment.durableUs = segment.cover()?.lastUs ?? 0;
    } finally {
      await file.close();
    }
  }
}

/** Without an index (lost, damaged, or never written) the files alone answer. */
function noIndex(): Sql {
  return openSql({ path: ':memory:', migrations: fileURLToPath(new URL('./migrations', import.meta.url)) });
}

function openLedger(path: string): Ledger {
  const sql = openSql({ path, readOnly: true });
  try {
    return new Ledger(sql);
  } catch (error) {
    sql.close();
    if (!isDamage(error)) throw error;
    return new Ledger(noIndex());
  }
}
